/** Every turn with the id of its response, so that whoever runs the server finds it in the log. */
import { html, type Markup } from './markup.js';
import { judged, type Turn } from './reading.js';
import { counted, whole } from './wording.js';

/** Five thousand rows make a file of 1.5 MB, which every browser opens; a soak has more. */
const MOST_TURNS = 5000;

export function turnList(turns: readonly Turn[], most = MOST_TURNS): Markup {
  const listed = worthListing(turns, most);
  const rest =
    listed.length < turns.length
      ? html`<p>The ${listed.length} that failed or were slowest, of ${turns.length}; all are in the file of --json.</p>`
      : null;
  return html`<details><summary>${counted(turns.length, 'turn')}, one by one</summary>${rest}
<div class="wide"><table class="turns"><thead><tr><th scope="col">caller</th><th scope="col">turn</th><th scope="col">first sound and picture, ms</th><th scope="col">heard, ms</th><th scope="col">gaps, ms</th><th scope="col">pictures late, missing</th><th scope="col" class="text">question, and what was understood</th><th scope="col" class="text">response</th><th scope="col" class="text">failure</th></tr></thead>
<tbody>${listed.map(row)}</tbody></table></div></details>
`;
}

/** In their own order. */
export function worthListing(turns: readonly Turn[], most: number): readonly Turn[] {
  if (turns.length <= most) return turns;
  const slowness = (turn: Turn) => (turn.result.failure === null ? (judged(turn) ?? 0) : Number.POSITIVE_INFINITY);
  const worst = new Set(turns.toSorted((a, b) => compared(slowness(b), slowness(a))).slice(0, most));
  return turns.filter((turn) => worst.has(turn));
}

/** Two that failed are equal; the difference of infinities would be no number. */
function compared(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

function row(turn: Turn): Markup {
  const { result, caller, responseId } = turn;
  const ms = (value: number | null | undefined) => (value === null || value === undefined ? '–' : whole(value));
  const { pictures, transcript, transcriptIsRight } = result;
  const understood =
    transcriptIsRight === false &&
    html` <span class="bad">→ ${transcript === null || transcript === '' ? 'nothing' : `“${transcript}”`}</span>`;
  return html`<tr${result.failure === null ? null : html` class="failure"`}><td>${result.caller + 1}</td><td>${result.turn + 1}</td><td>${ms(judged(turn))}</td><td>${ms(caller.heard)}</td><td>${ms(result.gaps.ms)}</td><td>${pictures.late}, ${pictures.missing}</td><td class="text">${result.question}${understood}</td><td class="text"><code>${responseId ?? '–'}</code></td><td class="text bad">${result.failure}</td></tr>
`;
}
