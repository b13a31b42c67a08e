/** What the settings say of how avatars are made, as options of the program that makes them. */
import { resolve } from 'node:path';
import type { Config } from './config.js';

export type PreparingSetting =
  | 'MUSETALK_DEVICES'
  | 'FACE_LANDMARKS_MODEL'
  | 'MUSETALK_LANDMARKS_PYTHON'
  | 'MUSETALK_FACE_PARSER';

export function preparingOptions(config: Pick<Config, PreparingSetting>, root: string): string[] {
  const paths = {
    'landmarks-model': config.FACE_LANDMARKS_MODEL,
    'landmarks-python': config.MUSETALK_LANDMARKS_PYTHON,
    'face-parser': config.MUSETALK_FACE_PARSER,
  };
  const given = Object.entries(paths).flatMap(([option, path]) =>
    path === undefined ? [] : [`--${option}=${resolve(root, path)}`],
  );
  return [`--device=${config.MUSETALK_DEVICES[0]}`, ...given];
}
