import { describe, expect, it } from 'vitest';
import { createLoudspeaker } from '../../src/conversation/loudspeaker.js';
import { watchPlayed } from '../../src/conversation/played.js';
import { VAD_FRAME_SAMPLES as FRAME } from '../../src/engines/contract.js';
import type { Caller } from '../../src/protocol/caller.js';

const playing = (response: number, heard: number) => ({ response, heard, moves: true });
/** Samples of an answer in a frame of the microphone. */
const STEP = FRAME * 1.5;

describe('what was played when', () => {
  it('stays where it was found, whatever reports are off by', () => {
    const played = watchPlayed();
    for (let frame = 0; frame < 100; frame += 1) {
      const wrong = (frame % 3) * 24 * 50;
      played.note((frame + 1) * FRAME, playing(1, frame * STEP + wrong), 0);
    }
    const first = played.at(FRAME)!.position;
    expect(played.at(100 * FRAME)).toEqual({ response: 1, position: first + 99 * STEP });
    expect(played.at(50 * FRAME - 256)).toEqual({ response: 1, position: first + 49 * STEP - 384 });
    expect(played.since).toBe(FRAME);
  });

  it('is nothing while it is held, and begins anew where it goes on', () => {
    const played = watchPlayed();
    for (let frame = 1; frame <= 10; frame += 1) played.note(frame * FRAME, playing(1, frame * STEP), 0);
    for (let frame = 11; frame <= 40; frame += 1)
      played.note(frame * FRAME, { response: 1, heard: 10 * STEP, moves: false }, 0);
    played.note(41 * FRAME, playing(1, 11 * STEP), 0);
    expect(played.at(20 * FRAME)).toBeNull();
    expect(played.since).toBe(41 * FRAME);
    expect(played.at(41 * FRAME)!.position - played.at(10 * FRAME)!.position).toBe(STEP);
    expect(played.last).toBe(41 * FRAME);
  });

  it('is another answer at once', () => {
    const played = watchPlayed();
    played.note(FRAME, playing(1, 5000), 0);
    played.note(2 * FRAME, playing(2, 100), 0);
    expect(played.at(2 * FRAME)!.response).toBe(2);
    expect(played.since).toBe(2 * FRAME);
  });

  it('takes audio that came late for what it was when it came', () => {
    const [late, punctual] = [watchPlayed(), watchPlayed()];
    late.note(FRAME, playing(1, 24_000), 200);
    punctual.note(FRAME, playing(1, 24_000 - 200 * 24), 0);
    expect(late.at(FRAME)).toEqual(punctual.at(FRAME));
  });
});

describe('what a loudspeaker was given', () => {
  const address = { response_id: '', item_id: '', output_index: 0, content_index: 0 };
  const rig = (ahead: number) => {
    const sent: number[] = [];
    const caller = {
      openAudio: () => ({ send: (_: unknown, position: number) => void sent.push(position), end: () => {} }),
    } as unknown as Caller;
    const loudspeaker = createLoudspeaker(ahead);
    const way = (response: number) =>
      loudspeaker.overhear(caller).openAudio(response, { type: 'audio/pcm', rate: 24_000 });
    const first = way(1);
    const send = (position: number, length: number, sample: number) =>
      first.send(address, position, new Int16Array(length).fill(sample));
    return { loudspeaker, send, sent, way };
  };

  it('leaves as it came, and is there again', () => {
    const { loudspeaker, send, sent } = rig(9600);
    send(0, 960, 1);
    send(960, 960, 2);
    expect(sent).toEqual([0, 960]);
    expect([...loudspeaker.before(1, 962, 4)]).toEqual([1, 1, 2, 2]);
    expect([...loudspeaker.before(1, 1922, 4)]).toEqual([2, 2, 0, 0]);
    expect([...loudspeaker.before(2, 962, 4)]).toEqual([0, 0, 0, 0]);
  });

  it('is forgotten when it has sounded for long', () => {
    const { loudspeaker, send } = rig(9600);
    for (let position = 0; position < 240_000; position += 960) send(position, 960, 7);
    expect(loudspeaker.before(1, 960, 1)[0]).toBe(0);
    expect(loudspeaker.before(1, 240_000 - 9600 - 72_000, 1)[0]).toBe(7);
  });

  it('is forgotten when it is over, and the next answer is not', () => {
    const { loudspeaker, send, way } = rig(9600);
    send(0, 960, 1);
    way(2).send(address, 0, new Int16Array(960).fill(2));
    loudspeaker.forget(1);
    expect(loudspeaker.before(1, 960, 1)[0]).toBe(0);
    expect(loudspeaker.before(2, 960, 1)[0]).toBe(2);
  });
});
