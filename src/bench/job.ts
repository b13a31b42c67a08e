/** What one caller has to do. */
import type { Scenario } from './scenario.js';

export interface CallerJob {
  readonly caller: number;
  readonly url: string;
  readonly token: string | null;
  readonly scenario: Pick<Scenario, 'script' | 'answered' | 'turnsPerSession' | 'tools' | 'roomDb' | 'recordings'>;
  /** The step of the ramp with which it comes, and how many there are. A run without a ramp has one. */
  readonly firstStep: number;
  readonly steps: number;
  readonly length: RunLength;
  /** What would be said is typed. */
  readonly typed: boolean;
  readonly expectsPictures: boolean;
  readonly seed: number;
}

/** Of each step. */
export type RunLength =
  | { readonly kind: 'turns'; readonly turns: number }
  | { readonly kind: 'minutes'; readonly minutes: number };
