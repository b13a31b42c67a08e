/**
 * What becomes of what a caller says: each utterance of the ear turns into an item of the conversation and is
 * recognised; whether it is answered is for `answering.ts`.
 */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Encoded, type Sound, secondsIn, soundOf } from '../audio/encoding.js';
import { HEARING_RATE } from '../audio/pcm.js';
import { resampler } from '../audio/resample.js';
import type { HearingOptions, Message } from '../engines/contract.js';
import { asParleyError, errorBody, ParleyError } from '../errors.js';
import type { Language } from '../languages/language.js';
import { languageFor } from '../languages/language-for.js';
import type { Caller } from '../protocol/caller.js';
import type { SessionSettings, TurnDetection } from '../protocol/session.js';
import { createAnswering } from './answering.js';
import { isMurmur } from './completeness.js';
import { createEar, type Hearing } from './ear.js';
import type { Floor } from './floor.js';
import { growing } from './growing.js';
import type { History } from './history.js';
import { newId } from './ids.js';
import type { Wish } from './plan.js';
import { saidAt } from './said.js';
import { watchSilence } from './silence.js';
import { type Attempt, type Heard, startAttempt } from './transcribing.js';
import { addItem, misheard, tellMore, tellTranscript, understood } from './transcripts.js';
import type { Utterance } from './turn-hooks.js';
import type { TurnManner } from './turn-rules.js';

/** What was not understood is asked for again if so much of it was speech; a cough is left alone. */
const WORTH_ASKING_MS = 400;
/** Utterances that a caller may have recognised at the same time. People speak one after the other. */
const MOST_PENDING = 4;
const LONGEST_ITEM_SECONDS = 120;

export interface Listening {
  hear(sound: Sound): void;
  /** Ends the utterance here; it is for the caller to ask for an answer. */
  commit(): void;
  clear(): void;
  follow(detection: TurnDetection | null): void;
  /** Recognises an item that the caller recorded by itself. */
  transcribe(itemId: string, recording: Encoded): void;
  /** All is quiet between an answer and whatever comes next; or that is over. */
  rests(isResting: boolean): void;
  /** The caller typed something: it is not silent. */
  renew(): void;
  /** When the caller began to speak, on the house's clock; null: it does not. */
  spokenSince(): number | null;
  /** Settles when everything that was said so far has been recognised, or could not be. */
  recognised(): Promise<unknown>;
}

export interface ListeningTools {
  readonly hearing: Hearing;
  /** Of callers of whom nobody says what they speak. */
  readonly language: string;
  readonly caller: Caller;
  readonly history: History;
  readonly floor: Floor;
  readonly settings: () => SessionSettings;
  readonly answer: (wish: Wish) => void;
  /** Begins the answer to what will have been said by `dueAt`, unless the caller goes on. */
  readonly foresee: (wish: Wish, next: Message, dueAt: number) => void;
  /** The caller goes on. */
  readonly unforeseen: () => void;
  readonly manner: Omit<TurnManner, 'holds'>;
  /** Counts the answers to the conversation that were asked for, by whomever. */
  readonly answers: () => number;
  /** What the answer that is being made was asked for with. */
  readonly wish: () => Wish | null;
  readonly log: Logger;
  readonly now: () => number;
  readonly session: AbortSignal;
}

