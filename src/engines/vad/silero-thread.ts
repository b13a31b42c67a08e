/** One life of the detector's thread (silero-worker.ts): it loads, answers rounds, and ends, for whatever reason. */
import { Worker } from 'node:worker_threads';
import { newDoor, shut } from '../native-door.js';
import type { Round } from './silero-rounds.js';

/** Loading takes 0.3 s and a round 20 ms at most; what takes so long hangs. */
const LATE_MS = 10_000;

export interface ThreadEvents {
  ready(): void;
  /** The probabilities of the round that was sent last. */
  heard(probabilities: Float32Array): void;
}

export interface Thread {
  /** One round at a time: the next one after `heard`. */
  send(round: Round): void;
  end(): void;
  /** Why it ended. */
  readonly ended: Promise<string>;
}

export function startThread(file: string, events: ThreadEvents): Thread {
  const door = newDoor();
  const worker = new Worker(file, { name: 'silero', workerData: door });
  const onProcessExit = () => shut(door);
  process.once('exit', onProcessExit);
  let why: string | undefined;
  let timer: NodeJS.Timeout;
  const end = () => {
    shut(door);
    void worker.terminate();
  };
  const expectAnswer = () => {
    timer = setTimeout(() => {
      why ??= `no answer in ${LATE_MS / 1000} s`;
      end();
    }, LATE_MS);
  };
  worker.on('message', (message: 'ready' | Float32Array) => {
    clearTimeout(timer);
    if (message === 'ready') events.ready();
    else events.heard(message);
  });
  worker.on('error', (error) => {
    why ??= firstLine(error);
  });
  const ended = new Promise<string>((resolve) => {
    worker.on('exit', (code) => {
      clearTimeout(timer);
      process.off('exit', onProcessExit);
      resolve(why ?? `its thread ended with ${code}`);
    });
  });
  expectAnswer();
  return {
    send(round) {
      expectAnswer();
      worker.postMessage(round, [round.samples.buffer]);
    },
    end,
    ended,
  };
}

/** Node puts the whole list of importing files behind the first line. */
const firstLine = (error: unknown): string => String(error instanceof Error ? error.message : error).split('\n', 1)[0]!;
