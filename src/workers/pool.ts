/**
 * Several processes of one worker, seen as one: for engines that use one core each, however many callers they have. A
 * stream goes to the process with the fewest; the pool is up while one of them is.
 *
 * The first process starts alone. Once it is ready, so are the callers, and the others follow; settings that it refuses
 * would be refused by all, and are told once.
 */
import type { Call, Chunk } from './channel.js';
import { startWorker, type Worker, type WorkerOptions } from './process.js';

export interface Pool {
  /** `up`, or why none of its processes can answer. */
  health(): 'up' | { down: string };
  /** Waits until one is up; rejects when none will be. */
  ready(signal: AbortSignal): Promise<unknown>;
  /** One stream, on the process that has the fewest when it begins. Fails as that process does. */
  open(call: Call): AsyncIterable<Chunk>;
  /** Of the processes that there are right now. */
  readonly pids: readonly number[];
  close(): Promise<void>;
}

interface Member {
  readonly worker: Worker;
  streams: number;
  /** Counts the pool's streams: which was its last. */
  chosen: number;
}

export function startPool(count: number, options: WorkerOptions): Pool {
  const closing = new AbortController();
  const member = (name: string): Member => ({ worker: startWorker({ ...options, name }), streams: 0, chosen: 0 });
  const first = member(options.name);
  const members = [first];
  first.worker.ready(closing.signal).then(
    () => {
      if (closing.signal.aborted) return;
      for (let n = 2; n <= count; n += 1) members.push(member(`${options.name} ${n}`));
    },
    () => {}, // Whoever asks for a stream is told.
  );

  return {
    health: () => (members.some(isUp) ? 'up' : first.worker.health()),
    async ready(signal) {
      const any = Promise.any(members.map(({ worker }) => worker.ready(signal)));
      await any.catch((none: AggregateError) => {
        throw none.errors[0];
      });
    },
    open: (call) => openOnOne(members, call),
    get pids() {
      return members.flatMap(({ worker: { pid } }) => pid ?? []);
    },
    async close() {
      closing.abort();
      await Promise.all(members.map(({ worker }) => worker.close()));
    },
  };
}

/** Chosen with the first `next`, which is when the stream begins. */
async function* openOnOne(members: readonly Member[], call: Call): AsyncGenerator<Chunk, void, undefined> {
  const member = leastBusy(members);
  member.chosen = 1 + Math.max(...members.map(({ chosen }) => chosen));
  member.streams += 1;
  try {
    yield* member.worker.open(call);
  } finally {
    member.streams -= 1;
  }
}

const isUp = ({ worker }: Member) => worker.health() === 'up';

/**
 * Of several that are equally busy the one that has rested longest, so that one that hangs does not get every next
 * stream; if none is up, the first of all, which fails by its name.
 */
function leastBusy(members: readonly Member[]): Member {
  const [first, ...others] = members.some(isUp) ? members.filter(isUp) : members;
  return others.reduce((least, one) => (isBetter(one, least) ? one : least), first!);
}

const isBetter = (one: Member, other: Member) =>
  one.streams < other.streams || (one.streams === other.streams && one.chosen < other.chosen);
