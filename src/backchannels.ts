/** What listeners say to show that they listen: over a speaking avatar it is no wish to speak. English. */

/** Up to this many of them in a row. */
export const MOST_BACKCHANNELS = 3;

/** Sounds rather than words: nobody wants an answer to them. */
export const MURMURS: ReadonlySet<string> = new Set('mhm mm hmm hm uh-huh uhuh aha ah oh'.split(' '));

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
