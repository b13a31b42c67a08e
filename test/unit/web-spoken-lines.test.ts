import { beforeEach, describe, expect, it } from 'vitest';
import type { ServerEvent } from '../../src/protocol/server-events.js';
import { Dialogue, retold } from '../../web-client/element/dialogue.js';
import { type Message, Transcript } from '../../web-client/element/transcript.js';

const started = (item_id: string): ServerEvent => ({
  type: 'input_audio_buffer.speech_started',
  item_id,
  audio_start_ms: 0,
});
const stopped = (item_id: string): ServerEvent => ({
  type: 'input_audio_buffer.speech_stopped',
  item_id,
  audio_end_ms: 900,
});
const committed = (item_id: string): ServerEvent => ({
  type: 'input_audio_buffer.committed',
  item_id,
  previous_item_id: null,
});
const delta = (item_id: string, text: string): ServerEvent => ({
  type: 'conversation.item.input_audio_transcription.delta',
  item_id,
  content_index: 0,
  delta: text,
});
const understood = (item_id: string, transcript: string): ServerEvent => ({
  type: 'conversation.item.input_audio_transcription.completed',
  item_id,
  content_index: 0,
  transcript,
});
const failed = (item_id: string): ServerEvent => ({
  type: 'conversation.item.input_audio_transcription.failed',
  item_id,
  content_index: 0,
  error: { type: 'server_error', code: 'stt_failed', message: 'No.' },
});
const state = (now: 'idle' | 'listening' | 'speaking' | 'interrupted'): ServerEvent => ({
  type: 'avatar.state',
  state: now,
  response_id: null,
});
const resumed: ServerEvent = { type: 'avatar.resume', response: 1, response_id: 'a', position: 0 };

let told: Message[];
let transcript: Transcript;
const hear = (...events: ServerEvent[]) => {
  for (const event of events) transcript.receiveSpeech(event);
};
const lines = () => transcript.messages.map(({ text, status }) => `${status}: ${text}`);

beforeEach(() => {
  told = [];
  transcript = new Transcript((message) => told.push(message));
});

describe('what the visitor says', () => {
  it('is a line from its first sound on, and has its words when they are understood', () => {
    hear(state('listening'), started('a'));
    expect(lines()).toEqual(['speaking: ']);
    hear(stopped('a'), committed('a'), understood('a', ' What time is it? '));
    expect(lines()).toEqual(['complete: What time is it?']);
    expect(new Set(told.map(({ id, role }) => `${id} ${role}`))).toEqual(new Set(['a user']));
  });

  it('grows by the pieces that come before', () => {
    hear(started('a'), delta('a', 'What '), delta('a', 'time'));
    expect(lines()).toEqual(['speaking: What time']);
  });

  it.each([
    ['empty', understood('a', ' ')],
    ['missing', failed('a')],
  ])('is told as not understood when its transcript is %s', (_, event) => {
    hear(started('a'), stopped('a'), committed('a'), event);
    expect(lines()).toEqual(['unclear: ']);
  });

  it('stays while one interruption after the other is heard', () => {
    hear(started('a'), state('interrupted'), state('idle'), state('listening'));
    expect(lines()).toEqual(['speaking: ']);
  });

  it.each<[string, ServerEvent[]]>([
    ['the avatar goes on', [resumed]],
    ['it stops and no turn is made of it', [stopped('a'), state('idle')]],
    ['the buffer is cleared', [{ type: 'input_audio_buffer.cleared' }]],
  ])('is taken back when %s', (_, events) => {
    hear(started('a'), ...events);
    expect(lines()).toEqual([]);
    expect(told.at(-1)).toMatchObject({ id: 'a', status: 'withdrawn' });
  });

  it('keeps its place while the next is already heard', () => {
    hear(started('a'), stopped('a'), committed('a'), started('b'), resumed, understood('a', 'One.'));
    expect(lines()).toEqual(['complete: One.']);
  });

  it('is lost with the connection, if it was not understood before, and stays as such', () => {
    hear(started('a'), committed('a'), understood('a', 'One.'), started('b'), committed('b'));
    transcript.lose();
    expect(lines()).toEqual(['complete: One.', 'lost: ']);
    expect(told.at(-1)).toMatchObject({ id: 'b', status: 'lost' });
    const count = told.length;
    transcript.lose();
    expect(told).toHaveLength(count);
  });

  it('is gone with everything else when another visitor comes', () => {
    transcript.user('one');
    hear(started('a'));
    transcript.clear();
    expect(transcript.messages).toEqual([]);
    expect(told.at(-1)?.status).toBe('withdrawn');
  });
});

describe('after a lost connection', () => {
  it('what was said is told again, what was not understood is not', () => {
    hear(started('a'), committed('a'), understood('a', 'One.'), started('b'), committed('b'), understood('b', ''));
    hear(started('c'), {
      type: 'conversation.item.input_audio_transcription.delta',
      item_id: 'c',
      content_index: 0,
      delta: 'Tw',
    } as ServerEvent);
    transcript.lose();
    const events = retold(transcript.messages, new Set());
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ item: { role: 'user', content: [{ type: 'input_text', text: 'One.' }] } });
  });

  it('a spoken question that was not answered is answered; a noise is not', () => {
    const dialogue = new Dialogue();
    dialogue.receive(understood('a', ''));
    dialogue.reset();
    expect(dialogue.resume()).toEqual([]);
    dialogue.receive(understood('a', 'One.'));
    dialogue.reset();
    expect(dialogue.resume()).toMatchObject([{ type: 'response.create' }]);
  });

  it('nothing is owed to a visitor who has left', () => {
    const dialogue = new Dialogue();
    dialogue.receive(understood('a', 'One.'));
    dialogue.forget();
    expect(dialogue.resume()).toEqual([]);
    expect(dialogue.isWaiting).toBe(false);
  });
});
