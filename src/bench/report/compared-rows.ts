/** What two runs came to beside their times: one table of rows, for the terminal and for the page. Pure. */
import { costRows } from './compared-costs.js';
import { interruptionRows, noiseRows } from './compared-interruptions.js';
import { facing, type OlderSummary, type Row } from './compared-row.js';
import { cutOffText, gapText, shareText, transcriptText } from './quality-text.js';
import type { Reading } from './reading.js';

/** Of what neither file knows there is no row. */
export function comparedRows(a: Reading, b: Reading): Row[] {
  return [...qualityRows(a, b), ...costRows(a, b), ...interruptionRows(a, b), ...noiseRows(a, b)];
}

function qualityRows(a: Reading, b: Reading): Row[] {
  const row = facing<OlderSummary>(a.summary, b.summary);
  return [
    ...row('Turns failed', ({ turns }) => shareText(turns?.failed, turns?.asked)),
    ...row('Turns cut off before their end', ({ cutOffs }) => ifSpoken(cutOffs, cutOffText)),
    ...row('Transcripts', ({ transcripts }) => ifSpoken(transcripts, transcriptText)),
    ...row('Gaps in the sound', ({ gaps }) => (gaps === undefined ? null : gapText(gaps))),
    ...row('Pictures late', ({ pictures }) => shareText(pictures?.late, pictures?.expected)),
    ...row('Pictures missing', ({ pictures }) => shareText(pictures?.missing, pictures?.expected)),
  ];
}

/** Null in a file says that nothing was spoken; what is not there is unknown. */
function ifSpoken<Part>(part: Part | null | undefined, text: (part: Part) => string): string | null {
  if (part === null) return 'nothing was spoken';
  return part === undefined ? null : text(part);
}
