import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startElevenLabsVendor } from '../../src/bench/vendors/elevenlabs/server.js';
import type { Pace } from '../../src/bench/vendors/faults.js';
import type { SpeechOptions, TtsEngine } from '../../src/engines/contract.js';
import { elevenLabsSocket } from '../../src/engines/tts/elevenlabs.js';
import { type ElevenLabsFormat, elevenLabsFormats } from '../../src/engines/tts/elevenlabs-audio.js';
import { elevenLabsHttp } from '../../src/engines/tts/elevenlabs-http.js';
import type { ElevenLabsSettings } from '../../src/engines/tts/elevenlabs-settings.js';
import { type EspeakEngine, espeakTts } from '../../src/engines/tts/espeak.js';
import { all, context, countSamples, given, ttsContract } from './tts.js';

const log = pino({ level: 'silent' });
const forever = new AbortController().signal;
const atOnce: Pace = { firstMs: 0, everyMs: 0, jitter: 0 };

function installed(): boolean {
  try {
    return createRequire(import.meta.url).resolve('@echogarden/espeak-ng-emscripten') !== '';
  } catch {
    return false;
  }
}

/** ElevenLabs as it is simulated here, with the embedded voice for a voice. */
describe.skipIf(!installed())('elevenlabs', () => {
  let speak: EspeakEngine;
  let vendor: Awaited<ReturnType<typeof startElevenLabsVendor>>;
  beforeAll(async () => {
    speak = espeakTts({ workerFile: join(import.meta.dirname, '../../dist/engines/tts/espeak-worker.js'), log });
    await speak.ready(forever);
    const pace = { voices: atOnce, speech: atOnce, socket: atOnce };
    vendor = await startElevenLabsVendor({ key: 'sk_contract', speak, pace, log });
  });
  afterAll(async () => {
    await vendor.close();
    await speak.close();
  });

  const settings = (format: ElevenLabsFormat = 'pcm_24000'): ElevenLabsSettings => ({
    apiKey: 'sk_contract',
    baseUrl: vendor.url,
    timeoutMs: 5000,
    voice: '21m00Tcm4TlvDq8ikWAM',
    model: 'eleven_flash_v2_5',
    format,
    voiceSettings: { stability: 0.5, similarityBoost: 0.75, style: 0, speakerBoost: true, speed: 1 },
    log,
  });
  const engines = { elevenlabs: elevenLabsSocket, 'elevenlabs-http': elevenLabsHttp } as const;

  for (const [name, make] of Object.entries(engines)) {
    ttsContract(name, async () => {
      const engine = make(settings());
      await engine.probe!(forever);
      return engine;
    });
  }

  const options: SpeechOptions = { voice: '21m00Tcm4TlvDq8ikWAM', speed: 1 };
  const texts = ['Good morning, Ada.', 'It is a fine day, and we have time: shall we go out?'];
  const spoken = async (engine: TtsEngine) => {
    const speech = await all(engine.run(given(texts), options, context(forever)));
    await engine.close();
    const samples = speech.flatMap((piece) => Array.from(piece.samples));
    const power = samples.reduce((sum, value) => sum + value * value, 0);
    return { seconds: countSamples(speech) / 24_000, power, words: speech.flatMap(({ words }) => words) };
  };

  it.each(Object.keys(engines) as (keyof typeof engines)[])('%s sounds the same in every format', async (name) => {
    const plain = await spoken(engines[name](settings()));
    for (const format of elevenLabsFormats) {
      const other = await spoken(engines[name](settings(format)));
      // An MP3 stream is filled up to whole frames, of 26 or 52 ms, at its beginning and its end. And Espeak's own
      // noise, which is new every time, moves the edges at which its silence is cut off.
      expect(Math.abs(other.seconds - plain.seconds), format).toBeLessThan(format.startsWith('mp3') ? 0.25 : 0.05);
      expect(Math.abs(10 * Math.log10(other.power / plain.power)), format).toBeLessThan(1);
      expect(
        other.words.map(({ from, to }) => [from, to]),
        format,
      ).toEqual(plain.words.map(({ from, to }) => [from, to]));
      other.words.forEach((word, n) => {
        expect(Math.abs(word.start - plain.words[n]!.start), format).toBeLessThan(0.1 * 24_000);
      });
    }
  });
});
