/** Answers that were talked over: how soon they fell silent, and what became of noises. */
import { hasResumed } from '../interruption-result.js';
import { type InterruptionSummary, summariseInterruptions } from '../interruption-summary.js';
import type { Distribution } from '../statistics.js';
import { html, type Markup } from './markup.js';
import { type Fact, factList } from './quality.js';
import { type Reading, stops } from './reading.js';
import { sharedSpan, spread } from './spread.js';
import { stage } from './stages.js';
import { counted, whole } from './wording.js';

/** Null for a run in which nobody interrupted. */
export function interruptionSection(reading: Reading): Markup | null {
  const { interruptions } = reading;
  const summary = summariseInterruptions(interruptions);
  if (summary === null) return null;
  const cut = interruptions.filter(({ kind, outcome }) => kind === 'question' && outcome === 'cut_off');
  const resumed = interruptions.filter((each) => each.kind === 'noise' && hasResumed(each));
  const soon = [
    ...stage('Silent and still', stops(reading)),
    ...stage(
      'Cut off',
      cut.flatMap(({ cutOffMs }) => cutOffMs ?? []),
    ),
  ];
  const answered = stage(
    'First sound of its answer',
    cut.flatMap(({ answer }) => answer?.marks.first_sound ?? []),
  );
  const held = stage(
    'An answer that was held stood still for',
    resumed.map(({ heldMs }) => heldMs),
  );
  const moved = Math.max(0, ...resumed.map(({ movedSamples }) => movedSamples));
  const span = soon.length === 0 ? null : sharedSpan(soon);
  return html`${group(
    'Milliseconds from the first voiced sample of what interrupts.',
    soon.map((one) => spread(one, span!)),
  )}${group(
    'Milliseconds from the last voiced sample of the interruption; and from standing still until it went on.',
    // Each from a moment of its own, so that each has a scale of its own.
    [...answered, ...held].map((one) => spread(one, sharedSpan([one]))),
  )}${factList([...questionFacts(summary), ...noiseFacts(summary, moved)])}`;
}

function group(from: string, spreads: readonly Markup[]): Markup | null {
  if (spreads.length === 0) return null;
  return html`<p class="about">${from}</p><div class="pairs">${spreads}</div>
`;
}

function questionFacts({ questions }: InterruptionSummary): Fact[] {
  const { asked, cutOff, heardRightly, answered, staleFrames, history, historyMissing } = questions;
  if (asked === 0) return [];
  const told = `${asked}: ${cutOff} cut it off, ${heardRightly} heard rightly, ${answered} were answered`;
  return [
    ['Questions over an answer', told],
    ['After the cut', `${counted(staleFrames, 'frame')} of the old answer came`],
    ['History', historyText(history, historyMissing)],
  ];
}

function historyText(history: Distribution | null, missing: number): string {
  if (history === null) return 'not told';
  const off = `off by p50 ${whole(history.p50)} ms, at most ${whole(history.max)} ms of what was heard`;
  return missing === 0 ? off : `${off}, ${missing} not told`;
}

function noiseFacts({ noises }: InterruptionSummary, moved: number): Fact[] {
  if (noises.made === 0) return [];
  const names = Object.entries(noises.by).sort(([a], [b]) => (a < b ? -1 : 1));
  const each = names.map(([name, by]): Fact => {
    const made = by.unnoticed + by.held + by.cut_off;
    return [
      `Noise: ${name}`,
      `${made}: ${by.unnoticed} not noticed, ${by.held} held the answer, ${by.cut_off} cut it off`,
    ];
  });
  return [...resumptionFacts(noises, moved), ...each];
}

function resumptionFacts({ held, resumed, moved: elsewhere }: InterruptionSummary['noises'], moved: number): Fact[] {
  if (held === 0) return [];
  const off = elsewhere === 0 ? '' : `, ${elsewhere} from up to ${counted(moved, 'sample')} away`;
  return [['Where held answers went on', `${resumed - elsewhere} of ${held} from the very sample${off}`]];
}
