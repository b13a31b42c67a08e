import { describe, expect, it } from 'vitest';
import { feed, obey } from '../../src/bench/playback.js';
import { createPlayer } from '../../src/bench/player.js';
import { recordTurn, type TurnRecord } from '../../src/bench/turn-record.js';
import type { Media } from '../../src/protocol/media.js';
import type { ServerEvent } from '../../src/protocol/server-events.js';

const ZERO = 10_000;
const FRAME = 960;

/** A record of which each event and frame is told after the player has obeyed it, as in a session. */
function begin(expectsPictures = true): TurnRecord {
  const player = createPlayer();
  const record = recordTurn({ player, zero: ZERO, expectsPictures });
  const { event, media } = record;
  return Object.assign(record, {
    event(told: ServerEvent, now: number) {
      obey(player, told, now);
      event(told, now);
    },
    media(told: Media, now: number) {
      feed(player, told, now);
      media(told, now);
    },
  });
}

/** Events with the fields that the record reads. */
const event = (type: string, fields: object = {}) => ({ type, ...fields }) as ServerEvent;
const created = (id = 'resp_1') => event('response.created', { response: { id } });
const done = (status: string, reason?: string, id = 'resp_1') =>
  event('response.done', {
    response: { id, status, status_details: reason === undefined ? null : { reason }, output: [] },
  });

function audio(record: TurnRecord, frame: number, now: number, loudFrom = 0, response = 1): void {
  const samples = Int16Array.from({ length: FRAME }, (_, at) => (at >= loudFrom ? 5000 : 10));
  record.media({ kind: 'audio', response, position: frame * FRAME, pcm: new Uint8Array(samples.buffer) }, ZERO + now);
}

function picture(record: TurnRecord, frame: number, now: number, response = 1): void {
  const place = { x: 0, y: 0, width: 0, height: 0 };
  const jpeg = new Uint8Array(0);
  record.media({ kind: 'patch', response, position: frame * FRAME, base: 0, place, jpeg }, ZERO + now);
}

function answer(record: TurnRecord, at: number): void {
  record.event(created(), ZERO + at);
  record.event(event('avatar.response', { response: 1, response_id: 'resp_1' }), ZERO + at);
}

