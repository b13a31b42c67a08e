/** Recordings that a scenario brings along. They are files of people's own, so that what is wrong with one is said. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { samplesToMs, silentSamples } from '../audio/pcm.js';
import { asParleyError, ParleyError } from '../errors.js';
import { type Sound, soundOf } from './sound.js';
import { type Recording, readWav } from './wav.js';

export interface OwnRecording {
  readonly name: string;
  /** Where it lies: an absolute path. */
  readonly file: string;
  /** What is said in it; missing: it is a noise. */
  readonly text?: string;
}

const MOST_MS = 5 * 60_000;
const [LOWEST_RATE, HIGHEST_RATE] = [8000, 48_000];

/** Throws bad_settings, which names the file and what helps. */
export function loadOwnSound(file: string): Sound {
  const recording = recordingIn(file);
  const { rate, samples } = recording;
  if (rate < LOWEST_RATE || rate > HIGHEST_RATE)
    throw wrong(file, `has ${rate} samples a second, and not from ${LOWEST_RATE} to ${HIGHEST_RATE}. ${converted}`);
  if (samples.length === 0) throw wrong(file, 'is empty. Record it again.');
  if (samplesToMs(samples.length, rate) > MOST_MS) throw wrong(file, 'is longer than five minutes. Make parts of it.');
  if (silentSamples(samples) === samples.length)
    throw wrong(file, 'has no voice in it: all of it is as soft as silence. Record it again, louder.');
  try {
    return soundOf(recording);
  } catch (cause) {
    // Of all rates only some lead to another in a number of steps that is worth it.
    throw wrong(file, `cannot be used: ${asParleyError(cause).message} ${converted}`, cause);
  }
}

/** Tells a file from another of the same name, in few letters. */
export function digestOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12);
}

const converted = '`ffmpeg -i OLD.wav -ac 1 -ar 24000 -c:a pcm_s16le NEW.wav` makes one that can be used.';

function recordingIn(file: string): Recording {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    const missing = "is not there; in a scenario a path counts from the scenario's folder.";
    throw wrong(file, isMissing ? missing : `cannot be read: ${(cause as Error).message}.`, cause);
  }
  try {
    return readWav(bytes);
  } catch (cause) {
    throw wrong(file, `cannot be used. ${asParleyError(cause).message} ${converted}`, cause);
  }
}

function wrong(file: string, why: string, cause?: unknown): ParleyError {
  return new ParleyError('bad_settings', `The file ${file} ${why}`, { cause });
}
