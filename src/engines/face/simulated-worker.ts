/**
 * The simulated face's worker, a process of its own as a real one is. Run by simulated.ts as
 * dist/engines/face/simulated-worker.js. Method `animate`: chunks in are frames of PCM, chunks out `{index, open}`.
 */
import { z } from 'zod';
import { pcmSamples } from '../../audio/pcm.js';
import { Queue } from '../../flow.js';
import { SettingsError, serveWorker, type WorkerMethod } from '../../workers/serve.js';
import { type Easel, simulatedEasel } from './simulated-easel.js';

const settingsSchema = z.strictObject({
  pictureMs: z.number().min(0),
  lookAhead: z.int().min(0),
  batch: z.int().min(1),
});

/** Below -50 dBFS the mouth is shut, from -15 dBFS on it is wide open. */
const QUIET_DB = -50;
const LOUD_DB = -15;

serveWorker({
  simulated: async (settings) => {
    const { success, data, error } = settingsSchema.safeParse(settings);
    if (!success) throw new SettingsError(z.prettifyError(error));
    const easel = simulatedEasel(data);
    return { info: {}, methods: { animate: animateMethod(easel, data) } };
  },
});

function animateMethod(easel: Easel, { lookAhead, batch }: z.infer<typeof settingsSchema>): WorkerMethod {
  return async function* animate(_params, input, { signal }) {
    const pictures = new Queue<Promise<number>>(2 * batch);
    const hear = async () => {
      const heard: number[] = [];
      const drawNext = async () => {
        const open = heard.shift()!;
        const drawn = easel.draw(signal).then(() => open);
        // Nobody may be there to hear of it any more.
        drawn.catch(() => {});
        await pictures.push(drawn, signal);
      };
      for await (const { body } of input) {
        heard.push(openness(pcmSamples(body)));
        if (heard.length > lookAhead) await drawNext();
      }
      while (heard.length > 0) await drawNext();
    };
    hear().then(
      () => pictures.close(),
      (reason) => pictures.fail(reason),
    );
    let index = 0;
    for await (const picture of pictures) {
      yield { data: { index, open: await picture }, body: new Uint8Array(0) };
      index += 1;
    }
  };
}

function openness(samples: Int16Array): number {
  const power = samples.reduce((sum, sample) => sum + (sample / 32_768) ** 2, 0) / samples.length;
  const level = 10 * Math.log10(Math.max(power, 1e-10));
  return Math.min(1, Math.max(0, (level - QUIET_DB) / (LOUD_DB - QUIET_DB)));
}
