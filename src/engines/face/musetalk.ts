/**
 * MuseTalk: filmed faces, drawn by a worker on a GPU for all callers at once. One worker for each device; a reply goes to
 * the one that animates the fewest, and a face is sent to a worker once in its life. The worker is
 * python/parley_workers/musetalk; docs/musetalk.md tells how it works.
 */
import { z } from 'zod';
import { FRAME_MS } from '../../audio/pcm.js';
import { ParleyError } from '../../errors.js';
import { Credit } from '../../workers/outflow.js';
import type { FaceEngine, FaceOptions, Picture } from '../contract.js';
import { type Crew, type CrewOptions, startCrew } from './musetalk-crew.js';
import { pacedFrames } from './paced-frames.js';

/** As python/parley_workers/musetalk has them (windows.py, reply.py). */
const LOOK_AHEAD_FRAMES = 3;
const READ_AHEAD = LOOK_AHEAD_FRAMES + 12;

const side = z.int().min(0).max(2048);
const pictureSchema = z.strictObject({
  index: z.int().min(0),
  base: z.int().min(0),
  place: z.strictObject({ x: side, y: side, width: side.min(1), height: side.min(1) }).optional(),
});

export interface MuseTalkFace extends FaceEngine {
  ready(signal: AbortSignal): Promise<unknown>;
}

export function museTalkFace(options: CrewOptions): MuseTalkFace {
  const crew = startCrew(options);
  return {
    name: 'musetalk',
    readAhead: READ_AHEAD,
    lookAheadMs: LOOK_AHEAD_FRAMES * FRAME_MS,
    animates: ({ film }) => film !== null,
    prepare: ({ film }) => {
      if (film !== null) crew.teach(film);
    },
    run: (frames, look, { signal }) => animate(crew, frames, look, signal),
    health: () => crew.health(),
    places: () => crew.places(),
    stats: () => crew.stats(),
    ready: (signal) => crew.ready(signal),
    close: () => crew.close(),
  };
}

async function* animate(
  crew: Crew,
  frames: AsyncIterable<Int16Array>,
  { avatar, base, released }: FaceOptions,
  signal: AbortSignal,
): AsyncGenerator<Picture, void, undefined> {
  const { film } = avatar;
  if (film === null) throw new ParleyError('face_failed', `${avatar.id} was drawn, and there is no film of it`);
  const left = new AbortController();
  const room = new Credit();
  room.grant(READ_AHEAD);
  const about = () => (released === undefined ? {} : { released: released() });
  const input = pacedFrames(frames, room, AbortSignal.any([signal, left.signal]), about);
  try {
    for await (const { data, body } of crew.animate(film, { base, input, signal })) {
      yield pictureOf(data, body);
      signal.throwIfAborted();
      room.grant(1);
    }
  } finally {
    left.abort(new ParleyError('turn_cancelled'));
  }
}

function pictureOf(data: Record<string, unknown>, jpeg: Uint8Array): Picture {
  const { success, data: picture, error } = pictureSchema.safeParse(data);
  if (!success) throw new ParleyError('worker_broken', `musetalk: ${z.prettifyError(error)}`);
  const { index, base, place } = picture;
  return { index, base, patch: place === undefined ? null : { place, jpeg } };
}