describe('the record of a turn', () => {
  it('has every stage of a spoken turn, from the last voiced sample on', () => {
    const record = begin();
    record.event(event('input_audio_buffer.speech_stopped'), ZERO + 250);
    record.event(event('conversation.item.input_audio_transcription.completed', { transcript: 'hello' }), ZERO + 300);
    answer(record, 310);
    audio(record, 0, 400, FRAME);
    picture(record, 0, 405);
    for (let frame = 1; frame < 5; frame += 1) {
      audio(record, frame, 410, frame === 1 ? 480 : 0);
      picture(record, frame, 410);
    }
    record.event(event('avatar.end', { response: 1, position: 5 * FRAME }), ZERO + 420);
    record.event(done('completed'), ZERO + 421);
    expect(record.isOver(ZERO + 500)).toBe(false);
    expect(record.isOver(ZERO + 700)).toBe(true);
    expect(record.result()).toEqual({
      askedAt: Math.round(performance.timeOrigin + ZERO),
      failure: null,
      // It began to play at 410; the first sound lies 60 ms into the answer.
      marks: {
        speech_stopped: 250,
        transcript: 300,
        response_created: 310,
        first_picture: 405,
        first_sound: 410,
        first_pair: 410,
        seen: 410,
        heard: 470,
      },
      transcript: 'hello',
      audioMs: 200,
      gaps: { count: 0, ms: 0 },
      pictures: { expected: 5, late: 0, missing: 0 },
      cutOffs: 0,
      responseId: 'resp_1',
    });
  });

  it('counts pictures whose sound had begun as late, those that never came as missing, and no others', () => {
    const record = begin();
    answer(record, 100);
    for (let frame = 0; frame < 4; frame += 1) audio(record, frame, 100);
    picture(record, 0, 100);
    picture(record, 1, 139);
    picture(record, 2, 200);
    picture(record, 3, 101, 7);
    record.event(event('avatar.end', { response: 1, position: 4 * FRAME }), ZERO + 210);
    record.event(done('completed'), ZERO + 210);
    expect(record.isOver(ZERO + 300)).toBe(true);
    expect(record.result().pictures).toEqual({ expected: 4, late: 1, missing: 1 });
  });

  it('expects no pictures of a server without a face', () => {
    const record = begin(false);
    answer(record, 100);
    audio(record, 0, 100);
    record.event(event('avatar.end', { response: 1, position: FRAME }), ZERO + 101);
    expect(record.result().pictures).toEqual({ expected: 0, late: 0, missing: 0 });
  });

  it('goes on with the second answer, when the server took back the first', () => {
    const record = begin();
    record.event(event('input_audio_buffer.speech_stopped'), ZERO + 90);
    answer(record, 100);
    audio(record, 0, 110);
    record.event(event('avatar.flush', { response: 1 }), ZERO + 120);
    record.event(done('cancelled', 'turn_detected'), ZERO + 120);
    expect(record.isOver(ZERO + 130)).toBe(false);
    record.event(created('resp_2'), ZERO + 500);
    expect(record.result().marks).toEqual({ speech_stopped: 90, response_created: 500 });
  });

  const stopped = (item_id: string) => event('input_audio_buffer.speech_stopped', { item_id });
  const heard = (item_id: string, transcript: string) =>
    event('conversation.item.input_audio_transcription.completed', { item_id, transcript });

  it('has the last of several ends and transcripts, where it was cut off', () => {
    const record = begin();
    record.event(stopped('a'), ZERO - 400);
    record.event(heard('a', 'i would like to hear'), ZERO - 360);
    answer(record, -350);
    record.event(stopped('b'), ZERO + 250);
    record.event(heard('b', 'a story'), ZERO + 300);
    record.event(created('resp_2'), ZERO + 310);
    expect(record.result()).toMatchObject({
      transcript: 'i would like to hear a story',
      marks: { speech_stopped: 250, transcript: 300, response_created: 310 },
    });
  });

  it('has those marks also where the answer to all of it never comes', () => {
    const record = begin();
    record.event(stopped('a'), ZERO - 400);
    answer(record, -350);
    record.event(stopped('b'), ZERO + 250);
    expect(record.result().marks.speech_stopped).toBe(250);
  });

  it('has nothing of who barges in, and the words of its own end also if they come late', () => {
    const record = begin();
    record.event(stopped('a'), ZERO + 250);
    answer(record, 310);
    record.event(heard('a', 'hello'), ZERO + 330);
    record.event(stopped('b'), ZERO + 4000);
    record.event(heard('b', 'mm hmm'), ZERO + 4100);
    expect(record.result()).toMatchObject({ transcript: 'hello', marks: { speech_stopped: 250, transcript: 330 } });
  });

  it('has no sound and no gaps of the answer before it', () => {
    const player = createPlayer();
    player.begin(1);
    for (const frame of [0, 1]) player.audio(1, frame * FRAME, FRAME, 0);
    player.advance(ZERO);
    expect(player.gaps.count).toBe(1);
    const record = recordTurn({ player, zero: ZERO, expectsPictures: false });
    expect(record.result()).toMatchObject({ audioMs: 0, gaps: { count: 0, ms: 0 } });
    record.event(event('avatar.response', { response: 1, response_id: 'resp_0' }), ZERO + 10);
    expect(record.result().audioMs).toBe(0);
  });

  it('has failed without a picture, as soon as it is over or much of it has been heard', () => {
    const whole = (record: TurnRecord) => {
      answer(record, 100);
      audio(record, 0, 100);
      record.event(event('avatar.end', { response: 1, position: FRAME }), ZERO + 101);
      record.event(done('completed'), ZERO + 101);
      return record.isOver(ZERO + 300);
    };
    const blind = begin();
    expect([whole(blind), blind.result().failure]).toEqual([true, 'the answer had no picture']);
    const faceless = begin(false);
    expect([whole(faceless), faceless.result().failure]).toEqual([true, null]);

    const long = begin();
    answer(long, 100);
    for (let frame = 0; frame < 50; frame += 1) audio(long, frame, 100);
    expect([long.isOver(ZERO + 1000), long.failure]).toEqual([false, null]);
    expect([long.isOver(ZERO + 1200), long.failure]).toEqual([false, 'the answer had no picture']);
  });

  it('knows which answers led to its own by their calls', () => {
    const record = begin();
    const calling = { id: 'resp_1', status: 'completed', status_details: null, output: [{ type: 'function_call' }] };
    record.event(created('resp_0'), ZERO + 100);
    record.event(created('resp_1'), ZERO + 200);
    record.event(event('response.done', { response: calling }), ZERO + 250);
    record.event(created('resp_2'), ZERO + 300);
    expect(record.responseIds).toEqual(['resp_1', 'resp_2']);
  });

  it('is over with the answer to all of it, not with one to what was said before a pause', () => {
    const record = begin(false);
    record.event(event('input_audio_buffer.speech_stopped'), ZERO - 400);
    answer(record, -350);
    audio(record, 0, -300);
    record.event(event('avatar.end', { response: 1, position: FRAME }), ZERO - 290);
    record.event(done('completed'), ZERO - 290);
    expect(record.isOver(ZERO + 500)).toBe(false);
    record.event(created('resp_2'), ZERO + 600);
    record.event(event('avatar.response', { response: 2, response_id: 'resp_2' }), ZERO + 600);
    audio(record, 0, 610, 0, 2);
    record.event(event('avatar.end', { response: 2, position: FRAME }), ZERO + 620);
    record.event(done('completed', undefined, 'resp_2'), ZERO + 620);
    expect(record.isOver(ZERO + 800)).toBe(true);
    expect(record.result()).toMatchObject({
      failure: null,
      cutOffs: 1,
      responseId: 'resp_2',
      marks: { first_sound: 610 },
    });
  });

  it('goes on with the answer to a function that the first answer has called', () => {
    const record = begin();
    record.event(created(), ZERO + 100);
    const called = { response_id: 'resp_1', name: 'get_weather', arguments: '{}' };
    record.event(event('response.function_call_arguments.done', { ...called, response_id: 'resp_0' }), ZERO + 110);
    record.event(event('response.function_call_arguments.done', called), ZERO + 150);
    const output = [{ type: 'function_call', call_id: 'call_1' }];
    const response = { id: 'resp_1', status: 'completed', status_details: null, output };
    record.event(event('response.done', { response }), ZERO + 160);
    expect(record.isOver(ZERO + 170)).toBe(false);
    record.event(created('resp_2'), ZERO + 200);
    expect(record.result()).toMatchObject({ failure: null, marks: { called: 150, response_created: 200 } });
  });

  it.each([
    ['that failed', [created(), done('failed')], 'the response was failed'],
    ['with an error', [event('error', { error: { code: 'at_capacity' } })], 'at_capacity'],
    [
      'whose speech could not be recognised',
      [event('conversation.item.input_audio_transcription.failed', { error: { code: 'stt_failed' } })],
      'stt_failed',
    ],
    ['without sound', [created(), done('completed')], 'the answer had no sound'],
  ])('tells of a turn %s', (_what, events, failure) => {
    const record = begin();
    for (const each of events) record.event(each, ZERO + 100);
    expect(record.isOver(ZERO + 101)).toBe(true);
    expect(record.result().failure).toBe(failure);
  });

  it('has no part in the answer that it cut off', () => {
    const record = begin();
    record.event(event('avatar.response', { response: 1, response_id: 'resp_0' }), ZERO - 5000);
    record.event(event('avatar.end', { response: 1, position: FRAME }), ZERO + 10);
    record.event(done('failed', undefined, 'resp_0'), ZERO + 20);
    record.event(created(), ZERO + 30);
    record.event(done('completed', undefined, 'resp_0'), ZERO + 40);
    expect([record.isOver(ZERO + 50), record.response, record.itemId]).toEqual([false, 0, null]);
    record.event(event('avatar.response', { response: 2, response_id: 'resp_1' }), ZERO + 60);
    const item = (id: string, type = 'message', response_id = 'resp_1') =>
      event('response.output_item.added', { response_id, item: { id, type } });
    record.event(item('item_0', 'message', 'resp_0'), ZERO + 70);
    record.event(item('item_call', 'function_call'), ZERO + 70);
    record.event(item('item_1'), ZERO + 70);
    expect([record.response, record.itemId]).toEqual([2, 'item_1']);
  });

  it('forgives a cancel that came too late', () => {
    const record = begin();
    record.event(event('error', { error: { code: 'response_cancel_not_active' } }), ZERO + 100);
    expect(record.isOver(ZERO + 101)).toBe(false);
  });

  it('gives up after 15 s in which nothing came and nothing sounded, and says what was missing', () => {
    const silent = begin();
    expect(silent.isOver(ZERO + 15_000)).toBe(false);
    expect(silent.isOver(ZERO + 15_001)).toBe(true);
    expect(silent.result().failure).toBe('no answer within 15 s');

    const mute = begin();
    answer(mute, 5000);
    expect(mute.isOver(ZERO + 19_000)).toBe(false);
    expect(mute.isOver(ZERO + 20_001)).toBe(true);
    expect(mute.result().failure).toBe('no sound within 15 s');

    const broken = begin();
    answer(broken, 100);
    for (let frame = 0; frame < 500; frame += 1) audio(broken, frame, 100);
    expect(broken.isOver(ZERO + 19_900)).toBe(false);
    expect(broken.isOver(ZERO + 20_200)).toBe(false);
    expect(broken.isOver(ZERO + 34_901)).toBe(true);
    expect(broken.result().failure).toBe('the answer broke off: nothing more within 15 s');
  });
});
