import { pino } from 'pino';
import { afterAll, beforeAll, vi } from 'vitest';
import { loadCatalogue } from '../../src/avatars/catalogue.js';
import type { Avatar, Picture } from '../../src/engines/contract.js';
import { type MuseTalkFace, museTalkFace } from '../../src/engines/face/musetalk.js';
import { faceContract } from '../contract/face.js';
import { openStudio, type Studio } from './studio.js';

/** Tiny models draw some 30 pictures a second here, and on a busy machine a few. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let studio: Studio;
let anna: Avatar;
/** One for all tests: it takes seconds to start, and is meant to serve for weeks. */
let engine: MuseTalkFace;
beforeAll(async () => {
  studio = openStudio(7, 'closes');
  engine = museTalkFace({
    python: studio.python,
    pythonFolder: 'python',
    models: studio.models,
    devices: ['cpu'],
    precision: 'auto',
    replies: 2,
    options: null,
    log: pino({ level: 'silent' }),
  });
  await engine.ready(AbortSignal.timeout(300_000));
  const catalogue = await loadCatalogue(`${studio.folder}/avatars`);
  anna = catalogue.get('anna')!.avatar;
});
afterAll(async () => {
  await engine.close();
  studio.remove();
});

faceContract(
  'musetalk',
  async () => ({ ...engine, close: async () => {} }),
  async () => anna,
  // test_painting.py compares the pixels; what would come too late is not drawn at all.
  ({ index, base }: Picture) => ({ index, base }),
);
