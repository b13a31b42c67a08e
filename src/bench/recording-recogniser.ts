/**
 * A recogniser that knows the bench's recordings, and nothing else: it finds out by the sound which of them an audio is,
 * whatever the rate, the loudness, and the places at which a voice detector has cut it. So a simulated vendor can answer
 * any number of callers at once, in any order, and a part of a question gives no more than its first words. What is no
 * recording is heard piece by piece, from pause to pause: parts of a sentence are known by themselves, and so is what lies
 * between the pauses of a recording of one's own.
 */
import { HEARING_RATE, SPEECH_RATE } from '../audio/pcm.js';
import { resampler } from '../audio/resample.js';
import type { Recordings } from './questions.js';
import { voicedRange } from './voiced.js';
import type { Recording } from './wav.js';
import { wordsAmong } from './words-among.js';

/** 20 ms: a step of what is compared. */
const STEP = HEARING_RATE / 50;
/** A voice that is cut 100 ms early or late is still the same. */
const SHIFT = 5;
/** Nobody knows where in a step a detector has cut. */
const PHASES = [0, STEP / 4, STEP / 2, (3 * STEP) / 4];
/** What lies so far under the loudest step is silence. */
const RANGE_DB = 40;
/** Of the whole of a recording; what is missing at its end are soft last consonants. */
const WHOLE = 0.9;
/**
 * The nearest is taken, if it is as near as this: a recording lies at most 0.020 from itself, cut, softer and at another
 * rate, a beginning of it 0.031, a short noise 0.027. Two recordings lie 0.033 or more apart, but for "What is the",
 * which lies 0.029 from the longer questions that begin with it, and "uh huh" and "yeah", which are taken for each other.
 */
const ALIKE = 0.05;
/** A pause of a speaker: 200 ms. The silences inside the recordings last 100 ms at most. */
const PAUSE_STEPS = 10;
/** So far under its loudest step lies whatever is no voice. */
const QUIET = 1 - 32 / RANGE_DB;

/** Loudness of a step, 0 to 1, and how much of it hisses. */
type Step = readonly [loudness: number, hiss: number];

interface Known {
  readonly words: string;
  /** It has pauses: where a part of it ends its pieces know better. */
  readonly isHalting: boolean;
  readonly steps: readonly Step[];
}

export function recordingRecogniser({ questions, story, parts, noises }: Recordings): (heard: Recording) => string {
  const known: readonly Known[] = [
    ...[...questions, story, ...parts].map(({ text, samples }) => ({ words: text, samples })),
    ...noises.map(({ name, isWord, samples }) => ({ words: isWord ? name : '', samples })),
  ].flatMap(({ words, samples }) => knownBy(words, at16k(SPEECH_RATE, samples)));
  const withoutPause = known.filter(({ isHalting }) => !isHalting);
  return (heard) => {
    const samples = at16k(heard.rate, heard.samples);
    const whole = nearest(stepsOf({ rate: HEARING_RATE, samples }), known);
    if (whole !== null) return whole;
    const pieces = piecesOf(samples).map((piece) =>
      nearest(stepsOf({ rate: HEARING_RATE, samples: piece }), withoutPause),
    );
    return pieces.filter((words) => words !== null && words !== '').join(' ');
  };
}

function knownBy(words: string, samples: Int16Array): Known[] {
  const inPhases = (said: string, voice: Int16Array, isHalting: boolean) =>
    PHASES.map((by) => ({ words: said, isHalting, steps: stepsOf({ rate: HEARING_RATE, samples: voice }, by) }));
  const pieces = piecesOf(samples);
  const parts = wordsAmong(
    words,
    pieces.map(({ length }) => length),
  );
  return [
    ...pieces.flatMap((piece, index) => inPhases(parts[index]!, piece, false)),
    ...inPhases(words, samples, pieces.length > 0),
  ];
}

