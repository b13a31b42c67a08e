/**
 * The embedded face: hears the voice, any voice, and lays the fitting mouth from the avatar's bank over the idle loop.
 * No GPU, no key; about a tenth of a millisecond for a picture. docs/lip-sync.md tells how it hears.
 */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { FACE_FRAME_SAMPLES, FRAME_MS } from '../../audio/pcm.js';
import { ParleyError } from '../../errors.js';
import { itemsUntil } from '../../flow.js';
import type { EngineContext, FaceEngine, FaceOptions, Mouth, Picture } from '../contract.js';
import { bankPainter, hasBank } from './from-bank.js';
import { finish, follow, LOOK_AHEAD_FRAMES, startTrack } from './mouth-track.js';

/** A voice may come much faster than it is heard. After so many frames (2 ms of work) everyone else gets a turn. */
const FRAMES_A_TURN = 16;

export function drawnFace(): FaceEngine {
  return {
    name: 'drawn',
    // To draw the frame that is asked for, it takes that one and those it looks ahead to.
    readAhead: LOOK_AHEAD_FRAMES + 1,
    lookAheadMs: LOOK_AHEAD_FRAMES * FRAME_MS,
    animates: hasBank,
    run,
    health: () => 'up',
    close: async () => {},
  };
}

async function* run(
  frames: AsyncIterable<Int16Array>,
  options: FaceOptions,
  context: EngineContext,
): AsyncGenerator<Picture, void, undefined> {
  const draw = bankPainter(options);
  for await (const mouth of mouths(frames, context.signal)) {
    yield draw(mouth);
    context.signal.throwIfAborted();
  }
}

async function* mouths(frames: AsyncIterable<Int16Array>, signal: AbortSignal): AsyncGenerator<Mouth, void, undefined> {
  const track = startTrack();
  for await (const frame of itemsUntil(frames, signal)) {
    const mouth = follow(track, checked(frame));
    if (mouth !== undefined) yield mouth;
    if (track.heard % FRAMES_A_TURN === 0) {
      await turnOfTheLoop();
      signal.throwIfAborted();
    }
  }
  yield* finish(track);
}

function checked(frame: Int16Array): Int16Array {
  if (frame.length === FACE_FRAME_SAMPLES) return frame;
  throw new ParleyError('face_failed', `a frame of ${frame.length} samples; a face takes ${FACE_FRAME_SAMPLES}`);
}
