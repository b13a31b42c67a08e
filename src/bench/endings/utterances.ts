/**
 * What people say and how they pause in it, scripted: sentences, sentences with a pause in their midst, and several in a
 * row. Composed of the bench's recordings, with a room's silence between them.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { HEARING_RATE, msToSamples, SPEECH_RATE } from '../../audio/pcm.js';
import { resampler } from '../../audio/resample.js';
import { ParleyError } from '../../errors.js';
import { loadRecordings, type Recordings } from '../questions.js';
import type { Sound } from '../sound.js';
import { voicedRange } from '../voiced.js';

export interface Utterance {
  /** At HEARING_RATE, with silence behind it that is longer than anybody waits. */
  readonly samples: Int16Array;
  /** What is said, each with the place of its voice. */
  readonly parts: readonly Part[];
}

export interface Part {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const stepSchema = z.union([z.strictObject({ say: z.string() }), z.strictObject({ pause: z.int().min(1).max(5000) })]);
const utterancesSchema = z.array(z.array(stepSchema).min(1)).min(1);

/** Nobody speaks right away, and no rules wait longer than this. */
const BEFORE_MS = 500;
const AFTER_MS = 2500;

export function loadUtterances(root: string): Utterance[] {
  const listed: unknown = JSON.parse(readFileSync(join(root, 'src/bench/endings/utterances.json'), 'utf8'));
  const known = soundsOf(loadRecordings(root));
  return utterancesSchema.parse(listed).map((steps) => compose(steps, known));
}

type Spoken = Sound & { readonly text: string };

function soundsOf({ questions, story, parts, noises }: Recordings): ReadonlyMap<string, Spoken> {
  const words = noises.map((noise) => ({ ...noise, text: noise.name }));
  return new Map([...questions, story, ...parts, ...words].map((sound) => [sound.id, sound]));
}

/** The silence around a recording's voice is cut, so that a pause is as long as it says. */
function compose(steps: readonly z.infer<typeof stepSchema>[], known: ReadonlyMap<string, Spoken>): Utterance {
  const pieces: Int16Array[] = [new Int16Array(msToSamples(BEFORE_MS, HEARING_RATE))];
  const parts: Part[] = [];
  const length = () => pieces.reduce((sum, piece) => sum + piece.length, 0);
  for (const step of steps) {
    if ('pause' in step) {
      pieces.push(new Int16Array(msToSamples(step.pause, HEARING_RATE)));
      continue;
    }
    const sound = known.get(step.say);
    if (sound === undefined) throw new ParleyError('bad_settings', `There is no recording "${step.say}".`);
    const voice = atHearing(sound.samples);
    const { from, to } = voicedRange(voice, HEARING_RATE);
    parts.push({ text: sound.text, from: length(), to: length() + to - from });
    pieces.push(voice.subarray(from, to));
  }
  pieces.push(new Int16Array(msToSamples(AFTER_MS, HEARING_RATE)));
  const samples = new Int16Array(length());
  let at = 0;
  for (const piece of pieces) {
    samples.set(piece, at);
    at += piece.length;
  }
  return { samples, parts };
}

function atHearing(samples: Int16Array): Int16Array {
  const resampling = resampler(SPEECH_RATE, HEARING_RATE);
  return Int16Array.from([...resampling.push(samples), ...resampling.flush()]);
}
