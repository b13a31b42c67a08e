import { pino } from 'pino';
import { simulatedFace } from '../../src/engines/face/simulated.js';
import { gridAvatar } from '../fixtures/mouth/avatar.js';
import { faceContract } from './face.js';

faceContract(
  'simulated',
  async () => {
    const engine = simulatedFace({
      workerFile: 'dist/engines/face/simulated-worker.js',
      pace: { pictureMs: 0.1, lookAheadMs: 80, batch: 4 },
      log: pino({ level: 'silent' }),
    });
    await engine.ready(AbortSignal.timeout(30_000));
    return engine;
  },
  async (frames) => gridAvatar(frames),
);
