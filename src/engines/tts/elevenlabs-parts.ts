/**
 * Which phrase says what comes: the characters that the vendor tells are followed through those that were sent.
 *
 * The vendor marks the end of a context, but nothing between two phrases of it. What does tell them apart is the text:
 * every piece of audio comes with the characters it says, and where the first one of the next phrase sounds, the next
 * phrase begins. Where the characters cannot be followed (`isFollowed`), the engine gives every phrase a context of its
 * own, whose end the vendor does mark.
 */
import { msToSamples, SPEECH_RATE, samplesToMs } from '../../audio/pcm.js';
import { longestSound } from './elevenlabs-allowance.js';
import { type Followed, follow, type Span } from './elevenlabs-follow.js';
import type { Sounding } from './elevenlabs-input.js';
import { compared } from './elevenlabs-text.js';
import { type PhraseWords, phraseWords } from './elevenlabs-words.js';

/** A character that came, with its times from the beginning of its piece. */
export interface TimedChar {
  readonly char: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** A phrase's part of a stream. */
export interface Part {
  readonly sounding: Sounding;
  readonly words: PhraseWords;
  /** So many letters of all that were sent until its last one that sounds: a full stop may come or not. */
  readonly whole: number;
  /** Its first sample in the stream; null until some of its audio has come. */
  start: number | null;
}

export interface SpokenParts {
  readonly all: readonly Part[];
  expect(sounding: Sounding): void;
  /** A piece of audio, of these samples of the stream, says these characters. Their sound may go on in the next ones. */
  heard(chars: readonly TimedChar[], from: number, until: number): void;
  /** How many have begun. */
  begun(): number;
  /** Of the last one that has begun, all characters that sound have come, and their audio. */
  isWhole(): boolean;
  /** It is known which characters have come. */
  isFollowed(): boolean;
}

/** No vendor is silent for so long behind a phrase: audio that comes later, and says nothing, is of the next one. */
const LONGEST_TAIL = msToSamples(1000);
/** Times are rounded, and of MP3 it is known only roughly how much a piece holds. */
const ROUGHLY = msToSamples(50);

/** Nobody says more characters in a second than this ... */
const MOST_A_SECOND = 100;
/** ... but those of all that was sent may come with its first sound, its numbers spelled out. */
const MOST_AHEAD = 1000;
/** A vendor that tells the times of words does so in one entry each. */
const LONGEST_ENTRY = 100;

export function spokenParts(): SpokenParts {
  const all: Part[] = [];
  const sent: { readonly char: string; readonly at: number; readonly part: Part }[] = [];
  const sentChars: string[] = [];
  let followed: Followed | null = null;
  let begun = 0;
  let come = 0;
  /** Where the last letter's sound ends, and where the last character's does: a blank may be a pause. */
  let sounding = 0;
  let told = 0;

  const isTold = () => begun > 0 && followed !== null && followed.next >= all[begun - 1]!.whole;
  const begin = (part: Part | undefined, at: number) => {
    if (part === undefined) return;
    for (; begun <= all.indexOf(part); begun += 1) all[begun]!.start = at;
  };
  const sound = (span: Span, start: number, end: number, begins: number) => {
    for (const { char, at, part } of sent.slice(span.from, span.to)) {
      if (part.start === null) begin(part, begins);
      part.words.sounded(at, at + char.length, start - part.start!, end - part.start!);
    }
  };

  return {
    all,
    expect(sounding) {
      const { phrase, text } = sounding;
      const part = { sounding, words: phraseWords(phrase.text), whole: sent.length + text.sounding, start: null };
      all.push(part);
      for (const letter of text.letters) {
        sent.push({ ...letter, part });
        sentChars.push(letter.char);
      }
    },
    heard(chars, from, until) {
      const awaited = sentChars.length - (followed?.next ?? 0);
      const most = ((until - from) / SPEECH_RATE) * MOST_A_SECOND + awaited + MOST_AHEAD;
      // No time is later than the sound of this piece, and of all that was sent and has not come.
      const latestMs = samplesToMs(until - from + longestSound(awaited));
      const letters = chars
        .slice(0, most)
        .flatMap((entry) => lettersOf(entry, latestMs))
        .slice(0, most);
      come = until;
      if (begun === 0 || (letters.length === 0 && isTold() && from > sounding + LONGEST_TAIL)) begin(all[begun], from);
      if (letters.length === 0) return;
      // One character begins where the last one ended: an MP3 coder holds back audio, whose times are told already.
      const at = Math.max(from, told - msToSamples(Math.min(chars[0]!.startMs, latestMs)));
      told = at + msToSamples(Math.min(chars.at(-1)!.endMs, latestMs));
      const spoken = letters.map(({ char }) => char);
      followed = follow(sentChars, followed?.next ?? 0, spoken);
      for (const [index, span] of followed.spans.entries()) {
        const start = at + msToSamples(letters[span.first]!.startMs);
        sounding = at + msToSamples(letters[span.last]!.endMs);
        // Silence before the first character of a piece belongs to that.
        sound(span, start, sounding, index === 0 ? from : start);
      }
    },
    begun: () => begun,
    isWhole: () => isTold() && come >= sounding - ROUGHLY,
    isFollowed: () => followed !== null && !followed.isLost,
  };
}

/** The characters of a piece without blanks, as they are compared. An entry of several shares its time among them. */
function lettersOf({ char, startMs, endMs }: TimedChar, latestMs: number): TimedChar[] {
  const each = [...char.slice(0, LONGEST_ENTRY)];
  const start = Math.min(startMs, latestMs);
  const share = (Math.min(endMs, latestMs) - start) / each.length;
  return each.flatMap((one, index) =>
    /\s/.test(one) ? [] : [{ char: compared(one), startMs: start + share * index, endMs: start + share * (index + 1) }],
  );
}
