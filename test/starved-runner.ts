/**
 * Runs a test once more if it failed while the host gave this machine's processors to others: whatever was due then was
 * late, and the failure says nothing of Parley. The host's own count decides, over the whole test; where less than a third
 * of what was wanted was taken, a failure stands.
 */
import { type RunnerTask, TestRunner } from 'vitest';
import { type ProcessorTime, takenOver, UNNOTICED } from '../src/bench/calm.js';
import { processorTime } from '../src/bench/processor-time.js';

export default class StarvedRunner extends TestRunner {
  override async onBeforeRunTask(task: RunnerTask): Promise<void> {
    await super.onBeforeRunTask(task);
    if (task.type === 'test') task.retry ??= onceMore(task.name);
  }
}

/** `look`: what the processors have done until now; null: nobody knows. */
export function onceMore(test: string, look: () => ProcessorTime | null = processorTime) {
  const before = look();
  const condition = () => {
    const after = look();
    if (before === null || after === null) return false;
    const share = takenOver([before, after].map((time, when) => ({ when, ...time })))?.share ?? 0;
    if (share <= UNNOTICED) return false;
    console.warn(`AGAIN: “${test}” failed, but others took ${Math.round(100 * share)} % of the processor time.`);
    return true;
  };
  return { count: 1, condition };
}
