/** The voice engines as the simulated vendor (vendor-elevenlabs-fixture.ts) is to hear them. */
import { onTestFinished } from 'vitest';
import type { Endpoint } from '../../src/bench/vendors/elevenlabs/ledger.js';
import type { VendorRequest } from '../../src/bench/vendors/vendor.js';
import type { EngineContext, Phrase, SessionScope, Speech, TtsEngine } from '../../src/engines/contract.js';
import type { ElevenLabsSettings } from '../../src/engines/tts/elevenlabs-settings.js';
import { silentLog } from '../fixtures/engines.js';
import { KEY, RACHEL } from './vendor-elevenlabs-fixture.js';

export const told = { voice: RACHEL, speed: 1 };

export const settings = (url: string, changes: Partial<ElevenLabsSettings> = {}): ElevenLabsSettings => ({
  apiKey: KEY,
  baseUrl: url,
  timeoutMs: 5000,
  voice: RACHEL,
  model: 'eleven_flash_v2_5',
  format: 'pcm_24000',
  voiceSettings: { stability: 0.5, similarityBoost: 0.75, style: 0, speakerBoost: true, speed: 1 },
  log: silentLog,
  ...changes,
});

export function ending<T extends TtsEngine>(engine: T): T {
  onTestFinished(() => engine.close());
  return engine;
}

/** A caller, who goes when the test is over at the latest. */
export function caller(id = 'sess_1'): SessionScope & { readonly leave: () => void } {
  const gone = new AbortController();
  onTestFinished(() => gone.abort());
  return { id, gone: gone.signal, leave: () => gone.abort() };
}

export const forTurn = (session?: SessionScope, signal = new AbortController().signal): EngineContext => ({
  signal,
  log: silentLog,
  turn: 'turn_1',
  ...(session === undefined ? {} : { session }),
});

/** Phrases that come when the test says so. */
export function dictation() {
  const phrases: Phrase[] = [];
  let isOver = false;
  let wake = () => {};
  async function* source(): AsyncGenerator<Phrase> {
    for (let index = 0; ; index += 1) {
      while (phrases.length <= index && !isOver) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (phrases.length <= index) return;
      yield phrases[index]!;
    }
  }
  return {
    source: source(),
    say(text: string) {
      phrases.push({ index: phrases.length, text });
      wake();
    },
    end() {
      isOver = true;
      wake();
    },
  };
}

export const wordsOf = (text: string, speech: readonly Speech[]): string[] =>
  speech.flatMap(({ words }) => words.map(({ from, to }) => text.slice(from, to)));

type Requests = readonly VendorRequest<Endpoint>[];
const kind = (requests: Requests, name: string) =>
  requests.filter(({ body }) => (body as { kind?: string } | null)?.kind === name);

export const socketsIn = (requests: Requests) => kind(requests, 'socket');
export const contextsIn = (requests: Requests) => kind(requests, 'context');
export const textsIn = (requests: Requests) =>
  contextsIn(requests).map(({ body }) => (body as { text: string }).text.trim());
