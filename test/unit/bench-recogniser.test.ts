/** The recogniser that knows the bench's recordings, on what a server makes of them before it sends them. */
import { describe, expect, it } from 'vitest';
import { resampler } from '../../src/audio/resample.js';
import { loadRecordings } from '../../src/bench/questions.js';
import { seededRandom } from '../../src/bench/random.js';
import { recordingRecogniser } from '../../src/bench/recording-recogniser.js';

const recordings = loadRecordings('.');
const { questions, story, noises } = recordings;
const hears = recordingRecogniser(recordings);
const random = seededRandom(1);

const at16k = (samples: Int16Array) => resampler(24_000, 16_000).push(samples);
const room = (length: number) => Int16Array.from({ length }, () => Math.round((random() * 2 - 1) * 2));
/** In a quiet room, with silence before and behind it. */
function inRoom(samples: Int16Array, volume = 1): { rate: number; samples: Int16Array } {
  const [before, after] = [room(6400 + Math.floor(random() * 200)), room(3000)];
  const all = [...before, ...samples.map((sample) => Math.round(sample * volume)), ...after];
  return { rate: 16_000, samples: Int16Array.from(all) };
}

describe('the recogniser of recordings', () => {
  it.each([...questions, story])('knows "$text" at the rate at which it is sent', ({ text, samples }) => {
    expect(hears(inRoom(at16k(samples)))).toBe(text);
    expect(hears({ rate: 24_000, samples })).toBe(text);
  });

  it.each([...questions, story])('knows "$text" when it is soft, and cut at both ends', ({ text, samples }) => {
    const heard = at16k(samples);
    expect(hears(inRoom(heard.subarray(1770, heard.length - 730), 0.3))).toBe(text);
  });

  it.each([...questions, story])('gives of a part of "$text" no more than its first words', ({ text, samples }) => {
    const heard = at16k(samples);
    const said = hears(inRoom(heard.subarray(0, Math.floor(heard.length * 0.6))));
    expect(said).not.toBe('');
    expect(said).not.toBe(text);
    expect(text.startsWith(said)).toBe(true);
  });

  it.each(noises)('takes "$name" for what it is', ({ name, samples }) => {
    const { samples: padded } = inRoom(samples);
    expect(hears({ rate: 24_000, samples: padded })).toBe(['cough', 'knock'].includes(name) ? '' : name);
  });

  it('has no words for what it does not know', () => {
    const tone = Int16Array.from({ length: 24_000 }, (_, at) => 9000 * Math.sin(at / 9) * Math.sin(at / 3000));
    const hiss = Int16Array.from({ length: 24_000 }, () => (random() * 2 - 1) * 9000);
    for (const samples of [tone, hiss, new Int16Array(16_000), new Int16Array(0)]) {
      expect(hears({ rate: 16_000, samples })).toBe('');
    }
  });
});
