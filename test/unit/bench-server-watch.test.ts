import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { heapSlope } from '../../src/bench/heap-slope.js';
import { lagBetween, readMetrics, type Scrape, scrapeOf, speculationsBetween } from '../../src/bench/prometheus.js';
import { samplesOf } from '../../src/bench/samples.js';
import { type Look, watchServer } from '../../src/bench/server-watch.js';
import { createMetrics } from '../../src/observe/metrics.js';

const MEGABYTE = 2 ** 20;
const nothing: Scrape = {
  sessions: null,
  cpuSeconds: null,
  residentBytes: null,
  heapBytes: null,
  heapLeft: null,
  lag: null,
  speculations: null,
};

describe('what a server says of itself', () => {
  it('is read from its own metrics', async () => {
    const scrape = scrapeOf(readMetrics(await createMetrics().text()));
    expect(scrape.sessions).toBe(0);
    expect(scrape.cpuSeconds).toBeGreaterThan(0);
    expect(scrape.residentBytes).toBeGreaterThan(MEGABYTE);
    expect(scrape.heapBytes).toBeGreaterThan(MEGABYTE);
    // A gauge that has not been set says 0.
    expect(scrapeOf(readMetrics('parley_heap_after_gc_bytes 0')).heapLeft).toBeNull();
  });

  it('is read line by line, with labels, comments and numbers of every kind', () => {
    const text = [
      '# HELP a Help with {braces} 1',
      'a 3',
      'b{le="+Inf",name="x \\"y\\" {z}"} 1.5e3',
      'parley_event_loop_lag_seconds_bucket{le="0.01"} 5',
      'parley_event_loop_lag_seconds_bucket{le="+Inf"} 6',
      'parley_speculations_total{outcome="kept"} 7',
      'parley_speculations_total{outcome="dropped"} 2',
      'parley_speculation_wasted_total{of="tokens"} 30',
      'parley_speculation_wasted_total{of="characters"} 4',
      'parley_heap_after_gc_bytes 5',
      '',
    ].join('\n');
    const metrics = readMetrics(text);
    expect(metrics.slice(0, 2)).toEqual([
      { name: 'a', labels: {}, value: 3 },
      { name: 'b', labels: { le: '+Inf', name: 'x \\"y\\" {z}' }, value: 1500 },
    ]);
    expect(scrapeOf(metrics)).toEqual({
      ...nothing,
      heapLeft: 5,
      lag: [
        { ms: 10, count: 5 },
        { ms: Number.POSITIVE_INFINITY, count: 6 },
      ],
      speculations: { kept: 7, dropped: 2, wasted: 34 },
    });
    expect(scrapeOf([])).toEqual(nothing);
  });
});

describe('between two looks', () => {
  const lag = (...counts: number[]): Scrape => ({
    ...nothing,
    lag: [1, 10, 100, Number.POSITIVE_INFINITY].map((ms, at) => ({ ms, count: counts[at]! })),
  });

  it('the event loop was as late as the rings in between', () => {
    expect(lagBetween(lag(5, 5, 9, 9), lag(103, 106, 110, 110))).toEqual({ p99: 10, max: 10 });
    expect(lagBetween(lag(0, 0, 0, 0), lag(98, 99, 100, 100))).toEqual({ p99: 10, max: 100 });
    expect(lagBetween(lag(0, 0, 0, 0), lag(0, 0, 0, 1))).toEqual({ p99: 100, max: 100 });
    expect(lagBetween(lag(5, 5, 5, 5), lag(5, 5, 5, 5))).toBeNull();
    expect(lagBetween(nothing, lag(5, 5, 5, 5))).toBeNull();
  });

  it('so many answers were begun ahead', () => {
    const told = (kept: number, dropped: number, wasted: number | null): Scrape => ({
      ...nothing,
      speculations: { kept, dropped, wasted },
    });
    expect(speculationsBetween(told(1, 2, 3), told(11, 4, 33))).toEqual({ kept: 10, dropped: 2, wasted: 30 });
    expect(speculationsBetween(nothing, told(11, 4, null))).toEqual({ kept: 11, dropped: 4, wasted: null });
    expect(speculationsBetween(told(1, 2, 3), nothing)).toBeNull();
  });

  it('there is a sample of each second of which anything is known', () => {
    const look = (at: number, fields: Partial<Look>): Look => ({
      ...{ at, when: 1000 * at, ended: 0, usage: null, scrape: null },
      ...fields,
    });
    const own = [
      look(0, { usage: { cpuSeconds: 1, megabytes: 100 } }),
      look(2, {
        ended: 3,
        usage: { cpuSeconds: 2, megabytes: 110 },
        scrape: { ...nothing, heapBytes: 5 * MEGABYTE, heapLeft: 4 * MEGABYTE },
      }),
    ];
    const unknown = { sessions: null, lagMs: null, stolen: null };
    expect(samplesOf(own, [])).toEqual([
      { at: 2, cores: 0.5, megabytes: 110, ended: 3, heapMegabytes: 5, heapLeftMegabytes: 4, ...unknown },
    ]);
    const foreign = [1, 1.25].map((cpuSeconds, at) =>
      look(at, { scrape: { ...nothing, cpuSeconds, residentBytes: 7 * MEGABYTE, sessions: 2 } }),
    );
    expect(samplesOf(foreign, [])).toMatchObject([
      { at: 1, cores: 0.25, megabytes: 7, sessions: 2, heapMegabytes: null, heapLeftMegabytes: null },
    ]);
    expect(samplesOf([look(0, {}), look(1, {})], [])).toEqual([]);
    const processors = [0, 1000, 2000].map((when) => ({ when, stolen: when / 100, worked: (3 * when) / 100 }));
    expect(samplesOf(own, processors)).toMatchObject([{ stolen: 0.25 }]);
  });
});

