/**
 * One life of a worker process: spawn, hello, ready within its time, pings, exit. A life that went wrong stays over;
 * process.ts starts the next one.
 */
import type { Logger } from 'pino';
import { type Code, ParleyError } from '../errors.js';
import { type Channel, type FromWorkerProcess, openChannel } from './channel.js';
import { EXIT_SETTINGS, PROTOCOL } from './messages.js';
import { type Pinging, startPinging } from './pinging.js';
import { type Exit, type Program, type Spawned, spawnWorker } from './spawn.js';

export interface RunOptions extends Program {
  readonly engine: string;
  readonly settings: Record<string, unknown>;
  readonly log: Logger;
  readonly readyMs: number;
  readonly pingMs: number;
}

export interface Ready {
  readonly info: Record<string, unknown>;
  readonly methods: string[];
  readonly warmMs: number;
}

/** Why a life ended, and whether the next one may go better. */
export interface RunEnd {
  readonly code: Extract<Code, 'worker_settings' | 'worker_unavailable' | 'worker_broken'>;
  readonly why: string;
  readonly again: boolean;
}

export interface RunEvents {
  ready(ready: Ready): void;
  stats(values: Record<string, number>): void;
  /** It takes no more calls; `ended` follows. Told once, in the moment its streams fail. */
  down(why: string): void;
}

export interface Run {
  readonly channel: Channel;
  readonly pid: number | undefined;
  /** Resolves when the process is gone. Its streams have failed by then. */
  readonly ended: Promise<RunEnd>;
  /** Asks the worker to finish. */
  shutdown(): void;
  kill(): void;
}

/** The first thing that goes wrong is the cause; what follows from it is not. */
interface Life {
  readonly options: RunOptions;
  readonly events: RunEvents;
  readonly process: Spawned;
  readonly channel: Channel;
  readonly readyTimer: NodeJS.Timeout;
  pinging: Pinging | undefined;
  cause: RunEnd | undefined;
}

/** After the exit, the last words may still be in the pipe; a grandchild may hold the pipe open for ever. */
const LAST_WORDS_MS = 500;

export function startRun(options: RunOptions, events: RunEvents): Run {
  const process = spawnWorker(options, options.log);
  let wireOver: () => void = () => {};
  const wireEnded = new Promise<void>((resolve) => {
    wireOver = resolve;
  });
  const channel = openChannel(process.ends, {
    process: (message) => heed(life, message),
    over(end) {
      wireOver();
      if (end.kind === 'broken') giveUp(life, { code: 'worker_broken', why: end.why, again: true });
      else hangUp(life);
    },
  });
  const readyTimer = setTimeout(() => {
    giveUp(life, { code: 'worker_unavailable', why: `not ready within ${options.readyMs} ms`, again: true });
  }, options.readyMs);
  const life: Life = { options, events, process, channel, readyTimer, pinging: undefined, cause: undefined };
  greet(life);
  return {
    channel,
    pid: process.pid,
    ended: end(life, wireEnded),
    shutdown: () => channel.send({ type: 'shutdown' }),
    kill: () => process.kill(),
  };
}

function greet(life: Life): void {
  const { engine, settings } = life.options;
  try {
    life.channel.send({ type: 'hello', protocol: PROTOCOL, engine, settings });
  } catch (error) {
    giveUp(life, { code: 'worker_settings', why: `its settings do not fit into a message: ${error}`, again: false });
  }
}

function giveUp(life: Life, cause: RunEnd): void {
  if (life.cause !== undefined) return;
  life.cause = cause;
  life.channel.fail(new ParleyError(cause.code, cause.why));
  life.events.down(cause.why);
  life.process.kill();
}

/** Its pipe closed: as a rule it is about to exit, and that says why. If it is not, it has no use any more. */
function hangUp(life: Life): void {
  const why = 'it closed its pipe';
  life.events.down(life.cause?.why ?? why);
  const timer = setTimeout(() => giveUp(life, { code: 'worker_broken', why, again: true }), LAST_WORDS_MS);
  void life.process.exit.then(() => clearTimeout(timer));
}

function heed(life: Life, message: FromWorkerProcess): void {
  const { log } = life.options;
  switch (message.type) {
    case 'ready':
      becomeReady(life, message);
      break;
    case 'error':
      // It exits by itself; the exit code says whether another start is worth while.
      life.cause ??= { code: 'worker_broken', why: `${message.code}: ${message.message}`, again: true };
      break;
    case 'log':
      log[message.level]({ text: message.message, fields: message.fields }, 'worker says');
      break;
    case 'stats':
      life.events.stats(message.values);
      break;
    case 'pong':
      life.pinging?.pong(message.at);
      break;
  }
}

function becomeReady(life: Life, message: Extract<FromWorkerProcess, { type: 'ready' }>): void {
  const { channel, options, events } = life;
  if (message.protocol !== PROTOCOL) {
    const why = `it speaks version ${message.protocol} of the wire; this is version ${PROTOCOL}`;
    giveUp(life, { code: 'worker_settings', why, again: false });
  } else if (life.pinging !== undefined) {
    giveUp(life, { code: 'worker_broken', why: 'it said ready twice', again: true });
  } else {
    clearTimeout(life.readyTimer);
    life.pinging = startPinging(options.pingMs, {
      ping: (at) => channel.send({ type: 'ping', at }),
      slow: (ms) => options.log.warn({ ms: Math.round(ms) }, 'worker answers late'),
      dead: (ms) => giveUp(life, { code: 'worker_broken', why: `no answer to a ping within ${ms} ms`, again: true }),
    });
    events.ready({ info: message.info, methods: message.methods, warmMs: message.warm_ms });
  }
}

async function end(life: Life, wireEnded: Promise<void>): Promise<RunEnd> {
  const exit = await life.process.exit;
  clearTimeout(life.readyTimer);
  life.pinging?.stop();
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, LAST_WORDS_MS);
  });
  await Promise.race([wireEnded, patience]);
  clearTimeout(timer);
  const meaning = exitMeaning(exit, life.cause);
  life.channel.fail(new ParleyError(meaning.code, meaning.why));
  return meaning;
}

/** Exit code 42 and a program that cannot be started need a person; everything else gets another try. */
export function exitMeaning(exit: Exit, cause: RunEnd | undefined): RunEnd {
  switch (exit.kind) {
    case 'unspawned':
      return { code: 'worker_unavailable', why: exit.why, again: exit.again };
    case 'killed':
      return cause ?? { code: 'worker_broken', why: `killed by ${exit.signal}`, again: true };
    case 'exited':
      if (exit.code === EXIT_SETTINGS) {
        return { code: 'worker_settings', why: cause?.why ?? 'it gave no reason', again: false };
      }
      return cause ?? { code: 'worker_broken', why: `exited with code ${exit.code}`, again: true };
  }
}
