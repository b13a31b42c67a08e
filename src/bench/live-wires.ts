/** What comes back from the vendors that have a key, held against what their simulators send. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { HEARING_RATE, SPEECH_RATE } from '../audio/pcm.js';
import { resampler } from '../audio/resample.js';
import { type Config, keysOf, readConfig } from '../config.js';
import { espeakTts } from '../engines/tts/espeak.js';
import { asParleyError } from '../errors.js';
import { redacted } from '../secrets.js';
import { type Exchange, elevenLabsExchanges, openAiExchanges, type Place } from './live-exchanges.js';
import { type Differences, differences, type Shape } from './live-shape.js';
import type { Question } from './questions.js';
import { saying } from './saying.js';
import { ANSWER } from './vendor-profile.js';
import { startElevenLabsVendor } from './vendors/elevenlabs/server.js';
import type { Pace } from './vendors/faults.js';
import { startOpenAiVendor } from './vendors/openai/server.js';

export type WireOutcome =
  | { readonly kind: 'compared'; readonly differences: Differences }
  | { readonly kind: 'failed'; readonly why: string }
  /** The vendor has answered, and its simulator does not know what it was asked for. */
  | { readonly kind: 'unknown'; readonly why: string };

export interface Wire {
  readonly vendor: string;
  readonly endpoint: string;
  readonly outcome: WireOutcome;
}

/** One request may take so long. */
const ASK_MS = 30_000;
const AT_ONCE: Pace = { firstMs: 0, everyMs: 0, jitter: 0 };

export async function compareWires(
  root: string,
  config: Config,
  question: Question,
  log: Logger,
  signal: AbortSignal,
): Promise<Wire[]> {
  if (config.OPENAI_API_KEY === undefined && config.ELEVENLABS_API_KEY === undefined) return [];
  const audio = resampler(SPEECH_RATE, HEARING_RATE).push(question.samples);
  const openAi = (place: Place, { OPENAI_CHAT_MODEL: chat, OPENAI_STT_MODEL: stt }: Config) =>
    openAiExchanges(place, { chat, stt }, audio);
  const elevenLabs = (place: Place, of: Config) =>
    elevenLabsExchanges(place, {
      voice: of.ELEVENLABS_VOICE_ID,
      model: of.ELEVENLABS_MODEL,
      format: of.ELEVENLABS_OUTPUT_FORMAT,
    });
  const simulators = await startSimulators(root, question, log, signal);
  // A simulator has no voices of anybody's own.
  const usual = { ...config, ELEVENLABS_VOICE_ID: readConfig({}).ELEVENLABS_VOICE_ID };
  const wires: Wire[] = [];
  try {
    for (const { vendor, apiKey, baseUrl, simulated, exchanges } of [
      {
        vendor: 'OpenAI',
        apiKey: config.OPENAI_API_KEY,
        baseUrl: config.OPENAI_BASE_URL,
        simulated: simulators.openAi,
        exchanges: openAi,
      },
      {
        vendor: 'ElevenLabs',
        apiKey: config.ELEVENLABS_API_KEY,
        baseUrl: config.ELEVENLABS_BASE_URL,
        simulated: simulators.elevenLabs,
        exchanges: elevenLabs,
      },
    ]) {
      if (apiKey === undefined) continue;
      const real = exchanges({ baseUrl, apiKey }, config);
      const same = exchanges({ baseUrl: simulated, apiKey: 'simulated' }, usual);
      for (const [index, exchange] of real.entries()) {
        const outcome = await compared(exchange, same[index]!, keysOf(config), signal);
        wires.push({ vendor, endpoint: exchange.endpoint, outcome });
      }
    }
    return wires;
  } finally {
    await simulators.close();
  }
}

async function compared(
  real: Exchange,
  simulated: Exchange,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<WireOutcome> {
  const seen = await shapeOrWhy(real, keys, signal);
  if (typeof seen === 'string') return { kind: 'failed', why: seen };
  const expected = await shapeOrWhy(simulated, [], signal);
  if (typeof expected === 'string') return { kind: 'unknown', why: expected };
  return { kind: 'compared', differences: differences(seen, expected) };
}

async function shapeOrWhy({ ask }: Exchange, keys: readonly string[], signal: AbortSignal): Promise<Shape | string> {
  try {
    return await ask(AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]));
  } catch (thrown) {
    signal.throwIfAborted();
    // A vendor may repeat what it was sent.
    return redacted(asParleyError(thrown).message.replace(/\s+/g, ' '), keys);
  }
}

async function startSimulators(root: string, question: Question, log: Logger, signal: AbortSignal) {
  const voice = espeakTts({ workerFile: join(root, 'dist/engines/tts/espeak-worker.js'), log });
  // Without it there is nothing to compare the vendor's sound with, and each exchange says so.
  await voice.ready(signal).catch(() => {});
  const openAi = await startOpenAiVendor({
    answer: saying(ANSWER),
    hears: () => question.text,
    pace: { models: AT_ONCE, chat: AT_ONCE, transcriptions: AT_ONCE },
    log,
  });
  const pace = { voices: AT_ONCE, speech: AT_ONCE, socket: AT_ONCE };
  const elevenLabs = await startElevenLabsVendor({ speak: voice, pace, log });
  return {
    openAi: openAi.url,
    elevenLabs: elevenLabs.url,
    async close() {
      await Promise.all([openAi.close(), elevenLabs.close(), voice.close()]);
    },
  };
}