describe('what sessions leave in the heap', () => {
  /** A heap that grows by so much a session, collected after every so many of them, in mid-answer each second time. */
  const grown = (sessions: number, bytes: number, every = 10): Look[] =>
    Array.from({ length: sessions }, (_, ended) => {
      const collections = Math.floor(ended / every);
      const inMidAnswer = (collections % 2) * MEGABYTE;
      return {
        at: ended,
        when: 1000 * ended,
        ended,
        usage: null,
        scrape: {
          ...nothing,
          heapBytes: 40 * MEGABYTE + (ended % every) * MEGABYTE,
          heapLeft: 20 * MEGABYTE + collections * every * bytes + inMidAnswer,
        },
      };
    });

  it('is the slope of the least that the collections of each 50 sessions left', () => {
    expect(heapSlope(grown(501, 2000))).toEqual({
      bytesPerSession: 2000,
      errorBytes: 0,
      windows: 9,
      sessions: 500,
    });
    expect(heapSlope(grown(501, 0))!.bytesPerSession).toBe(0);
  });

  it('does not count what the first sessions have read in', () => {
    const looks = grown(500, 100).map((look) =>
      look.ended < 50 ? { ...look, scrape: { ...look.scrape!, heapLeft: MEGABYTE } } : look,
    );
    expect(heapSlope(looks)!.bytesPerSession).toBe(100);
  });

  it('does not count a collection twice, whoever is asked about it again, and those of the last sessions not at all', () => {
    // One for 100 sessions: every other window has none, and the server says of it what it said before.
    expect(heapSlope(grown(1301, 0, 100))!.windows).toBe(12);
    const silent = grown(1301, 0, 100).map((look) => (look.ended % 2 === 1 ? { ...look, scrape: null } : look));
    expect(heapSlope(silent)!.windows).toBe(12);
    const rising = grown(539, 0).map((look) =>
      look.ended < 500 ? look : { ...look, scrape: { ...look.scrape!, heapLeft: 90 * MEGABYTE } },
    );
    expect(heapSlope(rising)!.bytesPerSession).toBe(0);
  });

  it('is unknown after a few sessions, with few collections, and where the server does not tell', () => {
    expect(heapSlope(grown(351, 2000))).not.toBeNull();
    expect(heapSlope(grown(350, 2000))).toBeNull();
    expect(heapSlope(grown(1000, 2000, 200))).toBeNull();
    expect(heapSlope(grown(500, 2000).map((look) => ({ ...look, scrape: null })))).toBeNull();
  });
});

describe('the watch over a server', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function serving(token: string | null): Promise<string> {
    const server = createServer((request, response) => {
      const isKnown = token === null || request.headers.authorization === `Bearer ${token}`;
      response.writeHead(request.url === '/metrics' && isKnown ? 200 : 401);
      response.end('nodejs_heap_size_used_bytes 4096\n');
    });
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('shows the token, and sees nothing without it', async () => {
    const http = await serving('secret');
    const { signal } = new AbortController();
    const scrapes: (number | null | undefined)[] = [];
    for (const token of ['secret', null]) {
      const watch = watchServer({ http, token, pid: null, ended: () => 3 }, signal);
      const { scrape, ended } = await watch.look();
      watch.stop();
      scrapes.push(scrape?.heapBytes);
      expect(ended).toBe(3);
      expect(watch.looks.length).toBeGreaterThan(0);
    }
    expect(scrapes).toEqual([4096, undefined]);
  });

  it('goes on where nobody answers', async () => {
    const { signal } = new AbortController();
    const watch = watchServer({ http: 'http://127.0.0.1:9', token: null, pid: process.pid, ended: () => 0 }, signal);
    const { scrape, usage } = await watch.look();
    watch.stop();
    expect(scrape).toBeNull();
    if (process.platform === 'linux') expect(usage!.megabytes).toBeGreaterThan(10);
  });
});
