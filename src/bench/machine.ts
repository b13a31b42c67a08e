/** What a run was made on. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Machine } from './run-file.js';

export function machine(): Machine {
  return {
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    gigabytes: Math.round(totalmem() / 2 ** 30),
  };
}
