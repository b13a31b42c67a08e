/**
 * Runs a test once more if it failed while the host gave this machine's processors to others: whatever was due then was
 * late, and the failure says nothing of Parley. The host's own count decides; where nothing was taken, a failure stands.
 */
import { type RunnerTask, TestRunner } from 'vitest';
import { type ProcessorTime, takenOver, UNNOTICED } from '../src/bench/calm.js';
import { processorTime } from '../src/bench/processor-time.js';

export default class StarvedRunner extends TestRunner {
  override async onBeforeRunTask(task: RunnerTask): Promise<void> {
    await super.onBeforeRunTask(task);
    if (task.type !== 'test') return;
    const before = processorTime();
    const condition = () => {
      const share = takenBetween(before, processorTime());
      if (share <= UNNOTICED) return false;
      console.warn(`AGAIN: “${task.name}” failed, but others took ${Math.round(100 * share)} % of the processor time.`);
      return true;
    };
    task.retry = { count: 1, condition };
  }
}

/** As a share of what was wanted; 0 where nobody knows. */
export function takenBetween(before: ProcessorTime | null, after: ProcessorTime | null): number {
  if (before === null || after === null) return 0;
  return takenOver([before, after].map((time, when) => ({ when, ...time })))?.share ?? 0;
}
