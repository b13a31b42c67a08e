/**
 * Faces behind each other: the best one that can move this avatar's mouth animates a whole reply. None takes over in the
 * middle of one, for the mouths of two would not look like the same person's.
 */
import { ParleyError } from '../../errors.js';
import type { Avatar, FaceEngine } from '../contract.js';
import { chainLife, type Link, troubleOf } from './chain.js';

export function faceChain(links: readonly Link<FaceEngine>[]): FaceEngine {
  const engines = links.map(({ engine }) => engine);
  const able = (avatar: Avatar) => links.filter(({ engine }) => engine.animates(avatar));
  return {
    ...chainLife(links),
    lookAheadMs: Math.max(...engines.map(({ lookAheadMs }) => lookAheadMs)),
    animates: (avatar) => able(avatar).length > 0,
    prepare(avatar) {
      for (const engine of engines) engine.prepare?.(avatar);
    },
    places: () => engines.find((engine) => engine.places !== undefined)?.places?.() ?? null,
    stats: () => engines.flatMap((engine) => engine.stats?.() ?? []),
    run(frames, options, context) {
      const candidates = able(options.avatar);
      // One that is only starting says so by itself, after it has been waited for.
      const chosen = candidates.find((link) => troubleOf(link) === null) ?? candidates[0];
      if (chosen === undefined) {
        throw new ParleyError('face_failed', `no engine here can move the mouth of ${options.avatar.id}`);
      }
      return chosen.engine.run(frames, options, context);
    },
  };
}
