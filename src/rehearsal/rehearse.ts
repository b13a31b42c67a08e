/**
 * A conversation that nobody hears, before anybody is served: what a turn goes through has been gone through once, so that
 * the first caller does not wait until the code of it is compiled. It is the real session, in a house that is this one but
 * for its engines: these reach nobody, cost nothing and count nowhere.
 */
import { type Agent, globalAgent } from 'node:http';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { noLimits } from '../conversation/allowance.js';
import type { House } from '../conversation/house.js';
import { runSession } from '../conversation/session.js';
import type { FaceEngine } from '../engines/contract.js';
import { type RehearsingEngines, rehearsingEngines } from '../engines/providers/rehearsing.js';
import { abortable, orLate } from '../flow.js';
import type { EngineRow } from '../observe/start-table.js';
import { cannedFace, cannedLlm, cannedStt, cannedTts, cannedVad } from './canned-engines.js';
import { type CannedVendors, openCannedVendors } from './canned-vendors.js';
import { type UnseenCaller, unseenCaller } from './unseen-caller.js';

const TURNS = 3;
const LONGEST_MS = 1000;

export interface RehearsalTools {
  readonly house: House;
  readonly config: Config;
  /** Who does which job. */
  readonly rows: readonly EngineRow[];
  /** The server ends before it has begun. */
  readonly stopping: AbortSignal;
  /** Goes around all that the session asks of the house, also where nobody waits for that any more. */
  readonly during?: <T>(session: () => Promise<T>) => Promise<T>;
  /** A start is not to be slower than by this, whatever goes wrong. */
  readonly longestMs?: number;
  readonly openVendors?: () => Promise<CannedVendors>;
}

/** How many turns were gone through. Never rejects: a server that could not rehearse serves all the same. */
export async function rehearse(tools: RehearsalTools): Promise<number> {
  const { house, stopping, longestMs = LONGEST_MS } = tools;
  const began = house.now();
  const over = new AbortController();
  const { log } = house;
  try {
    const performing = perform(tools, AbortSignal.any([stopping, over.signal]));
    const turns = await orLate(abortable(performing, stopping), longestMs);
    log.debug({ ms: Math.round(house.now() - began), turns }, 'rehearsed');
    return turns === 'late' ? 0 : turns;
  } catch (thrown) {
    log.debug({ err: thrown }, 'the rehearsal failed');
    return 0;
  } finally {
    over.abort();
  }
}

/** Which jobs are a vendor's, whose answers have to be read. */
function asksVendors(rows: readonly EngineRow[]) {
  const does = (engine: string, job: string) =>
    !goesThroughProxy() && rows.some((row) => row.job === job && row.engine === engine);
  return {
    stt: does('openai', 'recogniser'),
    llm: does('openai', 'language model'),
    tts: does('elevenlabs', 'voice'),
  };
}

/** Then a proxy would be asked for the canned vendors, and has none on its own loopback. */
function goesThroughProxy(): boolean {
  const { options } = globalAgent as Agent & { readonly options?: { readonly proxyEnv?: unknown } };
  return options?.proxyEnv !== undefined;
}

type Asks = ReturnType<typeof asksVendors>;

async function perform(tools: RehearsalTools, over: AbortSignal): Promise<number> {
  const { rows, openVendors = openCannedVendors } = tools;
  const asks = asksVendors(rows);
  const vendors = asks.stt || asks.llm || asks.tts ? await openVendors() : null;
  try {
    // Whoever has gone meanwhile must not be called upon: nobody would send it away again.
    return over.aborted ? 0 : await performBefore(vendors, asks, tools, over);
  } finally {
    vendors?.close();
  }
}

async function performBefore(
  vendors: CannedVendors | null,
  asks: Asks,
  { house, config, during = (session) => session() }: RehearsalTools,
  over: AbortSignal,
): Promise<number> {
  const silent = house.log.child({}, { level: 'silent' });
  const real = vendors === null ? null : rehearsingEngines(config, vendors.url, silent);
  const unseen = unseenCaller(house.now);
  over.addEventListener('abort', unseen.leave, { once: true });
  try {
    const engines = {
      stt: (asks.stt ? real?.stt : null) ?? cannedStt,
      llm: (asks.llm ? real?.llm : null) ?? cannedLlm,
      tts: (asks.tts ? real?.tts : null) ?? cannedTts,
    };
    return await during(() => attend(unseen, stage(house, engines, silent)));
  } finally {
    unseen.leave();
    // Nobody waits for them: one that hangs must not keep the vendors, whose going ends what they still ask.
    void Promise.allSettled([real?.stt.close(), real?.llm.close(), real?.tts.close()]);
  }
}

/** A whole session: it is over when both sides are, also where one of them fails. */
async function attend(unseen: UnseenCaller, house: House): Promise<number> {
  const session = runSession(unseen.caller, house).finally(unseen.leave);
  const conversation = converse(unseen, house.hearing !== null).finally(unseen.leave);
  await Promise.allSettled([session, conversation]);
  await session;
  return conversation;
}

/** How many turns were answered. */
async function converse(unseen: UnseenCaller, isHeard: boolean): Promise<number> {
  const { say, sound, answered } = unseen;
  say({ type: 'session.update', session: { type: 'realtime', audio: { input: { transcription: {} } } } });
  for (let turn = 0; turn < TURNS; turn += 1) {
    if (isHeard) {
      await sound(600, 'voice');
      await sound(600, 'silence');
    } else {
      const content = [{ type: 'input_text', text: 'Is the lamp lit?' }];
      say({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
      say({ type: 'response.create' });
    }
    if (!(await answered())) return turn;
  }
  return TURNS;
}

/** This house, as far as it reaches nobody. */
function stage(house: House, { stt, llm, tts }: RehearsingEngines, log: Logger): House {
  const { engines, hearing, presenter } = house;
  return {
    presenter,
    presenters: new Map(),
    voices: [presenter.voice],
    language: house.language,
    speculation: house.speculation,
    interrupting: house.interrupting,
    standby: { apology: null, brokenOff: null, tooLong: null, voiceLost: null, farewell: null, fillers: [] },
    fillerAfterMs: null,
    limits: noLimits,
    now: house.now,
    log,
    engines: { llm, tts: engines.tts === null ? null : tts, face: faceFor(house) },
    hearing: hearing === null ? null : { vad: cannedVad, stt, endOfTurn: null },
  };
}

/** One that is not ready yet would have everybody wait for it, here as well. */
function faceFor({ engines: { face }, presenter }: House): FaceEngine | null {
  if (face === null || presenter.face === null) return null;
  return face.health() === 'up' && face.animates(presenter.face.avatar) ? face : cannedFace;
}
