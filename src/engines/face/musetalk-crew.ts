/** MuseTalk's workers, one for each device: who has the next reply, and which faces each of them has been sent. */
import type { Logger } from 'pino';
import { ParleyError } from '../../errors.js';
import { abortable, within } from '../../flow.js';
import { type Chunk, startWorker, type Worker } from '../../workers/process.js';
import type { Ready } from '../../workers/run.js';
import type { FilmedFace, WorkerStats } from '../contract.js';

export interface CrewOptions {
  /** The environment's Python, and the folder that parley_workers is in. */
  readonly python: string;
  readonly pythonFolder: string;
  readonly models: string;
  /** `auto`, or torch's names for them: cuda:0, cuda:1, cpu. One worker for each. */
  readonly devices: readonly string[];
  readonly precision: string;
  /** Replies at once with every picture drawn; null: as many as the worker finds that its device can. */
  readonly replies: number | null;
  /** Of the worker's speed (python/parley_workers/musetalk/options.py); it judges them itself. */
  readonly options: Readonly<Record<string, unknown>> | null;
  readonly log: Logger;
  readonly signal?: AbortSignal;
}

export interface ReplyCall {
  readonly base: number;
  readonly input: AsyncIterable<Chunk>;
  readonly signal: AbortSignal;
}

export interface Crew {
  /** One reply, on the worker that has the fewest. */
  animate(film: FilmedFace, call: ReplyCall): AsyncGenerator<Chunk, void, undefined>;
  /** Sends a face to every worker that is up and has not got it. */
  teach(film: FilmedFace): void;
  health(): 'up' | { down: string };
  /** Waits until one is up; rejects when none will be. */
  ready(signal: AbortSignal): Promise<unknown>;
  /** Replies at once, of all workers that are up; null: none has said it yet. */
  places(): number | null;
  stats(): readonly WorkerStats[];
  close(): Promise<void>;
}

interface Member {
  readonly worker: Worker;
  replies: number;
  /** Hashes of faces that wait for the worker to be up. */
  readonly waiting: Set<string>;
  /** By the worker's life: another one begins with an empty head. */
  readonly taught: WeakMap<Ready, Map<string, Promise<void>>>;
}

/** Several gigabytes are read, and every size of a batch is run once before it counts as ready. */
const READY_MS = 300_000;
/** How long an answer waits for a worker that is being started. */
const BACK_MS = 2000;
const PIECE_BYTES = 512 * 1024;

export function startCrew(options: CrewOptions): Crew {
  const { devices, log } = options;
  const closing = new AbortController();
  const members = devices.map(
    (device, at): Member => ({
      worker: startOne(options, device, at === 0 ? 'musetalk' : `musetalk ${at + 1}`),
      replies: 0,
      waiting: new Set(),
      taught: new WeakMap(),
    }),
  );

  async function* animate(film: FilmedFace, { base, input, signal }: ReplyCall) {
    const member = leastBusy(members);
    member.replies += 1;
    try {
      const ready = await within(
        member.worker.ready(signal),
        BACK_MS,
        'worker_unavailable',
        'The face is not back yet.',
      );
      await abortable(known(member, ready, film, closing.signal), signal);
      yield* member.worker.open({ method: 'animate', params: { face: film.hash, base }, input, signal });
    } finally {
      member.replies -= 1;
    }
  }

  async function teach(member: Member, film: FilmedFace): Promise<void> {
    // A worker may take minutes to start, and everybody who looks at the face meanwhile asks for it.
    if (member.waiting.has(film.hash)) return;
    member.waiting.add(film.hash);
    try {
      await known(member, await member.worker.ready(closing.signal), film, closing.signal);
    } catch (err) {
      if (!closing.signal.aborted)
        log.warn({ err }, 'a face could not be sent to its worker; the next answer tries again');
    } finally {
      member.waiting.delete(film.hash);
    }
  }

  return {
    animate,
    teach: (film) => {
      for (const member of members) void teach(member, film);
    },
    health: () => (members.some(isUp) ? 'up' : members[0]!.worker.health()),
    places: () => {
      const known = members.filter(isUp).map(({ worker }) => worker.info?.repliesAtFullRate);
      const counts = known.filter((count) => typeof count === 'number');
      // A device that is too slow for one was chosen all the same.
      return counts.length === 0 ? null : counts.reduce((sum, count) => sum + Math.max(1, count), 0);
    },
    ready: (signal) => Promise.any(members.map(({ worker }) => worker.ready(signal))),
    stats: () => members.map(({ worker }) => ({ worker: worker.name, values: worker.stats })),
    async close() {
      closing.abort(new ParleyError('shutting_down'));
      await Promise.all(members.map(({ worker }) => worker.close()));
    },
  };
}

