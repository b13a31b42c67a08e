/**
 * What tells, in one language, whether somebody only listens, goes on or is done. The rules are in
 * conversation/completeness.ts.
 */

/** Words and phrases are in small letters, without stops, as `words.ts` makes them; so is what patterns see. */
export interface Language {
  /** Sounds rather than words: nobody wants an answer to them. */
  readonly murmurs: ReadonlySet<string>;
  /** What is heard of murmurs before their end. It may also be the beginning of a wish, and then more comes. */
  readonly firstSounds: ReadonlySet<string>;
  /** What listeners say to show that they listen, besides murmurs; several of them in a row, too. */
  readonly listening: ReadonlySet<string>;
  /** The same, if it is all that is said. */
  readonly listeningAlone: ReadonlySet<string>;
  /** After these something follows, in nearly any sentence. */
  readonly leading: ReadonlySet<string>;
  /**
   * After these something follows even if a recogniser has set a full stop behind them, as they like to do. Numerals,
   * pronouns and what tags sentences may end one, and are at most among `leading`.
   */
  readonly neverLast: ReadonlySet<string>;
  /** After these, too, unless `somebody` comes before: "the answer is" goes on, "yes it is" does not. */
  readonly auxiliaries: ReadonlySet<string>;
  readonly somebody: ReadonlySet<string>;
  /** An answer or a question by themselves; more words before them make no difference. */
  readonly wholeAlone: ReadonlySet<string>;
  /** A question may end with auxiliaries and with `endsQuestions`: "what do you have", "what is it about". */
  readonly question: RegExp;
  readonly endsQuestions: ReadonlySet<string>;
  /** How a text without a full stop goes on, where its last word is not enough to tell: "I want" may answer. */
  readonly openEnd: RegExp;
  /** A wish or a question that has not said yet what about, even before a full stop. "Yes" and "no" make an answer of it. */
  readonly unfinished: RegExp;
  /** As a number is read out that is longer: "five five", and not "twenty five". Numerals are digits anywhere. */
  readonly digits: ReadonlySet<string>;
}
