/** What stands above everything, if the figures are not the server's alone. */
import { UNNOTICED } from '../disturbance.js';
import { MARKS } from '../turn-result.js';
import { html, type Markup } from './markup.js';
import { percentage } from './quality.js';
import type { Reading } from './reading.js';
import { counted, whole } from './wording.js';

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

/** Nobody can help it, so what was not disturbed stands beside it. */
export function disturbanceWarning({ summary }: Reading, name = 'This run'): Markup | null {
  const { disturbance }: Partial<Reading['summary']> = summary;
  if (disturbance == null || disturbance.share <= UNNOTICED) return null;
  const { share, worst, undisturbed } = disturbance;
  const pair = undisturbed.stages.find(({ name }) => name === MARKS.first_pair)?.of;
  const calm =
    pair === undefined
      ? 'No turn was left undisturbed.'
      : `Of the ${counted(pair.count, 'turn')} that were not disturbed, the first sound and its picture came after p50 ${whole(pair.p50)}, p95 ${whole(pair.p95)} ms.`;
  return html`<p class="warning" role="alert"><b>${name}: others took ${percentage(share)} of this machine’s processors</b>, ${percentage(worst)} in the worst second, so these figures are theirs as well as the server’s. ${calm}</p>
`;
}
