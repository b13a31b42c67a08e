/** What the reducer of `turn-taking.ts` is told, and what it wants done. Times are its own count of samples. */
import type { Words } from './completeness.js';
import type { Hush } from './hush.js';
import type { Patience } from './turn-rules.js';

/** What the avatar is doing. `speaking_early`: the echo of its own voice may still be in the microphone. */
export type AvatarActivity = 'silent' | 'thinking' | 'speaking' | 'speaking_early';

export type TurnEvent =
  /** One frame of the voice detector; `end` is the count after it. */
  | {
      readonly kind: 'frame';
      readonly end: number;
      readonly speech: number;
      readonly hush: Hush;
      readonly avatar: AvatarActivity;
    }
  /** Nothing has come for `length` until `end`. */
  | { readonly kind: 'gap'; readonly end: number; readonly length: number; readonly avatar: AvatarActivity }
  /** What the recogniser makes of the turn up to the pause in which `ask` asked. */
  | {
      readonly kind: 'words';
      readonly end: number;
      readonly attempt: number;
      readonly words: Words;
      readonly avatar: AvatarActivity;
    }
  /** How likely the turn is over, 0 to 1, by how it sounds. */
  | {
      readonly kind: 'judged';
      readonly end: number;
      readonly attempt: number;
      readonly over: number;
      readonly avatar: AvatarActivity;
    }
  /** What it makes of the turn while the caller still speaks. */
  | { readonly kind: 'overheard'; readonly end: number; readonly words: Words; readonly avatar: AvatarActivity };

export type TurnAction =
  /** Speech since `from`: keep it, and begin to recognise it. Nobody is told yet. */
  | { readonly kind: 'open'; readonly from: number }
  /** It is a turn: tell the caller. */
  | { readonly kind: 'started' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'interrupt' }
  /** A silence begins. It may become a pause: a recogniser that can be spared may be asked now what the words are. */
  | { readonly kind: 'ask_ahead' }
  /** It became none. */
  | { readonly kind: 'forget' }
  /** A pause that may be the end: what are the words so far? */
  | { readonly kind: 'ask'; readonly attempt: number }
  /** It is likely to be the end, and soon: the answer may be begun, and held until it is. */
  | { readonly kind: 'foresee'; readonly due: number }
  /** The pause was none; recognise from the beginning of the turn once more. */
  | { readonly kind: 'go_on'; readonly attempt: number }
  /**
   * The turn is over. `voiced` counts samples with speech in them, `lastVoiced` is where the last one ended; `waited`: as
   * what it was waited behind, null if nothing was said in it.
   */
  | {
      readonly kind: 'stop';
      readonly end: number;
      readonly lastVoiced: number;
      readonly voiced: number;
      readonly waited: Patience | null;
    }
  /** It was no turn. */
  | { readonly kind: 'drop' };
