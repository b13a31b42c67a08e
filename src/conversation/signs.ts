/** Characters with their places in the original text, and which of them a voice can do anything with. */

export interface Sign {
  readonly char: string;
  /** Its place in the original text, in UTF-16 units. */
  readonly from: number;
  readonly to: number;
}

/** Symbols that have a name when read aloud; other ornaments have none. */
const SPOKEN_SYMBOL = /[°©®™№℃℉]/u;
const ORNAMENT =
  /\p{Extended_Pictographic}|\p{Regional_Indicator}|[\p{So}\p{Sk}\p{Co}\p{Cs}\p{Cn}\u2190-\u21ff\u2500-\u25ff•‣·]/u;
/** What joins or colours emoji (the key cap stands alone: it combines), soft hyphens, marks of direction. */
const INVISIBLE =
  /[\u{1f3fb}-\u{1f3ff}\u{e0020}-\u{e007f}]|[\ufe00-\ufe0f]|\u20e3|[\u00ad\u200b\u200e\u200f\u2060\ufeff]/u;
/** Indic scripts need these between their letters; elsewhere they hold emoji together. */
const JOINER = /[\u200c\u200d]/;

export interface SignSink {
  put(sign: Sign): void;
  /** What was put since the last time. */
  taken(): Sign[];
}

/** Lets through what can be spoken. Ornaments become a space, and of several spaces or line ends one stays. */
export function signSink(): SignSink {
  let signs: Sign[] = [];
  let last = '\n';
  return {
    put(sign) {
      if (INVISIBLE.test(sign.char) || (JOINER.test(sign.char) && !/[\p{L}\p{M}]/u.test(last))) return;
      const char = sign.char === '\n' || !isBlank(sign.char) ? sign.char : ' ';
      if (/\s/.test(char) && (last === '\n' || last === char)) return;
      last = char;
      signs.push({ ...sign, char });
    },
    taken() {
      const all = signs;
      signs = [];
      return all;
    },
  };
}

const isBlank = (char: string) => /[\s\p{Cc}]/u.test(char) || (ORNAMENT.test(char) && !SPOKEN_SYMBOL.test(char));
