/** A model with one thing to say, a voice that clicks, and a face that flashes: engines as any other to the server. */
import { FRAME_MS } from '../../audio/pcm.js';
import type { Engine, FaceEngine, Llm, TtsEngine } from '../../engines/contract.js';
import { clickFrames, clickingFrame, isClick } from './clicks.js';
import { FLASH } from './flashing-avatar.js';

const life = { readAhead: 1, health: () => 'up' as const, close: async () => {} };

export const VOICE = 'clicks';

/** What is said does not matter; one phrase is one answer. */
export const wordyModel: Engine<Llm> = {
  ...life,
  name: 'one phrase',
  run: async function* (_request, { signal }) {
    signal.throwIfAborted();
    yield { kind: 'text', text: 'Watch closely.' };
  },
};

/** Each phrase is `seconds` of clicks. `onClicks` is told how many they are. */
export function clickingVoice(
  { seconds, random }: { readonly seconds: number; readonly random: () => number },
  onClicks: (count: number) => void,
): TtsEngine {
  return {
    ...life,
    name: 'clicks',
    voices: [{ id: VOICE, name: 'Clicks', language: null }],
    run: async function* (phrases, _options, { signal }) {
      for await (const { index, text } of phrases) {
        if (text.trim() === '') continue;
        const frames = Math.round((seconds * 1000) / FRAME_MS);
        const clicks = new Set(clickFrames(frames, random));
        onClicks(clicks.size);
        for (let frame = 0; frame < frames; frame += 1) {
          signal.throwIfAborted();
          yield { phrase: index, samples: clickingFrame(clicks.has(frame)), words: [] };
        }
      }
    },
  };
}

/** Goes by what it hears, as every face does: it is told nothing of where the clicks are. */
export const flashingFace: FaceEngine = {
  ...life,
  name: 'flashes',
  lookAheadMs: 0,
  animates: ({ bank }) => bank !== null,
  run: async function* (frames, { avatar, base: first }, { signal }) {
    let index = 0;
    for await (const frame of frames) {
      signal.throwIfAborted();
      const base = (first + index) % avatar.frames;
      const bank = avatar.bank!;
      // Also the dark ones are patches: pictures without any would cost the page less than those of a face do.
      yield { index, base, patch: { place: bank.place(base), jpeg: bank.patch(base, isClick(frame) ? FLASH : 0) } };
      index += 1;
    }
  },
};
