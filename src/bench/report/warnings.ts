/** What stands above everything, if the figures are not the server's alone. */
import { UNNOTICED } from '../calm.js';
import type { Undisturbed } from '../disturbance.js';
import { JUDGED } from '../stage-rows.js';
import { MARKS } from '../turn-result.js';
import { html, type Markup } from './markup.js';
import type { Reading } from './reading.js';
import { counted, percentage, whole } from './wording.js';

/** Of the turns. */
const MOSTLY = 0.9;

export function stoppedWarning({ isStopped }: Reading): Markup | null {
  if (!isStopped) return null;
  return html`<p class="warning" role="alert"><b>This run was stopped before its end.</b> What had been found until then is here.</p>
`;
}

export function loadWarning({ summary: { load } }: Reading, name = 'This run'): Markup | null {
  if (!load.isBottleneck) return null;
  const late =
    load.late === null
      ? ''
      : ` Their beats came late by ${load.late.p99} ms in one of a hundred, by ${load.late.max} ms at most.`;
  return html`<p class="warning" role="alert"><b>${name}: the load side was the bottleneck.</b> The callers themselves could not keep up, or hardly, so these figures are theirs as well as the server’s.${late}${busiest(load)} Take fewer callers, or another machine for them.</p>
`;
}

/** What an older bench did not look at. */
function busiest(load: Partial<Reading['summary']['load']>): string {
  return load.busiest === undefined ? '' : ` The busiest of their processes took ${load.busiest.toFixed(2)} of a core.`;
}

/** Nobody can help it, so what was hardly disturbed stands beside it. Null: it was nearly all. */
export function disturbanceWarning({ summary }: Reading, name = 'This run'): Markup | null {
  if (!isDisturbed(summary)) return null;
  const { share, worst, undisturbed } = summary.disturbance!;
  return html`<p class="warning" role="alert"><b>${name}: others took ${percentage(share)} of what this machine wanted to run</b>, ${percentage(worst)} in the worst second, so these figures are theirs as well as the server’s. ${calmText(undisturbed)}</p>
`;
}

function calmText({ turns, stages }: Undisturbed): string {
  if (turns === 0) return 'No turn was left alone.';
  const counts = `${counted(turns, 'turn')} ${turns === 1 ? 'was' : 'were'} hardly disturbed`;
  const found = JUDGED.flatMap((mark) => stages.find(({ name }) => name === MARKS[mark]) ?? [])[0];
  if (found === undefined) return `${counts}, and none of them was answered.`;
  return `${counts}: the ${found.name} came after p50 ${whole(found.of.p50)}, p95 ${whole(found.of.p95)} ms.`;
}

/** What others took may come in minutes, and be little of a long run. */
export function isDisturbed({ disturbance }: Partial<Reading['summary']>): boolean {
  if (disturbance == null) return false;
  const { share, undisturbed } = disturbance;
  return share > UNNOTICED || undisturbed.turns < MOSTLY * undisturbed.of;
}
