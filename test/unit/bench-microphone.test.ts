import { describe, expect, it } from 'vitest';
import { pcmSamples } from '../../src/audio/pcm.js';
import { createBeats } from '../../src/bench/beats.js';
import { openMicrophone } from '../../src/bench/microphone.js';
import { decodeMedia } from '../../src/protocol/media.js';

function read(frame: Uint8Array) {
  const media = decodeMedia(frame);
  return { position: 'position' in media ? media.position : -1, samples: 'pcm' in media ? pcmSamples(media.pcm) : [] };
}

describe('the microphone of the bench', () => {
  it('sends a quiet room, and in it the question, frame by frame', () => {
    const microphone = openMicrophone(() => 0.9);
    const before = read(microphone.frame());
    expect(microphone.isHearing).toBe(false);
    microphone.hear(new Int16Array(720).fill(9000));
    const first = read(microphone.frame());
    expect(microphone.isHearing).toBe(true);
    const second = read(microphone.frame());
    expect(microphone.isHearing).toBe(false);
    expect([before, first, second].map(({ position }) => position)).toEqual([0, 480, 960]);
    expect([...before.samples]).toEqual(Array(480).fill(2));
    expect([...first.samples]).toEqual(Array(480).fill(9000));
    expect([...second.samples]).toEqual([...Array(240).fill(9000), ...Array(240).fill(2)]);
    expect([...read(microphone.frame()).samples]).toEqual(Array(480).fill(2));
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
