/** The recogniser that knows the bench's recordings, on what a server makes of them before it sends them. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resampler } from '../../src/audio/resample.js';
import { wavFile } from '../../src/audio/wav.js';
import { loadRecordings } from '../../src/bench/questions.js';
import { seededRandom } from '../../src/bench/random.js';
import { recordingRecogniser } from '../../src/bench/recording-recogniser.js';
import { asStudioWav } from '../fixtures/any-wav.js';

const recordings = loadRecordings('.');
const { questions, story, parts, noises } = recordings;
const spoken = [...questions, story, ...parts];
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
  it.each(spoken)('knows "$text" at the rate at which it is sent', ({ text, samples }) => {
    expect(hears(inRoom(at16k(samples)))).toBe(text);
    expect(hears({ rate: 24_000, samples })).toBe(text);
  });

  it.each(spoken)('knows "$text" when it is soft, and cut at both ends', ({ text, samples }) => {
    const heard = at16k(samples);
    expect(hears(inRoom(heard.subarray(1770, heard.length - 730), 0.3))).toBe(text);
  });

  it.each(spoken)('gives of a part of "$text" no more than its first words', ({ text, samples }) => {
    const heard = at16k(samples);
    const said = hears(inRoom(heard.subarray(0, Math.floor(heard.length * 0.6))));
    expect(said).not.toBe('');
    expect(said).not.toBe(text);
    expect(text.startsWith(said)).toBe(true);
  });

  const part = (id: string) => at16k(parts.find((each) => each.id === id)!.samples);
  const pause = (ms: number) => room(ms * 16);

  it.each([
    ['could-you-tell-me', 'the-time', 'Could you tell me the time?'],
    ['i-would-like-to-hear', 'a-story', 'I would like to hear a story.'],
    ['what-is-the', 'meaning-of-life', 'What is the meaning of life?'],
    ['how-do-you-know', 'when-i-have-finished-speaking', 'How do you know when I have finished speaking?'],
  ])('hears %s and %s as one, whatever the pause between them', (first, second, text) => {
    for (const ms of [200, 500, 1000]) {
      expect(hears(inRoom(Int16Array.from([...part(first), ...pause(ms), ...part(second)])))).toBe(text);
    }
    const soft = inRoom(Int16Array.from([...part(first), ...pause(600), ...part(second)]), 0.3);
    expect(hears(soft)).toBe(text);
  });

  it('hears of what is still being said what has been said', () => {
    const begun = part('when-i-have-finished-speaking').subarray(0, 16_000);
    const heard = hears(inRoom(Int16Array.from([...part('how-do-you-know'), ...pause(600), ...begun])));
    expect(heard).toMatch(/^How do you know when I/);
    expect(heard).not.toMatch(/speaking/);
  });

  it('hears three sentences as three, and a cough among them as nothing', () => {
    const three = ['i-have-read-about-you', 'they-say-that-you-tell-stories', 'so-please-tell-me-one'];
    const cough = at16k(noises.find(({ id }) => id === 'cough')!.samples);
    const all = three.flatMap((id) => [...part(id), ...pause(300), ...cough, ...pause(300)]);
    expect(hears(inRoom(Int16Array.from(all)))).toBe(
      three.map((id) => parts.find((each) => each.id === id)!.text).join(' '),
    );
  });

  it.each(noises)('takes "$name" for what it is', ({ name, samples }) => {
    const { samples: padded } = inRoom(samples);
    expect(hears({ rate: 24_000, samples: padded })).toBe(['cough', 'knock'].includes(name) ? '' : name);
  });

  describe("with recordings of one's own", () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-'));
    const own = (name: string, bytes: Uint8Array, text?: string) => {
      const file = join(folder, `${name}.wav`);
      writeFileSync(file, bytes);
      return { name, file, ...(text === undefined ? {} : { text }) };
    };
    /** What has none of the shipped ones' sound: a voice played backwards. */
    const backwards = (id: string) => spoken.find((each) => each.id === id)!.samples.toReversed();
    const name = wavFile(backwards('what-is-your-name'), 24_000);
    const halting = [...backwards('what-time-is-it'), ...new Int16Array(24 * 500), ...backwards('how-old-are-you')];
    const knowing = recordingRecogniser(
      loadRecordings('.', [
        own('name', asStudioWav(name), 'Eman ruoy si tahw?'),
        own('halting', wavFile(Int16Array.from(halting), 24_000), 'Emit si ti tahw, uoy era dlo woh?'),
        own('door', wavFile(backwards('tell-me-a-story'), 24_000)),
      ]),
    );

    it('knows each by its text, and a noise by none', () => {
      expect(knowing(inRoom(at16k(backwards('what-is-your-name'))))).toBe('Eman ruoy si tahw?');
      expect(knowing(inRoom(at16k(Int16Array.from(halting))))).toBe('Emit si ti tahw, uoy era dlo woh?');
      expect(knowing(inRoom(at16k(backwards('tell-me-a-story'))))).toBe('');
    });

    it('knows the parts of one that has a pause in it, which together are all of it', () => {
      const [first, second] = ['what-time-is-it', 'how-old-are-you'].map((id) => at16k(backwards(id)));
      const said = [first!, second!].map((samples) => knowing(inRoom(samples)));
      expect(said.join(' ')).toBe('Emit si ti tahw, uoy era dlo woh?');
      expect(said).not.toContain('');
      const begun = Int16Array.from([...first!, ...pause(500), ...second!.subarray(0, second!.length / 2)]);
      const heard = knowing(inRoom(begun));
      expect(heard.startsWith(said[0]!)).toBe(true);
      expect(heard).not.toContain('woh');
    });

    it('knows them beside others, also where one has a pause in it', () => {
      const all = [
        ...part('could-you-tell-me'),
        ...pause(600),
        ...at16k(Int16Array.from(halting)),
        ...pause(600),
        ...part('the-time'),
      ];
      expect(knowing(inRoom(Int16Array.from(all)))).toBe(
        'Could you tell me Emit si ti tahw, uoy era dlo woh? the time?',
      );
    });
  });

  it('has no words for what it does not know', () => {
    const tone = Int16Array.from({ length: 24_000 }, (_, at) => 9000 * Math.sin(at / 9) * Math.sin(at / 3000));
    const hiss = Int16Array.from({ length: 24_000 }, () => (random() * 2 - 1) * 9000);
    for (const samples of [tone, hiss, new Int16Array(16_000), new Int16Array(0)]) {
      expect(hears({ rate: 16_000, samples })).toBe('');
    }
  });
});
