/** One life of the model's thread (turn-worker.ts): it loads, answers questions, and ends, for whatever reason. */
import { Worker } from 'node:worker_threads';
import { type NativeDoor, newDoor, shut } from '../native-door.js';
import { firstLine } from './turn-runtime.js';

/** Loading takes 0.3 s and an answer 0.1 s; what takes so long hangs. */
const LATE_MS = 10_000;

export interface ThreadData {
  readonly door: NativeDoor;
  readonly file: string;
}

export interface ThreadEvents {
  ready(): void;
  /** To the question that was asked last. */
  answered(probability: number): void;
}

export interface Thread {
  /** One question at a time: the next one after `answered`. The samples' buffer moves there. */
  ask(utterance: Int16Array<ArrayBuffer>): void;
  end(): void;
  /** Why it ended. */
  readonly ended: Promise<string>;
}

export function startThread(workerFile: string, file: string, events: ThreadEvents): Thread {
  const door = newDoor();
  const worker = new Worker(workerFile, { name: 'turn-model', workerData: { door, file } satisfies ThreadData });
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
  worker.on('message', (message: 'ready' | number) => {
    clearTimeout(timer);
    if (message === 'ready') events.ready();
    else events.answered(message);
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
    ask(utterance) {
      expectAnswer();
      worker.postMessage(utterance, [utterance.buffer]);
    },
    end,
    ended,
  };
}
