/** What listeners say to show that they listen: over a speaking avatar it is no wish to speak. English. */

/** Up to this many of them in a row. */
export const MOST_BACKCHANNELS = 3;

/** Sounds rather than words: nobody wants an answer to them. */
export const MURMURS: ReadonlySet<string> = new Set(
  'mhm mhmm mm mmm hm hmm hmmm mmhm mmhmm mm-hm mm-hmm m-hm uh-huh uhhuh uhuh aha ah-ha ah oh'.split(' '),
);

/** The same, as recognisers write them that know no hyphens. */
export const MURMURS_IN_TWO = /\b(uh huh|ah ha|m hm)\b/g;

/** What is heard of "uh-huh" and "mhm" before their end. It may also be the beginning of a wish, and then more comes. */
export const FIRST_OF_MURMURS: ReadonlySet<string> = new Set('uh um er m mh'.split(' '));

export const BACKCHANNEL_WORDS: ReadonlySet<string> = new Set([
  ...MURMURS,
  ...'yes yeah yep yup ok okay right sure wow great nice cool good exactly indeed true really'.split(' '),
]);

export const BACKCHANNEL_PHRASES: ReadonlySet<string> = new Set([
  'i see',
  'got it',
  'go on',
  'all right',
  'of course',
  'oh i see',
  'ah i see',
]);