const startOne = (
  { python, pythonFolder, models, precision, replies, options, log, signal }: CrewOptions,
  device: string,
  name: string,
) =>
  startWorker({
    name,
    file: python,
    args: ['-m', 'parley_workers'],
    cwd: pythonFolder,
    engine: 'musetalk',
    settings: { models, device, precision, ...(replies === null ? {} : { replies }), ...(options && { options }) },
    readyMs: READY_MS,
    log,
    ...(signal === undefined ? {} : { signal }),
  });

/** Once in a worker's life, however many ask; what failed is tried again. */
function taught(member: Member, ready: Ready, film: FilmedFace, signal: AbortSignal): Promise<void> {
  const faces = member.taught.get(ready) ?? new Map<string, Promise<void>>();
  member.taught.set(ready, faces);
  const known = faces.get(film.hash);
  if (known !== undefined) return known;
  const sent = send(member.worker, film, signal);
  faces.set(film.hash, sent);
  sent.catch(() => faces.delete(film.hash));
  return sent;
}

/** Taught, and not forgotten since: a worker lets go of faces that nobody has asked for in a long time. */
async function known(member: Member, ready: Ready, film: FilmedFace, signal: AbortSignal): Promise<void> {
  const sent = taught(member, ready, film, signal);
  await sent;
  if (await isRecalled(member.worker, film, signal)) return;
  const faces = member.taught.get(ready);
  // Whoever has noticed before us sends it already.
  if (faces?.get(film.hash) === sent) faces.delete(film.hash);
  await taught(member, ready, film, signal);
}

async function isRecalled(worker: Worker, film: FilmedFace, signal: AbortSignal): Promise<boolean> {
  for await (const { data } of worker.open({ method: 'recall', params: { face: film.hash }, signal })) {
    return data.known === true;
  }
  return false;
}

async function send(worker: Worker, film: FilmedFace, signal: AbortSignal): Promise<void> {
  const { face, pack } = await film.read();
  const params = { face: film.hash, faceBytes: face.byteLength, packBytes: pack.byteLength };
  for await (const _ of worker.open({ method: 'learn', params, input: pieces(face, pack), signal })) {
    // It says only that it has understood.
  }
}

async function* pieces(...files: readonly Uint8Array[]): AsyncGenerator<Chunk, void, undefined> {
  for (const file of files) {
    for (let at = 0; at < file.byteLength; at += PIECE_BYTES) {
      yield { data: {}, body: file.subarray(at, at + PIECE_BYTES) };
    }
  }
}

const isUp = ({ worker }: Member): boolean => worker.health() === 'up';

/** The one with the most room for what it can do: devices need not be alike. */
function leastBusy(members: readonly Member[]): Member {
  const able = members.some(isUp) ? members.filter(isUp) : members;
  return able.reduce((least, one) => (load(one) < load(least) ? one : least));
}

function load({ worker, replies }: Member): number {
  const places = worker.info?.replies;
  return replies / (typeof places === 'number' && places > 0 ? places : 1);
}