export function listen(tools: ListeningTools): Listening {
  const { caller, floor, settings, session, log } = tools;
  const answering = createAnswering({ ...tools, gone: session });
  const pending = new Set<Promise<unknown>>();
  /** Callers know best; after them whoever set up the recogniser. */
  /** Who says "auto" leaves it to the recogniser, which does not tell. */
  const named = () => hints(settings()).language?.replace(/^auto$/i, '') || null;
  const language = () => languageFor(named() ?? tools.hearing.stt.language ?? tools.language);

  /** Keeps the conversation informed of what is being recognised; gives null if it cannot be. */
  const follow = (itemId: string, { heard, grows }: Pick<Attempt, 'heard' | 'grows'>): Promise<Heard | null> => {
    const settle = tools.history.listenTo(itemId);
    const tell = growing((more) => tellMore(tools, itemId, more));
    grows(tell);
    const known = heard.then(
      (words) => understood(tools, itemId, words, settle, tell),
      (thrown) => misheard(tools, itemId, asParleyError(thrown, 'stt_failed'), settle),
    );
    pending.add(known);
    silence.recognises(true);
    void known.then(() => {
      pending.delete(known);
      silence.recognises(pending.size > 0);
    });
    return known;
  };
  const take = (utterance: Utterance) => follow(addItem(tools, utterance.itemId), utterance);
  const deservesAnswer = (heard: Heard | null, { voicedMs }: Pick<Utterance, 'voicedMs'>) =>
    isWanted(settings()) && isWorthAnswering(heard, voicedMs, language());
  const refuseCrowd = () => {
    if (pending.size >= MOST_PENDING) throw new ParleyError('too_much_speech');
  };

  const ear = createEar({
    ...tools,
    manner: { ...tools.manner, holds: caller.reportsPlayback },
    loudspeaker: floor.loudspeaker,
    options: () => hints(settings()),
    language,
    hooks: {
      activity: floor.activity,
      sounds: floor.sounds,
      said: floor.said,
      pause: floor.pause,
      resume: floor.resume,
      interrupt: answering.interrupt,
      abandoned: answering.abandon,
      dismissed: floor.dismissed,
      started(item_id, audio_start_ms) {
        caller.send({ type: 'input_audio_buffer.speech_started', item_id, audio_start_ms });
        answering.begin();
      },
      stopped(utterance) {
        const { itemId: item_id, endMs: audio_end_ms } = utterance;
        caller.send({ type: 'input_audio_buffer.speech_stopped', item_id, audio_end_ms });
        const settle = answering.expect();
        void take(utterance).then((heard) => {
          const isOwed = deservesAnswer(heard, utterance);
          if (!isOwed) tools.unforeseen();
          settle(isOwed ? utterance.said() : null);
        });
      },
      foresee({ heard, voicedMs, said, dueAt }) {
        if (!answering.isNext() || !deservesAnswer(heard, { voicedMs })) return;
        tools.foresee({ overrides: {}, said }, messageOf(heard), dueAt);
      },
      unforeseen: tools.unforeseen,
      failed(error) {
        log.error({ err: error }, 'the ear failed');
        caller.send({ type: 'error', error: errorBody(error, null) });
      },
    },
  });

  const silence = watchSilence({
    positionMs: ear.positionMs,
    session,
    lasted(audio_start_ms) {
      const item_id = newId('item');
      const audio_end_ms = ear.positionMs();
      caller.send({ type: 'input_audio_buffer.timeout_triggered', item_id, audio_start_ms, audio_end_ms });
      tools.history.listenTo(addItem(tools, item_id))({ kind: 'silence' });
      tellTranscript(tools, item_id, '');
      answering.expect()(isWanted(settings()) ? saidAt(tools.now()) : null);
    },
  });

  return {
    hear: ear.hear,
    commit() {
      refuseCrowd();
      void take(ear.commit());
    },
    clear: ear.clear,
    follow(detection) {
      ear.follow(detection);
      silence.follow(detection);
    },
    rests: silence.rests,
    renew: silence.renew,
    transcribe(itemId, recording) {
      refuseCrowd();
      const attempt = startAttempt(tools.hearing.stt, hints(settings()), { signal: session, log, turn: itemId });
      void play(recording, attempt.hear, session).then(attempt.end, attempt.drop);
      void follow(itemId, attempt);
    },
    spokenSince: ear.spokenSince,
    recognised: () => Promise.all(pending),
  };
}

const isWanted = ({ audio }: SessionSettings): boolean => audio.input.turn_detection?.create_response === true;

function isWorthAnswering(heard: Heard | null, voicedMs: number | null, language: Language): boolean {
  if (heard?.kind === 'unclear') return voicedMs === null || voicedMs >= WORTH_ASKING_MS;
  return heard?.kind === 'words' && !isMurmur(heard.text, language);
}

/** As the conversation will tell it to a model. */
function messageOf(heard: Heard): Message {
  if (heard.kind === 'unclear') return { role: 'user', text: '', unclear: true };
  return { role: 'user', text: heard.kind === 'words' ? heard.text : '' };
}

/** Brings a recording to the ear's rate, a second at a time: it may be long, and others are waiting. */
async function play(recording: Encoded, hear: (samples: Int16Array) => void, signal: AbortSignal): Promise<void> {
  const toHearing = resampler(soundOf(recording, 0).rate, HEARING_RATE);
  for (let second = 0; second < Math.min(secondsIn(recording), LONGEST_ITEM_SECONDS); second += 1) {
    hear(toHearing.push(soundOf(recording, second).samples));
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
