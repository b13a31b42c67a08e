/**
 * One phrase by one request of the vendor's SDK. Of its two streams it takes the one with times: what both send first is
 * the same audio at the same moment, in JSON or bare, and without the times of words it is only guessed what a caller
 * heard of an answer that was interrupted.
 */
import type { ElevenLabs, ElevenLabsClient, ElevenLabsError } from 'elevenlabs';
import { samplesToMs } from '../../audio/pcm.js';
import { ParleyError } from '../../errors.js';
import { abortable, orLate } from '../../flow.js';
import type { Speech, SpeechOptions } from '../contract.js';
import { allowance, mostBytes } from './elevenlabs-allowance.js';
import { samplesIn } from './elevenlabs-audio.js';
import { answerFailure, cutOff, silence, unreadable } from './elevenlabs-failure.js';
import { vendorFetch } from './elevenlabs-fetch.js';
import type { Sounding } from './elevenlabs-input.js';
import type { TimedChar } from './elevenlabs-parts.js';
import { type ElevenLabsSettings, voiceSettings } from './elevenlabs-settings.js';
import { speechTrack } from './elevenlabs-track.js';

/** Reading it in takes 1.8 s, in which nothing else gets done: not before somebody wants it. */
export const elevenLabsSdk = () => import('elevenlabs');

export interface PhraseRequest extends Sounding {
  /** What the vendor has said before, in the same answer. */
  readonly before: string;
  readonly options: SpeechOptions;
}

/** Times are rounded to milliseconds. */
const ROUNDING_MS = 20;

type Chunk = ElevenLabs.StreamingAudioChunkWithTimestampsResponse;

export async function* spokenByRequest(
  settings: ElevenLabsSettings,
  { phrase, text, before, options }: PhraseRequest,
  signal: AbortSignal,
): AsyncGenerator<Speech, void, undefined> {
  const track = await speechTrack(settings.format);
  track.expect({ phrase, text });
  const timed = pieceClock(settings.format);
  const allowed = allowance(settings.format);
  allowed.grant(text.text);
  try {
    const request = {
      text: text.text.trim(),
      modelId: settings.model,
      outputFormat: settings.format,
      voiceSettings: voiceSettings(settings, options.speed),
      ...(before === '' ? {} : { previousText: before.trim() }),
    } satisfies ElevenLabs.StreamTextToSpeechWithTimestampsRequest;
    for await (const { audioBase64, alignment } of chunks(settings, options.voice, request, signal)) {
      const bytes = Buffer.from(audioBase64, 'base64');
      if (!allowed.takes(bytes.length, alignment?.characters.length ?? 0)) {
        throw unreadable('more sound than its text can have');
      }
      yield* track.push(bytes, timed(bytes, alignment));
    }
    yield* track.finish();
    if (!track.hasSound()) throw unreadable('an answer without sound');
  } finally {
    track.free();
  }
}

/** The vendor's pieces, each of which has to come in time; what goes wrong has our names. */
async function* chunks(
  settings: ElevenLabsSettings,
  voice: string,
  request: ElevenLabs.StreamTextToSpeechWithTimestampsRequest,
  signal: AbortSignal,
): AsyncGenerator<Chunk, void, undefined> {
  const { timeoutMs } = settings;
  const left = new AbortController();
  const either = AbortSignal.any([signal, left.signal]);
  const inTime = async <T>(promise: Promise<T>): Promise<T> => {
    const result = await orLate(abortable(promise, signal), timeoutMs);
    if (result === 'late') throw silence(timeoutMs);
    return result;
  };
  try {
    const client = await abortable(clientOf(settings, request.text), signal);
    const stream = await inTime(client.textToSpeech.streamWithTimestamps(voice, request, { abortSignal: either }));
    const pieces = stream[Symbol.asyncIterator]();
    for (;;) {
      const next = await inTime(pieces.next());
      if (next.done === true) return;
      yield next.value;
    }
  } catch (thrown) {
    signal.throwIfAborted();
    throw failure(thrown, settings);
  } finally {
    left.abort();
  }
}

async function clientOf(settings: ElevenLabsSettings, text: string): Promise<ElevenLabsClient> {
  const { apiKey, baseUrl, timeoutMs, format } = settings;
  const { ElevenLabsClient: Client } = await elevenLabsSdk();
  // Who tries again, and when, is decided outside, where it is known what has been heard.
  const fetch = vendorFetch(mostBytes(format, text));
  return new Client({ apiKey, baseUrl, timeoutInSeconds: timeoutMs / 1000, maxRetries: 0, fetch });
}

/** The SDK throws its own errors, those of its JSON reader, and those of the connection. */
function failure(thrown: unknown, { apiKey, timeoutMs }: ElevenLabsSettings): ParleyError {
  const { name, statusCode, body, rawResponse, cause } = thrown as Partial<ElevenLabsError>;
  const ours = [thrown, cause].find((error) => error instanceof ParleyError);
  if (ours !== undefined) return ours;
  if (typeof statusCode === 'number') {
    return answerFailure(
      { status: statusCode, body, retryAfter: rawResponse?.headers.get('retry-after') ?? null },
      apiKey,
    );
  }
  if (name === 'ElevenLabsTimeoutError') return silence(timeoutMs);
  if (thrown instanceof SyntaxError || name === 'ParseError' || name === 'JsonError') {
    return unreadable('an answer that cannot be read');
  }
  return cutOff(thrown, apiKey);
}

/**
 * Times of a piece's characters from the beginning of the piece, as on the vendor's socket. Over HTTP the times count from
 * the beginning of the whole answer, which is written nowhere; so times that begin again with a piece are taken, too.
 */
function pieceClock(format: ElevenLabsSettings['format']) {
  let come = 0;
  let lastEnd = 0;
  return (bytes: Uint8Array, alignment: Chunk['alignment']): TimedChar[] | null => {
    const pieceStart = samplesToMs(come);
    come += samplesIn(format, bytes.length);
    const {
      characters: chars = [],
      characterStartTimesSeconds: starts = [],
      characterEndTimesSeconds: ends = [],
    } = alignment ?? {};
    if (chars.length === 0 || starts.length !== chars.length || ends.length !== chars.length) return null;
    const first = starts[0]! * 1000;
    const isOfWhole = first >= lastEnd - ROUNDING_MS && first >= pieceStart / 2;
    const shift = isOfWhole ? pieceStart : 0;
    lastEnd = ends.at(-1)! * 1000 + pieceStart - shift;
    return chars.map((char, n) => ({ char, startMs: starts[n]! * 1000 - shift, endMs: ends[n]! * 1000 - shift }));
  };
}
