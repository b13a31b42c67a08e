/** Tiny models and a made-up avatar, made once for a test file in a folder that is a server's DATA_DIR. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Studio {
  readonly folder: string;
  readonly models: string;
  readonly python: string;
  /** What a server has to be told to animate it. */
  readonly settings: Record<string, string>;
  remove(): void;
}

/** `pictures` of the avatar; its loop swings unless it is told not to. */
export function openStudio(...avatar: readonly [] | readonly [pictures: number, loop: 'swings' | 'closes']): Studio {
  const python = process.env.MUSETALK_PYTHON;
  if (python === undefined) throw new Error('MUSETALK_PYTHON must name a Python with torch: run `npm run test:torch`');
  const folder = mkdtempSync(join(tmpdir(), 'parley-studio-'));
  execFileSync(python, ['test/torch/studio.py', folder, ...avatar.map(String)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const models = join(folder, 'models');
  return {
    folder,
    models,
    python,
    settings: {
      DATA_DIR: folder,
      FACE: 'musetalk',
      MUSETALK_PYTHON: python,
      MUSETALK_MODELS_DIR: models,
      MUSETALK_DEVICES: 'cpu',
      // Whatever this machine is busy with, nobody is to be turned away and every picture is to be drawn.
      MUSETALK_REPLIES: '8',
      // Threads of several processes that wait for each other in a loop make a busy machine ten times as slow.
      OMP_WAIT_POLICY: 'passive',
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
