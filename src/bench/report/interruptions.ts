/** Answers that were talked over: how soon they fell silent, and what became of noises. */
import { html, type Markup } from './markup.js';
import { type Fact, factList } from './quality.js';
import { type Reading, stops } from './reading.js';
import { sharedSpan, spread } from './spread.js';
import { stage } from './stages.js';
import { counted, whole } from './wording.js';

/** Null for a run in which nobody interrupted. */
export function interruptionSection(reading: Reading): Markup | null {
  const { interruptions } = reading;
  if (interruptions.length === 0) return null;
  const questions = interruptions.filter(({ kind }) => kind === 'question');
  const cut = questions.filter(({ outcome }) => outcome === 'cut_off');
  const stages = [
    ...stage('Silent and still', stops(reading)),
    ...stage(
      'Cut off',
      cut.flatMap(({ cutOffMs }) => cutOffMs ?? []),
    ),
  ];
  const span = sharedSpan(stages);
  return html`<div class="pairs">${stages.map((one) => spread(one, span))}</div>
${factList([...questionFacts(reading), ...noiseFacts(reading)])}`;
}

function questionFacts({ interruptions }: Reading): Fact[] {
  const questions = interruptions.filter(({ kind }) => kind === 'question');
  if (questions.length === 0) return [];
  const cut = questions.filter(({ outcome }) => outcome === 'cut_off');
  const answered = questions.filter(({ answer }) => answer !== null && answer.failure === null).length;
  const stale = cut.reduce((sum, { staleFrames }) => sum + staleFrames, 0);
  const off = cut.flatMap(({ historyMs }) => historyMs ?? []);
  return [
    ['Questions over an answer', `${questions.length}: ${cut.length} cut it off, ${answered} were answered`],
    ['After the cut', `${counted(stale, 'frame')} of the old answer came`],
    ['History', off.length === 0 ? 'not told' : `off by at most ${whole(Math.max(0, ...off))} ms of what was heard`],
  ];
}

function noiseFacts({ interruptions }: Reading): Fact[] {
  const noises = interruptions.filter(({ kind }) => kind !== 'question');
  const names = [...new Set(noises.map(({ heard }) => heard))].sort();
  return names.map((name): Fact => {
    const same = noises.filter(({ heard }) => heard === name);
    const count = (wanted: string) => same.filter(({ outcome }) => outcome === wanted).length;
    return [
      `Noise: ${name}`,
      `${same.length}: ${count('unnoticed')} not noticed, ${count('held')} held the answer, ${count('cut_off')} cut it off`,
    ];
  });
}
