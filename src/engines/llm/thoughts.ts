/**
 * Models that think before they speak may write their thoughts into the answer, first of all and between <think> and
 * </think>. Nobody should hear those, nor the blanks before what is said.
 */
const OPENS = '<think>';
const CLOSES = '</think>';

/** Gives, of each piece, what is to be said; of the first ones that may be nothing. */
export function withoutThoughts(): (piece: string) => string {
  let state: 'silent' | 'thinking' | 'speaking' = 'silent';
  let held = '';

  const begin = (): string => {
    held = held.trimStart();
    // It may become the mark yet.
    if (held === '' || (held !== OPENS && OPENS.startsWith(held))) return '';
    if (!held.startsWith(OPENS)) {
      state = 'speaking';
      return held;
    }
    state = 'thinking';
    return think();
  };
  const think = (): string => {
    const end = held.indexOf(CLOSES);
    if (end < 0) {
      // So much may be the beginning of the mark that ends it.
      held = held.slice(1 - CLOSES.length);
      return '';
    }
    held = held.slice(end + CLOSES.length);
    state = 'silent';
    return begin();
  };

  return (piece) => {
    if (state === 'speaking') return piece;
    held += piece;
    return state === 'thinking' ? think() : begin();
  };
}
