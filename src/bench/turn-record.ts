/**
 * What one turn was like for its caller: told every event and frame with the time of its arrival, after the player has
 * obeyed it, it notes when each stage came, and knows when the turn is over. Times are in milliseconds.
 */
import { FRAME_SAMPLES, pcmSamples, SPEECH_RATE, samplesToMs } from '../audio/pcm.js';
import type { Media } from '../protocol/media.js';
import type { ResponseObject, ServerEvent } from '../protocol/server-events.js';
import type { Player } from './player.js';
import type { MarkName, TurnResult } from './turn-result.js';

/** Whoever waits this long for the next thing gives up. */
const PATIENCE_MS = 15_000;
/** -40 dB of full scale: the softest beginning of a word; the engines' own noise lies below. */
const SOUND = 328;
/** A cancel that comes too late is nobody's failure. */
const FORGIVEN = 'response_cancel_not_active';

export interface TurnRecord {
  event(event: ServerEvent, now: number): void;
  media(media: Media, now: number): void;
  fail(reason: string): void;
  /** The number of the answer; 0 before it begins. */
  readonly response: number;
  /** What the conversation calls the answer. */
  readonly itemId: string | null;
  /** Plays on; true once the turn is over. */
  isOver(now: number): boolean;
  result(): Omit<TurnResult, 'caller' | 'turn' | 'question' | 'transcriptIsRight'>;
}

interface TurnParts {
  readonly player: Player;
  /** The moment from which the caller waits: its last voiced sample, or its typed question. */
  readonly zero: number;
  readonly expectsPictures: boolean;
}

export function recordTurn({ player, zero, expectsPictures }: TurnParts): TurnRecord {
  let failure: string | null = null;
  let done = false;
  let transcript: string | null = null;
  let lastSign = zero;
  let marks: Partial<Record<MarkName, number>> = {};
  let answer = emptyAnswer(0);
  let responseId: string | null = null;
  let itemId: string | null = null;

  const mark = (name: MarkName, at: number) => {
    marks[name] ??= Math.round((at - zero) * 10) / 10;
  };
  const fail = (reason: string) => {
    failure ??= reason;
  };
  /** A server that has begun too early cancels and answers again; the caller waits for that answer. */
  const beginResponse = (id: string, now: number) => {
    responseId = id;
    itemId = null;
    const { speech_stopped, transcript: transcribed } = marks;
    marks = {
      ...(speech_stopped !== undefined && { speech_stopped }),
      ...(transcribed !== undefined && { transcript: transcribed }),
    };
    answer = emptyAnswer(0);
    done = false;
    mark('response_created', now);
  };
  const endResponse = (response: ResponseObject) => {
    // An answer that this turn has cut off ends in it, too.
    if (response.id !== responseId) return;
    if (response.status === 'completed') done = true;
    else if (response.status_details?.reason !== 'turn_detected') fail(`the response was ${response.status}`);
  };
  const hear = (position: number, samples: Int16Array) => {
    const at = samples.findIndex((sample) => Math.abs(sample) >= SOUND);
    if (at >= 0) answer.firstSound ??= position + at;
    return at >= 0;
  };
  /** The first sound is there, and the picture that belongs to it. */
  const markPair = (now: number) => {
    if (answer.firstSound !== null && answer.pictured > answer.firstSound) mark('first_pair', now);
  };
  const advance = (now: number) => {
    player.advance(now);
    const sounded = answer.firstSound === null ? null : player.soundedAt(answer.firstSound);
    if (sounded !== null && player.response === answer.response) mark('heard', sounded);
  };
  return {
    fail,
    get response() {
      return answer.response;
    },
    get itemId() {
      return itemId;
    },
    event(event, now) {
      lastSign = Math.max(lastSign, now);
      switch (event.type) {
        case 'input_audio_buffer.speech_stopped':
          // Of an utterance that was taken for two, the last end counts.
          if (marks.response_created === undefined) delete marks.speech_stopped;
          return mark('speech_stopped', now);
        case 'conversation.item.input_audio_transcription.completed':
          transcript = transcript === null ? event.transcript : `${transcript} ${event.transcript}`;
          return mark('transcript', now);
        case 'conversation.item.input_audio_transcription.failed':
          return fail(event.error.code);
        case 'response.created':
          return beginResponse(event.response.id, now);
        case 'response.output_item.added':
          if (event.response_id === responseId && event.item.type === 'message') itemId = event.item.id;
          return;
        case 'avatar.response':
          if (event.response_id === responseId) answer = emptyAnswer(event.response);
          return;
        case 'avatar.end':
          if (event.response === answer.response) answer.end = event.position;
          return;
        case 'response.done':
          return endResponse(event.response);
        case 'error':
          if (event.error.code !== FORGIVEN) fail(event.error.code);
      }
    },
    media(media, now) {
      lastSign = Math.max(lastSign, now);
      if (media.kind === 'microphone' || media.response !== answer.response) return;
      if (media.kind === 'audio') {
        const samples = pcmSamples(media.pcm);
        if (hear(media.position, samples)) mark('first_sound', now);
        return markPair(now);
      }
      mark('first_picture', now);
      answer.pictures += 1;
      answer.pictured = media.position + FRAME_SAMPLES;
      markPair(now);
      advance(now);
      if (player.played > media.position) answer.late += 1;
    },
    isOver(now) {
      advance(now);
      if (player.state === 'playing') lastSign = Math.max(lastSign, now);
      if (failure !== null) return true;
      if (done && answer.end === null) fail('the answer had no sound');
      else if (done && player.state === 'ended') return true;
      else if (now - lastSign > PATIENCE_MS) fail(whatIsMissing(marks));
      return failure !== null;
    },
    result() {
      const expected = expectsPictures && answer.end !== null ? Math.ceil(answer.end / FRAME_SAMPLES) : 0;
      return {
        failure,
        marks,
        transcript,
        audioMs: Math.round(samplesToMs(player.played, SPEECH_RATE)),
        gaps: player.gaps,
        pictures: { expected, late: answer.late, missing: Math.max(0, expected - answer.pictures) },
      };
    },
  };
}

interface Answer {
  readonly response: number;
  /** Where its first sample lies that can be heard. */
  firstSound: number | null;
  end: number | null;
  pictures: number;
  /** The sample up to which there are pictures. */
  pictured: number;
  late: number;
}

const emptyAnswer = (response: number): Answer => ({
  response,
  firstSound: null,
  end: null,
  pictures: 0,
  pictured: 0,
  late: 0,
});

function whatIsMissing(marks: Partial<Record<MarkName, number>>): string {
  const within = `within ${PATIENCE_MS / 1000} s`;
  if (marks.first_sound !== undefined) return `the answer broke off: nothing more ${within}`;
  return marks.response_created === undefined ? `no answer ${within}` : `no sound ${within}`;
}
