/**
 * Avatars in the making: so many at once, the next ones in line, and what became of the last hundred. A job belongs to
 * the server and ends with it.
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { asParleyError, ParleyError } from '../errors.js';

/** Of films that wait, including those that are still on their way. */
const MOST_WAITING = 8;
const MOST_REMEMBERED = 100;
const MOST_WARNINGS = 50;

export interface Job {
  readonly id: string;
  /** The avatar's id. */
  readonly name: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  /** What is being done, and how much of that, from 0 to 1. */
  readonly step: string | null;
  readonly done: number;
  readonly warnings: readonly string[];
  readonly error: ParleyError | null;
}

export interface Reports {
  readonly onProgress: (step: string, done: number) => void;
  readonly onWarning: (sentence: string) => void;
}

/** What a job does, and what has to happen after it in any case. */
export interface Task {
  run(reports: Reports, signal: AbortSignal): Promise<void>;
  cleanUp(): Promise<void>;
}

/** A place in the line, held while a film is on its way. */
export interface Place {
  start(task: Task): Job;
  /** Does nothing once it has started. */
  leave(): void;
}

export interface Jobs {
  /** Throws at_capacity, or avatar_exists while another job makes one of this name. */
  hold(name: string): Place;
  list(): Job[];
  get(id: string): Job | undefined;
  /** Resolves when nothing of it runs any more. One that has ended stays as it is. */
  cancel(id: string): Promise<Job | undefined>;
  /** Cancels all of them. */
  close(): Promise<void>;
}

interface Kept {
  job: Job;
  readonly task: Task;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
  readonly end: () => void;
}

export function createJobs({ atOnce, log }: { readonly atOnce: number; readonly log: Logger }): Jobs {
  const kept = new Map<string, Kept>();
  const arriving = new Set<string>();
  let isClosed = false;
  const unfinished = () => [...kept.values()].filter(({ job }) => isUnfinished(job));
  const inState = (state: Job['state']) => [...kept.values()].filter(({ job }) => job.state === state);
  const change = (one: Kept, news: Partial<Job>) => {
    one.job = { ...one.job, ...news };
  };

  async function finish(one: Kept, news: Partial<Job>): Promise<void> {
    await one.task.cleanUp().catch((error) => log.warn({ err: error }, 'what a preparation left cannot be removed'));
    change(one, news);
    const over = [...kept.values()].filter(({ job }) => !isUnfinished(job));
    for (const { job } of over.slice(0, Math.max(0, over.length - MOST_REMEMBERED))) kept.delete(job.id);
    one.end();
    startNext();
  }

  async function run(one: Kept): Promise<void> {
    const reports: Reports = {
      onProgress: (step, done) => change(one, { step, done }),
      onWarning: (sentence) => {
        if (one.job.warnings.length < MOST_WARNINGS) change(one, { warnings: [...one.job.warnings, sentence] });
      },
    };
    try {
      await one.task.run(reports, one.stop.signal);
      await finish(one, { state: 'done', done: 1 });
    } catch (thrown) {
      if (one.stop.signal.aborted) return finish(one, { state: 'cancelled' });
      const error = asParleyError(thrown);
      if (error.row.blame === 'server') log.error({ err: thrown }, `the avatar ${one.job.name} could not be made`);
      await finish(one, { state: 'failed', error });
    }
  }

  function startNext(): void {
    const [next] = inState('queued');
    if (isClosed || next === undefined || inState('running').length >= atOnce) return;
    change(next, { state: 'running' });
    void run(next);
    startNext();
  }

  async function cancel(one: Kept): Promise<void> {
    if (one.job.state === 'running') one.stop.abort(new ParleyError('turn_cancelled'));
    // Cleaned up at once: it may be far from its turn.
    if (one.job.state === 'queued') {
      change(one, { state: 'cancelled' });
      await finish(one, {});
    }
    await one.ended;
  }

  return {
    hold(name) {
      if (isClosed) throw new ParleyError('shutting_down');
      const waiting = unfinished();
      if (arriving.has(name) || waiting.some(({ job }) => job.name === name)) {
        throw new ParleyError('avatar_exists', `An avatar "${name}" is being made already.`, { param: 'name' });
      }
      if (arriving.size + waiting.length >= atOnce + MOST_WAITING) throw new ParleyError('at_capacity');
      arriving.add(name);
      return {
        leave: () => void arriving.delete(name),
        start(task) {
          arriving.delete(name);
          if (isClosed) throw new ParleyError('shutting_down');
          const one = keep(name, task);
          kept.set(one.job.id, one);
          startNext();
          return one.job;
        },
      };
    },
    list: () => [...kept.values()].map(({ job }) => job),
    get: (id) => kept.get(id)?.job,
    async cancel(id) {
      const one = kept.get(id);
      if (one === undefined) return undefined;
      await cancel(one);
      return one.job;
    },
    async close() {
      isClosed = true;
      await Promise.all(unfinished().map(cancel));
    },
  };
}

const isUnfinished = ({ state }: Job): boolean => state === 'queued' || state === 'running';

function keep(name: string, task: Task): Kept {
  let end: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const id = randomUUID();
  const job: Job = { id, name, state: 'queued', step: null, done: 0, warnings: [], error: null };
  return { job, task, stop: new AbortController(), ended, end };
}
