/** Whether words look like the end of what somebody wants to say, by rules over the transcript. English. Pure. */

/** What a transcript of a turn so far amounts to. */
export type Words = 'complete' | 'incomplete' | 'backchannel' | 'unclear' | 'none';

/** After these something follows, in nearly any sentence. */
const LEADING = wordSet(
  'and or but because although if when while which who whose than as of to for with from by at about into between the a ' +
    "an my your his its our their let's it's i'm i'd i'll you're we're they're there's what's where's how's who's very " +
    'also like um uh er erm hmm',
);
/** After these, too, unless somebody comes before: "the answer is" goes on, "yes it is" and "what do you have" do not. */
const AUXILIARY = wordSet(
  'is are was were am be been have has had do does did will would can could shall should may might must',
);
const SOMEBODY = wordSet('i you he she it we they this that there these those please');
/** An answer or a question by themselves; more words before them make no difference. */
const WHOLE_ALONE = wordSet('when who which');
/** A question may end with these: "who are you with", "what is it about". */
const QUESTION = /^(?:what|where|who|whose|which|how|when|why)\b/;
const ENDS_QUESTIONS = wordSet('of to for with from by at about like into');

/** What listeners say to show that they listen. Over a speaking avatar it is no wish to speak. */
const BACKCHANNEL_WORDS = wordSet(
  'yes yeah yep yup ok okay right sure mhm mm hmm hm uh-huh uhuh aha ah oh wow great nice cool good exactly indeed true ' +
    'really',
);
const BACKCHANNELS = new Set(['i see', 'got it', 'go on', 'all right', 'of course', 'oh i see', 'ah i see']);
const LONGEST_BACKCHANNEL = 3;

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}

export function wordsOf(text: string): Exclude<Words, 'unclear'> {
  const words = text
    .toLowerCase()
    .replaceAll('’', "'")
    .split(/[^\p{L}\p{N}'-]+/u)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const last = words.at(-1);
  if (last === undefined) return 'none';
  if (isBackchannel(words)) return 'backchannel';
  const ending = text.trimEnd();
  if (/[.!?]["')]?$/.test(ending) && !/(?:\.\.|…)$/.test(ending)) return 'complete';
  if (/[,;:…-]$/.test(ending) || ending.endsWith('..')) return 'incomplete';
  if (words.length === 1 && WHOLE_ALONE.has(last)) return 'complete';
  if (QUESTION.test(words[0]!) && words.length > 2 && (ENDS_QUESTIONS.has(last) || AUXILIARY.has(last)))
    return 'complete';
  if (AUXILIARY.has(last)) return SOMEBODY.has(words.at(-2) ?? '') ? 'complete' : 'incomplete';
  // Somebody who reads out a number goes on with the next digit.
  const isCounting = words.length >= 2 && words.slice(-2).every((word) => /^\d+$/.test(word));
  return LEADING.has(last) || isCounting ? 'incomplete' : 'complete';
}

function isBackchannel(words: readonly string[]): boolean {
  if (words.length > LONGEST_BACKCHANNEL) return false;
  return words.every((word) => BACKCHANNEL_WORDS.has(word)) || BACKCHANNELS.has(words.join(' '));
}
