/** Frames of sound on their way to a face's worker, no more at a time than it may hold. */
import { FACE_FRAME_SAMPLES, pcmBytes } from '../../audio/pcm.js';
import { ParleyError } from '../../errors.js';
import type { Credit } from '../../workers/outflow.js';
import type { Chunk } from '../../workers/process.js';

/** Takes a frame only when there is room for it: a picture that was read makes some. `about`: what is said with a frame. */
export async function* pacedFrames(
  frames: AsyncIterable<Int16Array>,
  room: Credit,
  signal: AbortSignal,
  about: () => Record<string, unknown> = () => ({}),
): AsyncGenerator<Chunk> {
  await room.take(signal);
  for await (const frame of frames) {
    if (frame.length !== FACE_FRAME_SAMPLES) {
      throw new ParleyError('face_failed', `a frame of ${frame.length} samples; a face takes ${FACE_FRAME_SAMPLES}`);
    }
    yield { data: about(), body: pcmBytes(frame) };
    await room.take(signal);
  }
}
