/**
 * A face that costs what it is told to: its worker (simulated-worker.ts) takes as long over its pictures as a real one on
 * a GPU would, over the same wire, and opens the mouth as far as the voice is loud. For measuring; no visitor should see
 * it. The wire carries how far the mouth is open, and the patch is taken from the avatar's bank on this side.
 */
import type { Logger } from 'pino';
import { z } from 'zod';
import { FRAME_MS } from '../../audio/pcm.js';
import { ParleyError } from '../../errors.js';
import { within } from '../../flow.js';
import { Credit } from '../../workers/outflow.js';
import { startWorker } from '../../workers/process.js';
import type { FaceEngine } from '../contract.js';
import { bankPainter, hasBank } from './from-bank.js';
import { pacedFrames } from './paced-frames.js';

export interface SimulatedFaceOptions {
  /** dist/engines/face/simulated-worker.js */
  readonly workerFile: string;
  readonly pace: FacePace;
  readonly log: Logger;
  readonly signal?: AbortSignal;
}

export interface FacePace {
  /** What one picture costs, in milliseconds; the pictures of a batch cost it each. */
  readonly pictureMs: number;
  /** Audio behind a frame that must be there before it is drawn. */
  readonly lookAheadMs: number;
  /** Pictures of all callers that are drawn at once, at most. */
  readonly batch: number;
}

export interface SimulatedFace extends FaceEngine {
  ready(signal: AbortSignal): Promise<unknown>;
}

/** How long an answer waits for a worker that is being started. */
const BACK_MS = 2000;

const drawnSchema = z.strictObject({ index: z.int().min(0), open: z.number().min(0).max(1) });

export function simulatedFace({ workerFile, pace, log, signal }: SimulatedFaceOptions): SimulatedFace {
  const lookAhead = Math.ceil(pace.lookAheadMs / FRAME_MS);
  // While one batch is drawn, the next one is heard.
  const readAhead = lookAhead + 2 * pace.batch;
  const worker = startWorker({
    name: 'simulated face',
    file: process.execPath,
    args: [workerFile],
    engine: 'simulated',
    settings: { pictureMs: pace.pictureMs, lookAhead, batch: pace.batch },
    log,
    ...(signal === undefined ? {} : { signal }),
  });
  return {
    name: 'simulated',
    readAhead,
    lookAheadMs: lookAhead * FRAME_MS,
    animates: hasBank,
    async *run(frames, options, context) {
      if (worker.health() !== 'up') {
        await within(worker.ready(context.signal), BACK_MS, 'worker_unavailable', 'The face is not back yet.');
      }
      const left = new AbortController();
      const room = new Credit();
      room.grant(readAhead);
      const input = pacedFrames(frames, room, AbortSignal.any([context.signal, left.signal]));
      const draw = bankPainter(options);
      try {
        for await (const { data } of worker.open({ method: 'animate', params: {}, input, signal: context.signal })) {
          const { open } = parsed(data);
          yield draw({ open, wide: 0.5, teeth: 0, bite: 0, tongue: 0, press: 0 });
          context.signal.throwIfAborted();
          room.grant(1);
        }
      } finally {
        left.abort(new ParleyError('turn_cancelled'));
      }
    },
    health: () => worker.health(),
    ready: (ofCaller) => worker.ready(ofCaller),
    close: () => worker.close(),
  };
}

type Drawn = z.infer<typeof drawnSchema>;

function parsed(data: Record<string, unknown>): Drawn {
  const { success, data: drawn, error } = drawnSchema.safeParse(data);
  if (!success) throw new ParleyError('worker_broken', `simulated face: ${z.prettifyError(error)}`);
  return drawn;
}
