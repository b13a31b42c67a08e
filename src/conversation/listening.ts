/**
 * What becomes of what a caller says: each utterance of the ear turns into an item of the conversation and is
 * recognised; whether it is answered is for `answering.ts`.
 */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Logger } from 'pino';
import { HEARING_RATE, msToSamples, pcmSamples, SPEECH_RATE } from '../audio/pcm.js';
import { resampler } from '../audio/resample.js';
import type { HearingOptions } from '../engines/contract.js';
import { asParleyError, errorBody, ParleyError } from '../errors.js';
import type { Caller } from '../protocol/caller.js';
import type { Item } from '../protocol/items.js';
import type { SessionSettings, TurnDetection } from '../protocol/session.js';
import { createAnswering } from './answering.js';
import { createEar, type Hearing } from './ear.js';
import type { Floor } from './floor.js';
import type { History } from './history.js';
import { newId } from './ids.js';
import { type Heard, startAttempt } from './transcribing.js';
import type { Utterance } from './turns.js';

/** What was not understood is asked for again if so much of it was speech; a cough is left alone. */
const WORTH_ASKING_MS = 400;
/** Utterances that a caller may have recognised at the same time. People speak one after the other. */
const MOST_PENDING = 4;
const LONGEST_ITEM = msToSamples(120_000);
const SLICE = msToSamples(1000);

export interface Listening {
  hear(pcm: Uint8Array): void;
  /** Ends the utterance here; it is for the caller to ask for an answer. */
  commit(): void;
  clear(): void;
  follow(detection: TurnDetection | null): void;
  /** Recognises an item that the caller recorded by itself. */
  transcribe(itemId: string, pcm: Uint8Array): void;
  /** Settles when everything that was said so far has been recognised, or could not be. */
  recognised(): Promise<unknown>;
}

export interface ListeningTools {
  readonly hearing: Hearing;
  readonly caller: Caller;
  readonly history: History;
  readonly floor: Floor;
  readonly settings: () => SessionSettings;
  /** Answers what was said; `spokenAt`: when its last sound came. */
  readonly answer: (spokenAt: number) => void;
  /** Counts the answers that were asked for, by whomever. */
  readonly answers: () => number;
  readonly log: Logger;
  readonly now: () => number;
  readonly session: AbortSignal;
}

export function listen(tools: ListeningTools): Listening {
  const { caller, floor, settings, session, log } = tools;
  const answering = createAnswering({ ...tools, gone: session });
  const pending = new Set<Promise<unknown>>();

  /** Keeps the conversation informed of what is being recognised; gives null if it cannot be. */
  const follow = (itemId: string, heard: Promise<Heard>): Promise<Heard | null> => {
    tools.history.listenTo(itemId);
    const known = heard.then(
      (words) => understood(tools, itemId, words),
      (thrown) => misheard(tools, itemId, asParleyError(thrown, 'stt_failed')),
    );
    pending.add(known);
    void known.then(() => pending.delete(known));
    return known;
  };
  const take = (utterance: Utterance) => follow(addItem(tools, utterance.itemId), utterance.heard);
  const refuseCrowd = () => {
    if (pending.size >= MOST_PENDING) throw new ParleyError('too_much_speech');
  };

  const ear = createEar({
    ...tools,
    options: () => hints(settings()),
    hooks: {
      activity: floor.activity,
      pause: floor.pause,
      resume: floor.resume,
      interrupt: answering.interrupt,
      abandoned: answering.abandon,
      started(item_id, audio_start_ms) {
        caller.send({ type: 'input_audio_buffer.speech_started', item_id, audio_start_ms });
        answering.begin();
      },
      stopped(utterance) {
        const { itemId: item_id, endMs: audio_end_ms } = utterance;
        caller.send({ type: 'input_audio_buffer.speech_stopped', item_id, audio_end_ms });
        const settle = answering.expect(utterance.spokenAt);
        void take(utterance).then((heard) => settle(isWanted(settings()) && isWorthAnswering(heard, utterance)));
      },
      failed(error) {
        log.error({ err: error }, 'the ear failed');
        caller.send({ type: 'error', error: errorBody(error, null) });
      },
    },
  });

  return {
    hear: ear.hear,
    commit() {
      refuseCrowd();
      void take(ear.commit());
    },
    clear: ear.clear,
    follow: ear.follow,
    transcribe(itemId, pcm) {
      refuseCrowd();
      const attempt = startAttempt(tools.hearing.stt, hints(settings()), { signal: session, log, turn: itemId });
      void play(pcmSamples(pcm), attempt.hear, session).then(attempt.end, attempt.drop);
      void follow(itemId, attempt.heard);
    },
    recognised: () => Promise.all(pending),
  };
}

