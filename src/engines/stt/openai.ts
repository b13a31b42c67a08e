/**
 * Transcription by OpenAI, or by a server that speaks its API. An utterance is sent whole, as a WAV file that exists in
 * memory only; models that stream give their words one by one, but not before the utterance has ended.
 */
import type { TranscriptionStreamEvent } from 'openai/resources/audio/transcriptions';
import { HEARING_RATE, joinedSamples } from '../../audio/pcm.js';
import { wavFile } from '../../audio/wav.js';
import { ParleyError } from '../../errors.js';
import { itemsUntil } from '../../flow.js';
import type { EngineContext, HearingOptions, SttEngine, Transcript } from '../contract.js';
import { listenable, type OpenAiAccess, type OpenAiVendor, openAiVendor } from '../vendors/openai.js';
import { isMadeUp, loudMs } from './hallucination.js';

/** Less is refused, and there is no word in it. */
const LEAST_SAMPLES = HEARING_RATE / 10;
/** No word either, whatever the model makes of it. */
const LEAST_VOICED_MS = 60;
/** A detector that is not sure of the last sounds when this is asked counts so much more of them until the words are here. */
const UNSURE_MS = 96;

export function openAiStt(options: OpenAiAccess): SttEngine {
  const vendor = openAiVendor(options);
  return {
    name: vendor.name,
    givesPartials: false,
    mayBeAskedAhead: true,
    // All of an utterance is read before anything is given.
    readAhead: Number.POSITIVE_INFINITY,
    run: (audio, hints, context) => transcribe(vendor, options.model, audio, hints, context),
    warm: vendor.warm,
    load: vendor.load,
    probe: vendor.probe,
    health: vendor.health,
    close: vendor.close,
  };
}

async function* transcribe(
  vendor: OpenAiVendor,
  model: string,
  audio: AsyncIterable<Int16Array>,
  hints: HearingOptions,
  { signal, log }: EngineContext,
): AsyncGenerator<Transcript, void, undefined> {
  signal.throwIfAborted();
  // Loaded while somebody speaks.
  await vendor.answered(vendor.client(), signal);
  const samples = await wholeOf(audio, signal);
  const before = hints.voicedMs?.() ?? loudMs(samples);
  const voicedMs = () => Math.min(hints.voicedMs?.() ?? before, before + UNSURE_MS);
  if (samples.length < LEAST_SAMPLES || before < LEAST_VOICED_MS) {
    yield { kind: 'final', text: '' };
    return;
  }
  let text = '';
  for await (const heard of words(vendor, model, samples, hints, signal)) {
    text = heard.text;
    if (heard.isPartial && !isMadeUp(text, voicedMs())) yield { kind: 'partial', text };
    signal.throwIfAborted();
  }
  const inAll = voicedMs();
  const isDropped = text.trim() !== '' && isMadeUp(text, inAll);
  if (isDropped)
    log.info({ letters: text.length, voicedMs: inAll }, 'words that nobody had the time to say were dropped');
  yield { kind: 'final', text: isDropped ? '' : text.trim() };
}

interface Words {
  readonly text: string;
  readonly isPartial: boolean;
}

async function* words(
  vendor: OpenAiVendor,
  model: string,
  samples: Int16Array,
  hints: HearingOptions,
  signal: AbortSignal,
): AsyncGenerator<Words, void, undefined> {
  const client = await vendor.client();
  const body = {
    file: new File([wavFile(samples, HEARING_RATE)], 'speech.wav', { type: 'audio/wav' }),
    model,
    response_format: 'json' as const,
    ...(hints.language === null ? {} : { language: isoLanguage(hints.language) }),
    ...(hints.prompt === null ? {} : { prompt: hints.prompt }),
  };
  const { transcriptions } = client.audio;
  const asked = { signal: listenable(signal) };
  if (!streams(model)) {
    const answer: { text?: unknown } = await vendor.answered(transcriptions.create(body, asked), signal);
    if (typeof answer?.text !== 'string') throw unreadable(vendor);
    yield { text: answer.text, isPartial: false };
    return;
  }
  const stream = await vendor.answered(transcriptions.create({ ...body, stream: true }, asked), signal);
  try {
    yield* streamed(vendor, stream, signal);
  } finally {
    stream.controller.abort();
  }
}

async function* streamed(
  vendor: OpenAiVendor,
  stream: AsyncIterable<TranscriptionStreamEvent>,
  signal: AbortSignal,
): AsyncGenerator<Words, void, undefined> {
  const events = stream[Symbol.asyncIterator]();
  let text = '';
  for (;;) {
    const next = await vendor.answered(events.next(), signal);
    if (next.done === true)
      throw new ParleyError('connection_cut', `${vendor.name} broke off in the middle of a transcript.`);
    const event = next.value;
    if (event?.type === 'transcript.text.done') {
      if (typeof event.text !== 'string') throw unreadable(vendor);
      yield { text: event.text, isPartial: false };
      return;
    }
    if (event?.type !== 'transcript.text.delta') continue;
    text += event.delta;
    yield { text, isPartial: true };
  }
}

async function wholeOf(audio: AsyncIterable<Int16Array>, signal: AbortSignal): Promise<Int16Array> {
  const pieces: Int16Array[] = [];
  for await (const piece of itemsUntil(audio, signal)) pieces.push(piece);
  return joinedSamples(pieces);
}

/** Whisper ignores the wish, and other vendors' servers refuse it. */
const streams = (model: string): boolean => /^gpt-.*transcribe/.test(model);

/** `en-GB` and `en_US` are `en` to it. */
const isoLanguage = (language: string): string => language.split(/[-_]/)[0]!.toLowerCase();

const unreadable = ({ name }: OpenAiVendor) =>
  new ParleyError('vendor_broken', `${name} answered with what is no transcript.`);
