/** What two runs came to beside their times: one table of rows, for the terminal and for the page. Pure. */
import { costRows } from './compared-costs.js';
import { interruptionRows, noiseRows } from './compared-interruptions.js';
import { facing, type OlderSummary, type Row } from './compared-row.js';
import { percentage } from './quality.js';
import type { Reading } from './reading.js';
import { counted } from './wording.js';

/** Of what neither file knows there is no row. */
export function comparedRows(a: Reading, b: Reading): Row[] {
  return [...qualityRows(a, b), ...costRows(a, b), ...interruptionRows(a, b), ...noiseRows(a, b)];
}

function qualityRows(a: Reading, b: Reading): Row[] {
  const row = facing<OlderSummary>(a.summary, b.summary);
  return [
    ...row('Turns failed', ({ turns }) => share(turns?.failed, turns?.asked)),
    ...row('Turns cut off before their end', ({ cutOffs }) => cutOffText(cutOffs)),
    ...row('Transcripts', ({ transcripts }) => transcriptText(transcripts)),
    ...row('Gaps in the sound', ({ gaps }) => gapText(gaps)),
    ...row('Pictures late', ({ pictures }) => share(pictures?.late, pictures?.expected)),
    ...row('Pictures missing', ({ pictures }) => share(pictures?.missing, pictures?.expected)),
  ];
}

function share(part: number | undefined, all: number | undefined): string | null {
  if (part === undefined || all === undefined) return null;
  return `${part} of ${all}${part === 0 || all === 0 ? '' : ` (${percentage(part / all)})`}`;
}

/** Null in a file says that nothing was spoken; what is not there is unknown. */
function cutOffText(cutOffs: OlderSummary['cutOffs']): string | null {
  if (cutOffs === null) return 'nothing was spoken';
  if (cutOffs?.turns === undefined) return null;
  return cutOffs.turns === 0 ? 'none' : `${counted(cutOffs.turns, 'turn')}, ${counted(cutOffs.times ?? 0, 'time')}`;
}

function transcriptText(transcripts: OlderSummary['transcripts']): string | null {
  if (transcripts === null) return 'nothing was spoken';
  if (transcripts === undefined) return null;
  const { right, wrong, missing } = transcripts;
  return `${right ?? '?'} right, ${wrong ?? '?'} wrong, ${missing ?? '?'} missing`;
}

function gapText(gaps: OlderSummary['gaps']): string | null {
  if (gaps?.count === undefined) return null;
  return `${gaps.count}${gaps.count === 0 ? '' : `, ${gaps.ms} ms`} in ${gaps.audioSeconds} s of speech`;
}
