/** What a run has found about sound and picture. */
import { calmAt, type ProcessorLook, type Taken, takenOver } from '../calm.js';
import { type Distribution, distribution } from '../statistics.js';
import { flashes, heardAt, type Pair, pairUp } from './pairing.js';
import type { Refresh, Seen } from './probe.js';
import type { ElementWord } from './visit.js';

export interface SkewResult {
  /** Clicks that the voice has spoken; pairs of a click and its flash; and those without another half. */
  readonly clicks: number;
  readonly pairs: number;
  readonly lost: { readonly clicks: number; readonly flashes: number };
  /** Milliseconds by which pictures came behind their sound; less than 0: before it. */
  readonly skew: (Distribution & { readonly min: number }) | null;
  /** The same, whichever came first. */
  readonly apart: Distribution | null;
  /** Of the screen. `missed`: the share of refreshes for which the page was too late to draw. */
  readonly refresh: { readonly ms: number; readonly missed: number };
  /** What the browser says of the way from the audio graph to the ear. */
  readonly latency: Seen['latency'];
  /** The same, as the element reckons it. */
  readonly element: ElementWord;
  /** Of the machine, and the pairs that they can hardly have moved; null: nobody knows. */
  readonly others: (Taken & { readonly calm: Pick<SkewResult, 'pairs' | 'skew' | 'apart'> }) | null;
  /** Of every answer, in its order. */
  readonly answers: readonly (readonly Pair[])[];
}

interface Measured {
  /** What the page has seen of each stands by itself. */
  readonly answers: readonly Seen[];
  /** Clicks of all answers. */
  readonly spoken: number;
  readonly element: ElementWord;
  readonly looks: readonly ProcessorLook[];
}

export function skewOf({ answers, spoken, element, looks }: Measured): SkewResult {
  const refresh = refreshOf(answers.map(({ refreshes }) => refreshes));
  const paired = answers.map(({ clicks, refreshes }) =>
    pairUp(
      clicks.flatMap((click) => heardAt(click, refreshes) ?? []),
      flashes(refreshes, refresh.ms),
    ),
  );
  const all = paired.flatMap(({ pairs }) => pairs);
  const isCalm = calmAt(looks);
  const calm = paired.flatMap(({ pairs }, answer) =>
    pairs.filter(({ heardAt }) => isCalm(answers[answer]!.origin + heardAt)),
  );
  const taken = takenOver(looks);
  return {
    clicks: spoken,
    ...spreadOf(all),
    lost: {
      // Also those that never left the audio graph.
      clicks: spoken - all.length,
      flashes: paired.reduce((sum, { lost }) => sum + lost.flashes, 0),
    },
    refresh,
    latency: answers.at(-1)?.latency ?? null,
    element,
    others: taken && { ...taken, calm: spreadOf(calm) },
    answers: paired.map(({ pairs }) => pairs.map(({ heardAt, skew }) => ({ heardAt, skew: rounded(skew) }))),
  };
}

function spreadOf(pairs: readonly Pair[]): Pick<SkewResult, 'pairs' | 'skew' | 'apart'> {
  const skews = pairs.map(({ skew }) => skew);
  const all = distribution(skews);
  return {
    pairs: skews.length,
    skew: all && { ...all, min: rounded(Math.min(...skews)) },
    apart: distribution(skews.map(Math.abs)),
  };
}

function refreshOf(answers: readonly (readonly Refresh[])[]): SkewResult['refresh'] {
  const steps = answers.flatMap((refreshes) => refreshes.slice(1).map(({ at }, index) => at - refreshes[index]!.at));
  const ms = distribution(steps)?.p50 ?? 0;
  const due = steps.reduce((sum, step) => sum + step, 0) / ms;
  return { ms, missed: steps.length === 0 ? 0 : Math.max(0, 1 - steps.length / due) };
}

const rounded = (ms: number) => Math.round(ms * 10) / 10;
