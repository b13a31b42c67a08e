import { describe, expect, it } from 'vitest';
import { pcmSamples } from '../../src/audio/pcm.js';
import { createBeats } from '../../src/bench/beats.js';
import { openMicrophone } from '../../src/bench/microphone.js';
import { seededRandom } from '../../src/bench/random.js';
import { decodeMedia } from '../../src/protocol/media.js';

function read(frame: Uint8Array) {
  const media = decodeMedia(frame);
  return { position: 'position' in media ? media.position : -1, samples: 'pcm' in media ? pcmSamples(media.pcm) : [] };
}

describe('the microphone of the bench', () => {
  it('sends a quiet room, and in it the question, frame by frame', () => {
    const microphone = openMicrophone(() => 0.9);
    const before = read(microphone.frame(null));
    expect(microphone.isHearing).toBe(false);
    microphone.hear(new Int16Array(720).fill(9000));
    const first = read(microphone.frame(null));
    expect(microphone.isHearing).toBe(true);
    const second = read(microphone.frame(null));
    expect(microphone.isHearing).toBe(false);
    expect([before, first, second].map(({ position }) => position)).toEqual([0, 480, 960]);
    expect([...before.samples]).toEqual(Array(480).fill(2));
    expect([...first.samples]).toEqual(Array(480).fill(9000));
    expect([...second.samples]).toEqual([...Array(240).fill(9000), ...Array(240).fill(2)]);
    expect([...read(microphone.frame(null)).samples]).toEqual(Array(480).fill(2));
  });
});

describe('a microphone that hears more', () => {
  it('stands in a room as loud as it is told', () => {
    const microphone = openMicrophone(seededRandom(1), -50);
    const samples = Array.from({ length: 10 }, () => [...read(microphone.frame(null)).samples]).flat();
    const power = samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length;
    expect(10 * Math.log10(power / 32_768 ** 2)).toBeCloseTo(-50, 0);
  });

  it('hears a loud room through the voice, too, and clips what is too loud', () => {
    const alone = openMicrophone(seededRandom(1), -45);
    const spokenTo = openMicrophone(seededRandom(1), -45);
    const voice = Int16Array.from({ length: 480 }, (_, at) => (at < 160 ? 9000 : at < 320 ? 0 : 32_767));
    spokenTo.hear(voice);
    const room = [...read(alone.frame(null)).samples];
    const heard = [...read(spokenTo.frame(null)).samples];
    expect(heard).toEqual(room.map((sample, at) => Math.min(32_767, sample + voice[at]!)));
    expect(new Set(heard.slice(0, 160)).size).toBeGreaterThan(50);
  });

  it('has the echo in the voice and in the room, and clips what is too loud', () => {
    const microphone = openMicrophone(() => 0.9);
    const echo = Int16Array.from({ length: 480 }, (_, at) => (at < 240 ? 100 : 30_000));
    expect([...read(microphone.frame(echo)).samples]).toEqual([...Array(240).fill(102), ...Array(240).fill(30_002)]);
    microphone.hear(new Int16Array(480).fill(9000));
    expect([...read(microphone.frame(echo)).samples]).toEqual([...Array(240).fill(9100), ...Array(240).fill(32_767)]);
  });

  it('hears the room in the pauses of what is said: no room is as silent as zeros', () => {
    const microphone = openMicrophone(() => 0.9);
    microphone.hear(Int16Array.from([...Array(240).fill(9000), ...Array(240).fill(0)]));
    expect([...read(microphone.frame(null)).samples]).toEqual([...Array(240).fill(9000), ...Array(240).fill(2)]);
  });
});

describe('the beat', () => {
  it('keeps to its places on the clock, and tells how late it came', async () => {
    let now = 1000;
    const waits: number[] = [];
    const late: number[] = [];
    const clock = {
      now: () => now,
      wait: async (ms: number) => {
        waits.push(ms);
        now += ms;
      },
    };
    const beats = createBeats((ms) => late.push(ms), clock);
    expect(await beats.next()).toBe(1020);
    now += 50;
    expect(await beats.next()).toBe(1040);
    expect(await beats.next()).toBe(1060);
    expect(await beats.next()).toBe(1080);
    expect(waits).toEqual([20, 10]);
    expect(late).toEqual([0, 30, 10, 0]);
  });
});