/** Puts the utterance into the conversation; its words follow. */
function addItem({ caller, history }: ListeningTools, itemId: string): string {
  // The caller was told the id when it began to speak, and may have used it meanwhile for something of its own.
  const item_id = history.has(itemId) ? newId('item') : itemId;
  const content = [{ type: 'input_audio', transcript: null }] as const;
  const common = { object: 'realtime.item', status: 'completed', type: 'message', role: 'user' } as const;
  const item: Item = { id: item_id, ...common, content };
  const previous_item_id = history.insert(item);
  caller.send({ type: 'input_audio_buffer.committed', item_id, previous_item_id });
  caller.send({ type: 'conversation.item.added', item, previous_item_id });
  caller.send({ type: 'conversation.item.done', item, previous_item_id });
  return item_id;
}

function understood({ caller, history, settings, log }: ListeningTools, item_id: string, heard: Heard): Heard {
  history.transcribe(item_id, heard);
  log.debug({ item: item_id, heard: heard.kind }, 'heard');
  if (settings().audio.input.transcription === null) return heard;
  const transcript = heard.kind === 'words' ? heard.text : '';
  const event = 'conversation.item.input_audio_transcription';
  if (transcript !== '') caller.send({ type: `${event}.delta`, item_id, content_index: 0, delta: transcript });
  caller.send({ type: `${event}.completed`, item_id, content_index: 0, transcript });
  return heard;
}

function misheard({ caller, history, settings, log }: ListeningTools, item_id: string, error: ParleyError): null {
  if (caller.gone.aborted) return null;
  log.error({ err: error, item: item_id }, 'an utterance could not be recognised');
  history.transcribe(item_id, { kind: 'failed' });
  const { type, code, message } = errorBody(new ParleyError('stt_failed', undefined, { cause: error }), null);
  if (settings().audio.input.transcription === null) {
    caller.send({ type: 'error', error: { type, code, message, param: null, event_id: null } });
  } else {
    const event = 'conversation.item.input_audio_transcription.failed';
    caller.send({ type: event, item_id, content_index: 0, error: { type, code, message, param: null } });
  }
  return null;
}

const isWanted = ({ audio }: SessionSettings): boolean => audio.input.turn_detection?.create_response === true;

function isWorthAnswering(heard: Heard | null, { voicedMs }: Utterance): boolean {
  if (heard?.kind === 'unclear') return voicedMs === null || voicedMs >= WORTH_ASKING_MS;
  return heard?.kind === 'words';
}

/** Brings a recording to the ear's rate, a second at a time: it may be long, and others are waiting. */
async function play(samples: Int16Array, hear: (samples: Int16Array) => void, signal: AbortSignal): Promise<void> {
  const toHearing = resampler(SPEECH_RATE, HEARING_RATE);
  for (let at = 0; at < Math.min(samples.length, LONGEST_ITEM); at += SLICE) {
    hear(toHearing.push(samples.subarray(at, at + SLICE)));
    await turnOfTheLoop();
    signal.throwIfAborted();
  }
  hear(toHearing.flush());
}

function hints({ audio }: SessionSettings): HearingOptions {
  const { language, prompt } = audio.input.transcription ?? {};
  return {
    language: typeof language === 'string' && language !== '' ? language : null,
    prompt: typeof prompt === 'string' && prompt !== '' ? prompt : null,
  };
}
