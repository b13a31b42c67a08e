/** `POST /v1/audio/transcriptions`: what the simulation is told to have heard, in the format that was asked for. */
import { abortable } from '../../../flow.js';
import { type Recording, readWav } from '../../wav.js';
import type { Form } from './body.js';
import { type Exchange, event, type Outcome, type Piece, sendEvents, sendJson, sendWhole } from './delivery.js';
import { checked, missing } from './mistakes.js';
import { transcriptionKind } from './models.js';
import { invalid, notSimulated } from './refusals.js';
import { type TranscriptionRequest, transcriptionSchema } from './schemas.js';
import { durationUsage, type Heard, logprobsOf, tokenUsage, verbose, wordsOf } from './transcript.js';

export interface Audio extends Recording {
  /** ISO 639-1, if the request named one. */
  readonly language: string | null;
}

/** What the vendor understands of a recording. */
export type Hears = (audio: Audio) => string | Promise<string>;

const FORMATS = ['flac', 'm4a', 'mp3', 'mp4', 'mpeg', 'mpga', 'oga', 'ogg', 'wav', 'webm'];
const SHORTEST_SECONDS = 0.1;

export async function answerTranscription(form: Form, hears: Hears, exchange: Exchange): Promise<Outcome> {
  const request = readTranscriptionRequest(form);
  const audio = await readAudio(request);
  const seconds = audio.samples.length / audio.rate;
  if (seconds < SHORTEST_SECONDS) {
    const message = `Audio file is too short. Minimum audio length is ${SHORTEST_SECONDS} seconds.`;
    throw invalid(message, 'file', 'audio_too_short');
  }
  const text = await abortable(Promise.resolve(hears(audio)), exchange.signal);
  const heard = { text, language: audio.language, seconds };
  if (transcriptionKind(request.model) === 'whisper') return await sendWhisper(heard, request, exchange);
  if (request.stream) return await sendEvents(exchange, transcriptEvents(heard, request));
  if (request.response_format === 'text') return await sendText(heard, exchange);
  return await sendJson(exchange, { text, ...logprobs(wordsOf(text), request), usage: tokenUsage(heard) });
}

/** It has no stream, whatever was asked for. */
function sendWhisper(heard: Heard, request: TranscriptionRequest, exchange: Exchange): Promise<Outcome> {
  switch (request.response_format) {
    case 'text':
      return sendText(heard, exchange);
    case 'verbose_json':
      return sendJson(exchange, verbose(heard, request.timestamp_granularities, request.temperature ?? 0));
    default:
      return sendJson(exchange, { text: heard.text, usage: durationUsage(heard) });
  }
}

const sendText = ({ text }: Heard, exchange: Exchange) => sendWhole(exchange, 'text/plain; charset=utf-8', `${text}\n`);

async function* transcriptEvents(heard: Heard, request: TranscriptionRequest): AsyncGenerator<Piece, void, undefined> {
  const words = wordsOf(heard.text);
  for (const delta of words) {
    yield event('piece', { type: 'transcript.text.delta', delta, ...logprobs([delta], request) });
  }
  const { text } = heard;
  yield event('tail', { type: 'transcript.text.done', text, ...logprobs(words, request), usage: tokenUsage(heard) });
}

function logprobs(words: readonly string[], { include }: TranscriptionRequest) {
  return include.includes('logprobs') ? { logprobs: logprobsOf(words) } : {};
}

/** Throws Refused. */
function readTranscriptionRequest(form: Form): TranscriptionRequest {
  if (form.model === undefined) throw invalid('you must provide a model parameter');
  if (!(form.file instanceof File)) throw missing('file');
  const request = checked(transcriptionSchema, form);
  const { language, model, response_format: format, include } = request;
  const isWhisper = transcriptionKind(model) === 'whisper';
  if (language !== undefined && !/^[a-z]{2}$/.test(language)) {
    const message = `Invalid language '${language}'. Language parameter must be specified in ISO-639-1 format.`;
    throw invalid(message, 'language', 'invalid_language_format');
  }
  if (!isWhisper && format !== 'json' && format !== 'text') {
    const message = `response_format '${format}' is not compatible with model '${model}'. Use 'json' or 'text' instead.`;
    throw invalid(message, 'response_format', 'unsupported_value');
  }
  if (format === 'srt' || format === 'vtt' || format === 'diarized_json') {
    throw notSimulated('response_format', `A transcript as ${format}`);
  }
  if (form.timestamp_granularities !== undefined && format !== 'verbose_json') {
    const message = "'timestamp_granularities' needs response_format 'verbose_json'.";
    throw invalid(message, 'timestamp_granularities', 'unsupported_value');
  }
  if (include.length > 0 && (isWhisper || format !== 'json')) {
    throw invalid("'include' needs response_format 'json' and a model that has it.", 'include', 'unsupported_value');
  }
  return request;
}

async function readAudio({ file, language }: TranscriptionRequest): Promise<Audio> {
  const ending = file.name.split('.').at(-1)!.toLowerCase();
  if (!FORMATS.includes(ending)) {
    const list = FORMATS.map((format) => `'${format}'`).join(', ');
    throw invalid(`Invalid file format. Supported formats: [${list}]`);
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  try {
    return { ...readWav(bytes), language: language ?? null };
  } catch {
    throw invalid('Audio file might be corrupted or unsupported', 'file', 'invalid_value');
  }
}
