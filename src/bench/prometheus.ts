/** Reads what `/metrics` says. Pure. */

export interface Metric {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export function readMetrics(text: string): Metric[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) return [];
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key!, text!] as const);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value === '+Inf' ? 'Infinity' : value) }];
  });
}

/** How the process was when it was asked, as far as it says so. */
export interface Scrape {
  readonly sessions: number | null;
  readonly cpuSeconds: number | null;
  readonly residentBytes: number | null;
  readonly heapBytes: number | null;
  /** What the last collection of the whole heap left; null: there has been none, or it does not say. */
  readonly heapLeft: number | null;
  /** Rings of the timer that were late by at most so many milliseconds, since the process began; null: it does not say. */
  readonly lag: readonly Bucket[] | null;
  readonly speculations: Speculations | null;
}

export interface Bucket {
  readonly ms: number;
  readonly count: number;
}

export interface Speculations {
  readonly kept: number;
  readonly dropped: number;
  /** Of what was made for nothing; null: nobody counts it. */
  readonly wasted: number | null;
}

export function scrapeOf(metrics: readonly Metric[]): Scrape {
  const value = (name: string) => metrics.find((each) => each.name === name)?.value ?? null;
  const lag = metrics.filter(({ name }) => name === 'parley_event_loop_lag_seconds_bucket');
  const begun = metrics.filter(({ name }) => name === 'parley_speculations_total');
  const of = (outcome: string) => begun.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
  const wasted = metrics.filter(({ name }) => name === 'parley_speculation_wasted_total');
  return {
    sessions: value('parley_sessions_active'),
    cpuSeconds: value('process_cpu_seconds_total'),
    residentBytes: value('process_resident_memory_bytes'),
    heapBytes: value('nodejs_heap_size_used_bytes'),
    heapLeft: value('parley_heap_after_gc_bytes') || null,
    lag: lag.length === 0 ? null : lag.map(({ labels, value: count }) => ({ ms: edgeOf(labels.le), count })),
    speculations:
      begun.length === 0
        ? null
        : {
            kept: of('kept'),
            dropped: of('dropped'),
            wasted: wasted.length === 0 ? null : wasted.reduce((sum, { value: each }) => sum + each, 0),
          },
  };
}

const edgeOf = (text = '') => (text === '+Inf' ? Number.POSITIVE_INFINITY : Math.round(Number(text) * 1e6) / 1000);

/** How late it was between two looks: the upper edges of the buckets in which the worst and 99 of 100 rings lie. */
export function lagBetween(before: Scrape | null, after: Scrape | null): { p99: number; max: number } | null {
  if (before?.lag == null || after?.lag == null) return null;
  const earlier = new Map(before.lag.map(({ ms, count }) => [ms, count]));
  const buckets = after.lag
    .map(({ ms, count }) => ({ ms, count: count - (earlier.get(ms) ?? 0) }))
    .sort((a, b) => a.ms - b.ms);
  const all = buckets.at(-1)!.count;
  if (all <= 0) return null;
  const edge = (share: number) => {
    const { ms } = buckets.find(({ count }) => count >= Math.ceil(share * all))!;
    // Beyond the last edge nobody has measured.
    return Number.isFinite(ms) ? ms : (buckets.at(-2)?.ms ?? 0);
  };
  return { p99: edge(0.99), max: edge(1) };
}

export function speculationsBetween(before: Scrape | null, after: Scrape | null): Speculations | null {
  if (after?.speculations == null) return null;
  const { kept, dropped, wasted } = after.speculations;
  const earlier = before?.speculations ?? { kept: 0, dropped: 0, wasted: 0 };
  return {
    kept: kept - earlier.kept,
    dropped: dropped - earlier.dropped,
    wasted: wasted === null ? null : wasted - (earlier.wasted ?? 0),
  };
}
