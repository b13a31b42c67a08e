/**
 * What one turn was like for its caller: told every event and frame with the time of its arrival, after the player has
 * obeyed it, it notes when each stage came, and knows when the turn is over. Times are in milliseconds.
 */
import { FRAME_SAMPLES, pcmSamples, SPEECH_RATE, samplesToMs } from '../audio/pcm.js';
import type { Media } from '../protocol/media.js';
import type { ResponseObject, ServerEvent } from '../protocol/server-events.js';
import type { Player } from './player.js';
import { watchEnds } from './turn-ends.js';
import { watchHeard } from './turn-heard.js';
import type { MarkName, TurnResult } from './turn-result.js';

/** Whoever waits this long for the next thing gives up. */
const PATIENCE_MS = 15_000;
/** -40 dB of full scale: the softest beginning of a word; the engines' own noise lies below. */
const SOUND = 328;
/** Who has heard so much of an answer without a picture sees none: pictures come with their sound, or a few frames late. */
const UNSEEN_SAMPLES = SPEECH_RATE;
/** A cancel that comes too late is nobody's failure. */
const FORGIVEN = 'response_cancel_not_active';

export interface TurnRecord {
  event(event: ServerEvent, now: number): void;
  media(media: Media, now: number): void;
  fail(reason: string): void;
  readonly failure: string | null;
  /** The number of the answer; 0 before it begins. */
  readonly response: number;
  /** What the conversation calls the answer. */
  readonly itemId: string | null;
  /** The answer, behind those whose function calls it goes on from. */
  readonly responseIds: readonly string[];
  /** Plays on; true once the turn is over. */
  isOver(now: number): boolean;
  result(): Omit<TurnResult, 'caller' | 'turn' | 'step' | 'question' | 'transcriptIsRight' | 'server'>;
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
  let lastSign = zero;
  let marks: Partial<Record<MarkName, number>> = {};
  let answer = emptyAnswer(0);
  let responseId: string | null = null;
  let responseIds: readonly string[] = [];
  let hasCalled = false;
  let itemId: string | null = null;
  const ends = watchEnds(zero);
  const heard = watchHeard();

  const since = (at: number) => Math.round((at - zero) * 10) / 10;
  const mark = (name: MarkName, at: number) => {
    marks[name] ??= since(at);
  };
  const fail = (reason: string) => {
    failure ??= reason;
  };
  /** A server that has begun too early cancels and answers again; the caller waits for that answer. */
  const beginResponse = (id: string, now: number) => {
    responseId = id;
    itemId = null;
    responseIds = hasCalled ? [...responseIds, id] : [id];
    hasCalled = false;
    marks = marks.called === undefined ? {} : { called: marks.called };
    answer = emptyAnswer(0);
    done = false;
    mark('response_created', now);
  };
  const endResponse = (response: ResponseObject) => {
    // An answer that this turn has cut off ends in it, too.
    if (response.id !== responseId) return;
    // One that calls a function is not the last: its caller's answer is answered.
    hasCalled = response.status === 'completed' && response.output.some(({ type }) => type === 'function_call');
    if (response.status === 'completed') done = !hasCalled;
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
    if (player.response !== answer.response) return;
    const { firstShownAt } = player.pictures;
    if (firstShownAt !== null) mark('seen', firstShownAt);
    if (sounded !== null) mark('heard', sounded);
  };
  const isPlayed = () => answer.response !== 0 && player.response === answer.response;
  const whyFailed = () => {
    const isHeard = isPlayed() && (player.state === 'ended' || player.played >= UNSEEN_SAMPLES);
    const isUnseen = expectsPictures && isHeard && answer.pictures === 0;
    return failure ?? (isUnseen ? 'the answer had no picture' : null);
  };
  return {
    fail,
    get failure() {
      return whyFailed();
    },
    get responseIds() {
      return responseIds;
    },
    get response() {
      return answer.response;
    },
    get itemId() {
      return itemId;
    },
    event(event, now) {
      lastSign = Math.max(lastSign, now);
      heard.event(event, now, responseId !== null && !ends.isAnswerEarly);
      ends.event(event, now);
      switch (event.type) {
        case 'conversation.item.input_audio_transcription.failed':
          return fail(event.error.code);
        case 'response.created':
          return beginResponse(event.response.id, now);
        case 'response.function_call_arguments.done':
          if (event.response_id === responseId) mark('called', now);
          return;
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
      else if (done && player.state === 'ended' && !ends.isAnswerEarly) return true;
      else if (now - lastSign > PATIENCE_MS) fail(whatIsMissing(marks));
      return failure !== null;
    },
    result() {
      const expected = expectsPictures && answer.end !== null ? Math.ceil(answer.end / FRAME_SAMPLES) : 0;
      const { stoppedAt, transcribedAt, transcript } = heard;
      return {
        askedAt: Math.round(performance.timeOrigin + zero),
        failure: whyFailed(),
        marks: {
          ...(stoppedAt !== null && { speech_stopped: since(stoppedAt) }),
          ...(transcribedAt !== null && { transcript: since(transcribedAt) }),
          ...marks,
        },
        transcript,
        // A player that has not come to this answer has played the one before.
        audioMs: isPlayed() ? Math.round(samplesToMs(player.played, SPEECH_RATE)) : 0,
        gaps: isPlayed() ? player.gaps : { count: 0, ms: 0 },
        pictures: { expected, late: answer.late, missing: Math.max(0, expected - answer.pictures) },
        cutOffs: ends.cutOffs,
        responseId,
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
