/**
 * What is written, as it is said: markup and emoji dropped, abbreviations, times, prices and units in words. Pure. Every
 * character of the result knows where in the source it comes from, so that a word that sounds can be found in the
 * phrase again. Only plain letters, digits and punctuation leave here: nothing that a synthesiser could take for its
 * own markup.
 */
import { type SpeakingRule, speakingRules } from './speaking-rules.js';

export interface SpokenText {
  readonly text: string;
  /** For each character of `text`: the index in the source that it stands for. Never falls. */
  readonly origins: readonly number[];
}

/** Characters that are said, or that shape how others are said. All lie in the first plane: one code unit each. */
const KEPT = /^[\p{Script=Latin}\p{Script=Greek}\d.,;:!?'%$€£+=@°/-]$/u;
const PUNCTUATION = /[.,;:!?]/;
/** A visible character with the accents that follow it, which the composed letter swallows. */
const CLUSTER = /.\p{Mark}*/suy;

export function spokenText(source: string): SpokenText {
  const origins: number[] = [];
  let text = '';
  const say = (words: string, origin: number) => {
    for (const character of words) {
      if (character === ' ' && (text === '' || text.endsWith(' '))) continue;
      if (PUNCTUATION.test(character) && text.endsWith(' ')) {
        text = text.slice(0, -1);
        origins.pop();
      }
      text += character;
      origins.push(origin);
    }
  };
  let at = 0;
  while (at < source.length) {
    const found = firstRule(source, at);
    if (found !== undefined) {
      say(found.words, at);
      at += found.length;
    } else {
      const cluster = matchAt(CLUSTER, source, at)![0];
      say(plain(cluster), at);
      at += cluster.length;
    }
  }
  const length = text.trimEnd().length;
  return { text: text.slice(0, length), origins: origins.slice(0, length) };
}

function firstRule(source: string, at: number): { words: string; length: number } | undefined {
  for (const rule of speakingRules) {
    const match = matchAt(rule.written, source, at);
    if (match !== null && match[0].length > 0) return { words: said(rule, match), length: match[0].length };
  }
  return undefined;
}

const said = ({ spoken }: SpeakingRule, match: RegExpExecArray): string =>
  typeof spoken === 'string' ? spoken : spoken(match);

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(source);
}

/** Compatibility forms (full-width letters, ligatures, styled letters) become the plain ones; what is left is a gap. */
function plain(cluster: string): string {
  const characters = [...cluster.normalize('NFKC').replace(/[‘’ʼ]/g, "'")];
  return characters.map((character) => (KEPT.test(character) ? character : ' ')).join('');
}
