/** Who moves mouths, from the best to the one that always works. */
import { join, resolve } from 'node:path';
import type { Config } from '../../config.js';
import type { FaceEngine } from '../contract.js';
import { drawnFace } from '../face/drawn.js';
import { museTalkFace } from '../face/musetalk.js';
import { findMuseTalk } from '../face/musetalk-package.js';
import { simulatedFace } from '../face/simulated.js';
import type { Candidate } from '../resilience/line-up.js';
import type { ProviderTools, WorkerTools } from './tools.js';

export function faceCandidates(config: Config, { root, log, stopping }: ProviderTools): Candidate<FaceEngine>[] {
  return [
    museTalk(config, { root, log, stopping }),
    {
      name: 'drawn',
      why: 'a drawn presenter whose mouth follows the sound; needs no GPU',
      obstacle: null,
      start: () => [drawnFace()],
    },
    { name: 'none', why: 'answers are a voice without a face', obstacle: null, start: () => [] },
    // Behind `none`, which ends every line: `auto` never comes to it.
    {
      name: 'simulated',
      why: 'stands in for a GPU, for benches: its pictures cost what SIMULATED_FACE says',
      obstacle: null,
      start: () => [
        simulatedFace({
          workerFile: join(root, 'dist/engines/face/simulated-worker.js'),
          pace: config.SIMULATED_FACE,
          log,
          signal: stopping,
        }),
      ],
    },
  ];
}

function museTalk(config: Config, { root, log, stopping }: WorkerTools): Candidate<FaceEngine> {
  const found = findMuseTalk({
    root,
    python: config.MUSETALK_PYTHON ?? null,
    models: config.MUSETALK_MODELS_DIR ?? null,
    dataDir: resolve(root, config.DATA_DIR),
  });
  const about = { name: 'musetalk', why: 'moves the mouths of people who were filmed, on a GPU' };
  if ('enable' in found) return { ...about, obstacle: found, start: () => [] };
  const places = { ...found, pythonFolder: join(root, 'python') };
  const { MUSETALK_DEVICES: devices, MUSETALK_PRECISION: precision } = config;
  const replies = config.MUSETALK_REPLIES ?? null;
  const options = config.MUSETALK_OPTIONS ?? null;
  return {
    ...about,
    obstacle: null,
    start: () => [museTalkFace({ ...places, devices, precision, replies, options, log, signal: stopping })],
  };
}
