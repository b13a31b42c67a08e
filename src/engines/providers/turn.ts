/** Who hears whether a turn is over, besides the words and the length of the pause: a model, if there is one. */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../../config.js';
import type { EndOfTurnEngine } from '../contract.js';
import type { Candidate } from '../resilience/line-up.js';
import { turnModel } from '../turn/turn-model.js';
import type { WorkerTools } from './tools.js';

const EXAMPLE = 'TURN_MODEL=/path/to/smart-turn-v3.2-cpu.onnx (docs/hearing.md)';

/** Comes back when the model is loaded and has been run once, or is known not to do: then the server goes on without. */
export async function turnCandidates(
  { TURN_MODEL }: Config,
  tools: WorkerTools,
): Promise<Candidate<EndOfTurnEngine>[]> {
  const none = { name: 'none', why: 'the words and the length of the pause decide', obstacle: null, start: () => [] };
  if (TURN_MODEL === undefined) return [none];
  const about = { name: 'turn-model', why: `hears whether a turn is over: ${TURN_MODEL}` };
  const found = await loaded(resolve(tools.root, TURN_MODEL), tools);
  if (typeof found !== 'string') return [{ ...about, obstacle: null, start: () => [found] }, none];
  const why = `TURN_MODEL="${TURN_MODEL}": ${found}`;
  tools.log.warn(`${why}. The server goes on without it.`);
  return [{ ...about, obstacle: { why, enable: EXAMPLE }, start: () => [] }, none];
}

/** Or what is wrong with the file. */
async function loaded(file: string, { root, log, stopping }: WorkerTools): Promise<EndOfTurnEngine | string> {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) return stat === undefined ? `there is no file ${file}` : `${file} is a folder`;
  const engine = turnModel({ file, workerFile: join(root, 'dist/engines/turn/turn-worker.js'), log });
  try {
    await engine.ready?.(stopping);
    return engine;
  } catch (thrown) {
    await engine.close();
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}
