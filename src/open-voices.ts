/** How this server makes voices of recordings and forgets them, put together from its settings and its engines. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Config } from './config.js';
import type { Choice } from './engines/choose.js';
import type { VoiceLearner } from './engines/learnt.js';
import { ParleyError } from './errors.js';
import { firstIssue } from './gateway/parse.js';
import type { FormPart, MadeVoice, VoiceMaking } from './gateway/voices.js';
import { LEAST_CONSENT, MOST_CONSENT, voiceName } from './voices/about.js';
import { checkRecordings } from './voices/checks.js';
import { findDecoder } from './voices/decoder-package.js';
import { type Recording, startDecoder } from './voices/decoding.js';
import type { VoiceStore } from './voices/store.js';

export interface VoiceTools {
  readonly config: Pick<Config, 'COQUI_PYTHON' | 'WHISPER_PYTHON' | 'MAX_CONCURRENT_TASKS' | 'MAX_UPLOAD'>;
  /** The package's own folder. */
  readonly root: string;
  readonly store: VoiceStore;
  readonly choice: Pick<Choice, 'engines' | 'learners'>;
  readonly log: Logger;
}

/** From the first byte of a form to the last: a slow line has the time, and nobody holds the only place for ever. */
const RECEIVE_MS = 600_000;
/** What a vendor made of which nobody wants to know any more is deleted there in this time, or stays. */
const FORGET_MS = 10_000;

const orderSchema = z.strictObject({
  name: voiceName,
  consent: z.string().trim().max(MOST_CONSENT, `expected at most ${MOST_CONSENT} characters`).default(''),
  engine: z.enum(['coqui', 'elevenlabs'], 'expected coqui or elevenlabs').optional(),
});

export interface OpenVoices extends VoiceMaking {
  /** The engines that can make one now. Throws cannot_learn or too_many_voices. */
  makers(): readonly string[];
}

export function openVoices(tools: VoiceTools): OpenVoices {
  const { config, store, choice } = tools;
  let running = 0;
  return {
    mostBytes: config.MAX_UPLOAD * 1_000_000,
    makers() {
      decoderHere(tools);
      store.checkRoom();
      return choice.learners.map(({ engine }) => engine);
    },
    async make(parts, signal) {
      const decoder = decoderHere(tools);
      store.checkRoom();
      if (running >= config.MAX_CONCURRENT_TASKS) throw new ParleyError('at_capacity');
      running += 1;
      try {
        return await make(tools, decoder, parts, signal);
      } finally {
        running -= 1;
      }
    },
    async remove(id, signal) {
      const voice = store.get(id);
      if (voice === undefined) {
        const isBuiltIn = choice.engines.tts?.voices.some((one) => one.id === id) ?? false;
        if (isBuiltIn) throw new ParleyError('voice_stays', `"${id.slice(0, 80)}" came with its engine.`);
        throw new ParleyError('not_found', `There is no voice "${id.slice(0, 80)}".`);
      }
      if (voice.kept.kind === 'vendor') await forgetter(tools, voice.engine)(voice.kept.id, signal);
      await store.remove(id);
      await choice.engines.tts?.forget(id);
    },
  };
}

/** Looked for each time: it may have been set up since the start. Throws cannot_learn. */
function decoderHere({ config, root, choice }: VoiceTools): string {
  if (choice.learners.length === 0) {
    throw new ParleyError('cannot_learn', 'Of the voices here, none learns: that takes coqui or elevenlabs.');
  }
  const found = findDecoder(root, [config.COQUI_PYTHON, config.WHISPER_PYTHON]);
  if (typeof found === 'string') return found;
  throw new ParleyError('cannot_learn', `Voices cannot be made: ${found.why}. ${found.enable}`);
}

function forgetter({ choice }: VoiceTools, engine: string) {
  const learner = choice.learners.find((one) => one.engine === engine);
  if (learner?.forget === undefined) {
    throw new ParleyError('cannot_learn', `${engine} keeps this voice, and is not set up here: only it can forget it.`);
  }
  return learner.forget;
}

async function make(
  tools: VoiceTools,
  python: string,
  parts: AsyncIterable<FormPart>,
  signal: AbortSignal,
): Promise<MadeVoice> {
  const { root, log, choice, store } = tools;
  const accept = (wanted: string | undefined) => void learnerFor(choice.learners, wanted);
  const decoding = { python, pythonFolder: join(root, 'python'), log };
  const { fields, recordings } = await received(parts, decoding, accept, signal);
  const { name, consent, engine } = ordered(fields);
  const learner = learnerFor(choice.learners, engine);
  if (recordings.length === 0) {
    throw new ParleyError('too_little_speech', 'No recording was sent.', { param: 'recording' });
  }
  const seconds = await checkRecordings(recordings, choice.engines.vad.run, { signal, log, turn: 'voice' });
  const lesson = { name, consent, recordings: recordings.map(({ samples }) => samples) };
  const made = await learner.learn(lesson, signal);
  try {
    signal.throwIfAborted();
    return await store.add({ name, engine: learner.engine, seconds, consent, made });
  } catch (thrown) {
    if (made.kind === 'vendor') {
      await learner.forget?.(made.id, AbortSignal.timeout(FORGET_MS)).catch((error: unknown) => {
        log.error({ err: error }, `the voice ${made.id} could not be kept, and ${learner.engine} has not forgotten it`);
      });
    }
    throw thrown;
  }
}

/** Recordings are decoded as they come: of none is more in memory than its samples. */
async function received(
  parts: AsyncIterable<FormPart>,
  decoding: Parameters<typeof startDecoder>[0],
  accept: (engine: string | undefined) => void,
  signal: AbortSignal,
): Promise<{ readonly fields: Record<string, string>; readonly recordings: Recording[] }> {
  const decoder = startDecoder(decoding);
  const late = AbortSignal.timeout(RECEIVE_MS);
  const fields: Record<string, string> = Object.create(null);
  const recordings: Recording[] = [];
  try {
    for await (const part of parts) {
      if (late.aborted) throw new ParleyError('deadline', `The form took more than ${RECEIVE_MS / 60_000} minutes.`);
      if (part.kind === 'field') {
        fields[part.name] = part.value;
        continue;
      }
      // Nobody's voice is read whose form will be refused anyway, if it says what it is before it sends them.
      if (recordings.length === 0 && 'name' in fields && 'consent' in fields) accept(ordered(fields).engine);
      recordings.push(await decoder.decode(part.bytes, recordings.length + 1, AbortSignal.any([signal, late])));
    }
    return { fields, recordings };
  } finally {
    await decoder.close();
  }
}

function ordered(fields: Record<string, string>) {
  const { success, data, error } = orderSchema.safeParse({ ...fields });
  if (!success) throw firstIssue(error);
  if (data.consent.length < LEAST_CONSENT) throw new ParleyError('consent_missing', undefined, { param: 'consent' });
  return data;
}

function learnerFor(learners: readonly VoiceLearner[], wanted: string | undefined): VoiceLearner {
  const learner = learners.find(({ engine }) => wanted === undefined || engine === wanted);
  if (learner !== undefined) return learner;
  const detail = `${wanted} is not set up here; there is ${learners.map(({ engine }) => engine).join(', ')}.`;
  throw new ParleyError('cannot_learn', detail, { param: 'engine' });
}