/** The words of the recording that this is, or begins like; null: none is as near. */
function nearest(steps: readonly Step[], known: readonly Known[]): string | null {
  if (steps.length === 0) return null;
  const [best] = known
    // Rather the whole of something short than the beginning of something long.
    .map(({ words, isHalting, steps: all }) => ({
      words,
      isHalting,
      all,
      far: distance(steps, all) * Math.max(1, 2 - steps.length / all.length),
    }))
    .sort((a, b) => a.far - b.far);
  if (best === undefined || best.far > ALIKE) return null;
  const share = steps.length / best.all.length;
  return best.isHalting && share < WHOLE ? null : firstWords(best.words, share);
}

/** What lies between the pauses, if there are any. */
function piecesOf(samples: Int16Array): Int16Array[] {
  const { from, to } = voicedRange(samples, HEARING_RATE);
  const voice = samples.subarray(from, to);
  const steps = stepsOf({ rate: HEARING_RATE, samples: voice });
  const pieces: Int16Array[] = [];
  let [begin, quiet] = [0, 0];
  steps.forEach(([loudness], index) => {
    quiet = loudness < QUIET ? quiet + 1 : 0;
    const isNext = quiet === 0 && begin < 0;
    if (isNext) begin = index;
    if (quiet !== PAUSE_STEPS || begin < 0) return;
    pieces.push(voice.subarray(begin * STEP, (index + 1 - PAUSE_STEPS) * STEP));
    begin = -1;
  });
  if (pieces.length > 0 && begin >= 0) pieces.push(voice.subarray(begin * STEP));
  return pieces;
}

/** `by`: so many samples behind the beginning of the voice. */
function stepsOf({ rate, samples }: Recording, by = 0): Step[] {
  const heard = at16k(rate, samples);
  const { from: first, to } = voicedRange(heard, HEARING_RATE);
  const from = first + by;
  const measured = Array.from({ length: Math.max(0, Math.floor((to - from) / STEP)) }, (_, index) =>
    measure(heard.subarray(from + index * STEP, from + (index + 1) * STEP)),
  );
  const loudest = Math.max(...measured.map(({ db }) => db), -200);
  return measured.map(({ db, hiss }): Step => {
    const loudness = Math.max(0, 1 + (db - loudest) / RANGE_DB);
    // Of what is hardly heard nobody can tell what it is.
    return [loudness, hiss * loudness];
  });
}

function at16k(rate: number, samples: Int16Array): Int16Array {
  if (rate === HEARING_RATE) return samples;
  const resampling = resampler(rate, HEARING_RATE);
  const parts = [resampling.push(samples), resampling.flush()];
  const all = new Int16Array(parts[0]!.length + parts[1]!.length);
  all.set(parts[0]!);
  all.set(parts[1]!, parts[0]!.length);
  return all;
}

/** Hiss: how much louder the differences between samples are than the samples, which is where the high tones are. */
function measure(step: Int16Array): { db: number; hiss: number } {
  let [power, change] = [0, 0];
  for (let i = 1; i < step.length; i += 1) {
    power += step[i]! ** 2;
    change += (step[i]! - step[i - 1]!) ** 2;
  }
  return { db: 10 * Math.log10(power / step.length + 1), hiss: power === 0 ? 0 : Math.min(1, change / power / 2) };
}

/** How far what was heard is from the beginning of a recording, step by step; the best of all shifts. */
function distance(heard: readonly Step[], known: readonly Step[]): number {
  if (heard.length > known.length + 2 * SHIFT) return Number.POSITIVE_INFINITY;
  const shifts = Array.from({ length: 2 * SHIFT + 1 }, (_, index) => index - SHIFT);
  return Math.min(
    ...shifts.map((shift) => {
      const apart = heard.map(([loudness, hiss], index) => {
        const [there, hissThere] = known[index + shift] ?? [0, 0];
        return (Math.abs(loudness - there) + Math.abs(hiss - hissThere)) / 2;
      });
      return apart.reduce((sum, each) => sum + each, 0) / apart.length;
    }),
  );
}

/** Nobody has said more words than there was time for. */
function firstWords(text: string, share: number): string {
  if (share >= WHOLE) return text;
  const words = text.split(' ');
  return words.slice(0, Math.floor(share * words.length)).join(' ');
}
