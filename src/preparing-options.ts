/** What the settings say of how avatars are made, as options of the program that makes them. */
import { resolve } from 'node:path';
import type { Config } from './config.js';

export type PreparingSetting = 'MUSETALK_DEVICES' | 'FACE_LANDMARKS_MODEL' | 'MUSETALK_LANDMARKS_PYTHON';

export function preparingOptions(config: Pick<Config, PreparingSetting>, root: string): string[] {
  const { MUSETALK_DEVICES: devices, FACE_LANDMARKS_MODEL: model, MUSETALK_LANDMARKS_PYTHON: python } = config;
  return [
    `--device=${devices[0]}`,
    ...(model === undefined ? [] : [`--landmarks-model=${resolve(root, model)}`]),
    ...(python === undefined ? [] : [`--landmarks-python=${resolve(root, python)}`]),
  ];
}
