/** What a server comes to: one of the bench's own, or one that runs already. */
import { type About, askAbout, engineLine } from './about.js';
import { callersOf, jobsFor, measure } from './measuring.js';
import { httpAddress, type Options } from './options.js';
import { type Environment, startOwnServer } from './own-server.js';
import { measureAndWeigh, type Weighed } from './weighing.js';

/** A server that stood still while it was counted takes itself for overloaded for some seconds, and turns callers away. */
const REST_MS = 10_000;

export interface Benched extends Weighed {
  readonly about: About;
}

export async function benchServer(
  options: Options,
  root: string,
  environment: Environment,
  signal: AbortSignal,
): Promise<Benched> {
  const { url, callers, scenario } = options;
  const wanted = { root, environment, callers, countsHeap: scenario.leftovers !== undefined };
  const own = url === null ? await startOwnServer(wanted, signal) : null;
  try {
    const http = own?.http ?? httpAddress(url!);
    const about = await askAbout(http, options.token, signal);
    const what = `${scenario.name}${options.typed ? ', typed' : ''}: ${scaleOf(options)}`;
    process.stdout.write(`\nParley ${about.version} at ${http}\n  ${what}\n  ${engineLine(about)}\n\n`);
    const watched = { http, token: options.token, pid: own?.pid ?? null };
    const measureFor = (given: Options) =>
      measure({ root, jobs: jobsFor(given, http, about), watched, output: process.stdout }, signal);
    const count = own?.countHeap ?? null;
    if (scenario.leftovers === undefined || count === null)
      return { about, measured: await measureFor(options), leftovers: null };
    const { warmUp } = scenario.leftovers;
    const weighing = {
      warmUp: () =>
        say(`Warming up, which is not measured: turns of each ${warmUp}.`, () =>
          measureFor({ ...options, turns: warmUp, minutes: null }),
        ),
      measure: async () => ({ ...(await measureFor(options)), isCounted: true }),
      count: () => say("Counting what lies in the server's heap.", count),
      restMs: REST_MS,
    };
    return { about, ...(await measureAndWeigh(weighing, signal)) };
  } finally {
    await own?.close();
  }
}

function say<T>(what: string, doIt: () => T): T {
  process.stdout.write(`  ${what}\n`);
  return doIt();
}

function scaleOf({ scenario, turns, minutes }: Options): string {
  const callers = callersOf(scenario).join(', ');
  return turns === null ? `callers ${callers}, for ${minutes} minutes` : `callers ${callers}, turns of each ${turns}`;
}
