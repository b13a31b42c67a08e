/**
 * Whisper writes words where there were none: it was taught on subtitles, and thanks its viewers for watching when it
 * hears a fan. What it writes is believed only as far as there was speech to say it in: nobody says a letter in less than
 * 20 ms, and what subtitles end with has to have been said at an ordinary pace.
 */
import { HEARING_RATE } from '../../audio/pcm.js';

/** The fastest speech has some 25 letters a second; the other half is room for a detector that missed a part. */
const LEAST_MS_A_LETTER = 20;
/** For phrases that it is known to make up: quick but ordinary speech, of which the detector hears three quarters. */
const ORDINARY_MS_A_LETTER = 40;

const MADE_UP: readonly RegExp[] = [
  /^(thank you|thanks)( (so|very) much)?( for (watching|listening|viewing|joining|your (attention|support)))?$/,
  /^(please )?(like and |like share and )?(don t forget to )?subscribe/,
  /^(see|catch) you (in the )?next (time|video|one)$/,
  /^(bye|bye bye|goodbye|you|okay|oh|so|the end|hmm?|peace)$/,
  /^i (wi)?ll see you (in the )?next/,
  /subtitles? (by|created|made)|amara ?org|transcri(bed|ption) by|captions? by|copyright/,
  /^(vielen dank|danke)( furs zuschauen| fur die aufmerksamkeit)?$|untertitel/,
  /^merci( d avoir regarde)?$|sous titres?|sous titrage/,
  /^gracias( por ver( el video)?)?$|^subtitulos/,
  /^(music|applause|laughter|silence|blank audio|inaudible|foreign)$/,
];

/** Whisper puts what is no speech in brackets, of one kind or another: [BLANK_AUDIO], (silence), *laughs*. */
const BRACKETED = /\[[^[\]]*\]|\([^()]*\)|（[^（）]*）|【[^【】]*】|\*[^*]*\*/gu;

/** `voicedMs`: how much of the audio was speech. */
export function isMadeUp(text: string, voicedMs: number): boolean {
  if (plainOf(text.replace(BRACKETED, ' ')) === '') return true;
  const plain = plainOf(text);
  const letters = plain.replace(/ /g, '').length;
  const pace = MADE_UP.some((phrase) => phrase.test(plain)) ? ORDINARY_MS_A_LETTER : LEAST_MS_A_LETTER;
  return voicedMs < letters * pace;
}

/** "[Music]" and "Thank you!" as words; accents and apostrophes do not matter. */
const plainOf = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** 20 ms: shorter than any sound of speech. */
const STEP = HEARING_RATE / 50;
/** Below this nobody speaks into a microphone: -50 dBFS. */
const FLOOR = 32_768 * 10 ** (-50 / 20);
/** Speech stands out of the quietest tenth of what was recorded by so much. */
const ABOVE_NOISE = 2.5;

/** For audio that no detector has heard: milliseconds that are louder than the rest, and loud enough to be speech. */
export function loudMs(samples: Int16Array): number {
  const levels: number[] = [];
  for (let at = 0; at + STEP <= samples.length; at += STEP) levels.push(loudness(samples.subarray(at, at + STEP)));
  const quiet = levels.toSorted((a, b) => a - b)[Math.floor(levels.length / 10)] ?? 0;
  // Somebody who talks from the first to the last sample leaves no quiet tenth to compare with.
  const noise = Math.min(quiet, 4 * FLOOR);
  return levels.filter((level) => level > FLOOR && level > noise * ABOVE_NOISE).length * 20;
}

function loudness(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}
