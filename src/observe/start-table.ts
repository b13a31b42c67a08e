/** The table that the server prints when it starts, and the page shows: who does which job, and why. */

export interface EngineRow {
  readonly job: string;
  /** Null: nobody does this job. */
  readonly engine: string | null;
  readonly why: string;
  /** Who takes over where it fails, in this order. */
  readonly fallbacks: readonly string[];
  /** Better engines that are not on: why not, and the one line that enables each. */
  readonly better: readonly { readonly engine: string; readonly why: string; readonly enable: string }[];
}

export function startTable(rows: readonly EngineRow[]): string {
  const job = widest(rows.map((row) => row.job));
  const engine = widest(rows.map((row) => row.engine ?? '-'));
  return rows
    .flatMap((row) => [
      `  ${row.job.padEnd(job)}  ${(row.engine ?? '-').padEnd(engine)}  ${row.why}${orElse(row)}`,
      ...row.better.map(
        (better) =>
          `  ${' '.repeat(job)}  ${' '.repeat(engine)}  better: ${better.engine} (${better.why})  ->  ${better.enable}`,
      ),
    ])
    .join('\n');
}

const orElse = ({ fallbacks }: EngineRow): string =>
  fallbacks.length === 0 ? '' : `; if it fails: ${fallbacks.join(', ')}`;

const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length));
