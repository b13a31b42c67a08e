import { describe, expect, it } from 'vitest';
import type { ResponseObject, ResponseStatus, ServerEvent } from '../../src/protocol/server-events.js';
import type { Heard } from '../../web-client/element/audible.js';
import { captionAt, heardText, type TimedWord } from '../../web-client/element/captions.js';
import { type Message, Transcript } from '../../web-client/element/transcript.js';

/** Words of 100 samples each, without their punctuation, as voices give them. */
function timed(transcript: string): TimedWord[] {
  return [...transcript.matchAll(/[\p{L}\p{N}']+/gu)].map((match, at) => ({
    text: match[0],
    from: match.index,
    to: match.index + match[0].length,
    start: at * 100,
    end: at * 100 + 80,
  }));
}

const line = (transcript: string, heard: number) =>
  captionAt(timed(transcript), transcript, heard)
    .words.map(({ text }) => text)
    .join('');

describe('captions', () => {
  const text = 'Hello, "you" there! It is 10:42. Bye.';

  it('show the sentence that is being said, as it is written', () => {
    expect(line(text, 0)).toBe('Hello, "you" there! ');
    expect(line(text, 300)).toBe('It is 10:42. ');
    expect(line(text, 799)).toBe('Bye.');
  });

  it('tell what was heard, what sounds and what is coming', () => {
    expect(captionAt(timed(text), text, 150).words.map(({ state }) => state)).toEqual(['heard', 'sounding', 'coming']);
    expect(captionAt(timed(text), text, 190).words.map(({ state }) => state)).toEqual(['heard', 'heard', 'coming']);
  });

  it('show nothing before the first word', () => {
    const late = timed(text).map((word) => ({ ...word, start: word.start + 50 }));
    expect(captionAt(late, text, 20).words).toEqual([]);
  });

  it('break a long sentence into lines of at most 64 characters and lose no word', () => {
    const long = `${Array.from({ length: 60 }, (_, at) => `word${at}`).join(' ')}.`;
    const lines = new Set(Array.from({ length: 60 }, (_, at) => line(long, at * 100)));
    for (const shown of lines) expect(shown.trimEnd().length).toBeLessThanOrEqual(64);
    expect([...lines].join('')).toBe(long);
  });

  it('fall back to the words themselves while the transcript has not come', () => {
    expect(captionAt(timed('Hello there'), '', 0).words.map(({ text: word }) => word)).toEqual(['Hello ', 'there ']);
  });
});

describe('the heard part of an answer', () => {
  it('leaves out what has been written but has no times yet', () => {
    const text = 'One, two. Three four.';
    const soFar = timed(text).slice(0, 2);
    expect(heardText(soFar, text, 1000)).toBe('One, two.');
    expect(captionAt(soFar, text, 1000).words.map((word) => word.text)).toEqual(['One, ', 'two. ']);
  });

  it('ends with the last word that was heard whole, with its punctuation', () => {
    expect(heardText(timed('One, two. Three four.'), 'One, two. Three four.', 185)).toBe('One, two.');
    expect(heardText(timed('One, two. Three four.'), 'One, two. Three four.', 170)).toBe('One,');
    expect(heardText(timed('One, two.'), 'One, two.', 10)).toBe('');
  });
});

const response = (status: ResponseStatus) => ({ id: 'r1', status }) as unknown as ResponseObject;
const address = { response_id: 'r1', item_id: 'i1', output_index: 0, content_index: 0 };
const heard = (samples: number, state: Heard['state'] = 'playing'): Heard => ({
  response: 1,
  state,
  samples,
  isSounding: state === 'playing',
});

function told(text: string): {
  transcript: Transcript;
  latest: Map<string, Message>;
  receive(event: ServerEvent): void;
} {
  const latest = new Map<string, Message>();
  const transcript = new Transcript((message) => latest.set(message.id, message));
  const receive = (event: ServerEvent) => transcript.receive(event);
  receive({ type: 'response.created', response: response('in_progress') });
  receive({ type: 'response.output_audio_transcript.delta', delta: text, ...address });
  receive({ type: 'avatar.response', response: 1, response_id: 'r1', base: 0 });
  receive({ type: 'avatar.words', response: 1, response_id: 'r1', item_id: 'i1', words: timed(text) });
  return { transcript, latest, receive };
}

describe('the transcript', () => {
  it('grows as it is heard and is whole at the end', () => {
    const { transcript, latest, receive } = told('One two three.');
    transcript.follow(heard(150));
    expect(latest.get('r1')).toMatchObject({ role: 'avatar', text: 'One', status: 'speaking' });
    receive({ type: 'response.done', response: response('completed') });
    expect(latest.get('r1')?.status).toBe('speaking');
    transcript.follow(heard(290, 'ended'));
    expect(latest.get('r1')).toMatchObject({ text: 'One two three.', status: 'complete' });
  });

  it('is whole too when the server is done only after the sound has ended', () => {
    const { transcript, latest, receive } = told('One two three.');
    transcript.follow(heard(290, 'ended'));
    receive({ type: 'response.done', response: response('completed') });
    expect(latest.get('r1')).toMatchObject({ text: 'One two three.', status: 'complete' });
  });

  it.each([
    [
      'does not let a line grow that is being read and can stand by itself',
      'One two, three four.',
      2,
      150,
      'One two, ',
    ],
    ['lets a line grow that ends in the middle of a clause', 'One two three four.', 2, 150, 'One two three four.'],
    ['joins to one line what nobody has begun to read', 'One two, three four.', 2, undefined, 'One two, three four.'],
  ])('%s', (_, text, first, readAt, line) => {
    const transcript = new Transcript(() => {});
    const words = (some: TimedWord[]) =>
      transcript.receive({ type: 'avatar.words', response: 1, response_id: 'r1', item_id: 'i1', words: some });
    transcript.receive({ type: 'response.created', response: response('in_progress') });
    transcript.receive({ type: 'response.output_audio_transcript.delta', delta: text, ...address });
    transcript.receive({ type: 'avatar.response', response: 1, response_id: 'r1', base: 0 });
    words(timed(text).slice(0, first));
    if (readAt !== undefined) transcript.follow(heard(readAt));
    words(timed(text).slice(first));
    const shown = transcript.follow(heard(160));
    expect(shown.map((word) => word.text).join('')).toBe(line);
    const later = transcript.follow(heard(250));
    expect(later.map((word) => word.text).join('')).toBe(line === 'One two, ' ? 'three four.' : line);
  });

  it('keeps of an interrupted answer only what was heard, whatever comes afterwards', () => {
    const { transcript, latest, receive } = told('One two three.');
    transcript.follow(heard(185));
    receive({ type: 'avatar.flush', response: 1, response_id: 'r1', reason: 'client_cancelled' });
    expect(latest.get('r1')).toMatchObject({ text: 'One two', status: 'cut' });
    receive({ type: 'response.output_audio_transcript.delta', delta: ' Four.', ...address });
    receive({ type: 'response.done', response: response('cancelled') });
    expect(transcript.follow(heard(290, 'flushed'))).toEqual([]);
    expect(latest.get('r1')).toMatchObject({ text: 'One two', status: 'cut' });
  });

  it('lets what was said of an answer that failed be heard to its end', () => {
    for (const [text, status] of [
      ['One two three', 'cut'],
      ['I am sorry.', 'complete'],
    ] as const) {
      const { transcript, latest, receive } = told(text);
      transcript.follow(heard(85));
      receive({ type: 'response.done', response: response('failed') });
      expect(latest.get('r1')).toMatchObject({ status: 'speaking' });
      transcript.follow(heard(290, 'ended'));
      expect(latest.get('r1')).toMatchObject({ text, status });
    }
  });

  it('has no line for an answer of which nothing was heard', () => {
    const { transcript, receive } = told('One two three.');
    receive({ type: 'response.done', response: response('cancelled') });
    expect(transcript.messages).toEqual([]);
  });

  it('shows an answer without sound as soon as it is done', () => {
    const latest: Message[] = [];
    const transcript = new Transcript((message) => latest.push(message));
    transcript.receive({ type: 'response.created', response: response('in_progress') });
    transcript.receive({ type: 'response.output_text.delta', delta: 'In writing.', ...address });
    transcript.receive({ type: 'response.done', response: response('completed') });
    expect(latest).toEqual([{ id: 'r1', role: 'avatar', text: 'In writing.', status: 'complete' }]);
  });

  it('gives the lines of two conversations on one page different ids', () => {
    const ids = new Set<string>();
    for (let conversation = 0; conversation < 2; conversation += 1) {
      const transcript = new Transcript(({ id }) => ids.add(id));
      transcript.user('one');
      transcript.user('two');
    }
    expect(ids.size).toBe(4);
  });

  it('keeps the last 200 lines', () => {
    const transcript = new Transcript(() => {});
    for (let count = 0; count < 250; count += 1) transcript.user(`question ${count}`);
    expect(transcript.messages).toHaveLength(200);
    expect(transcript.messages.at(-1)?.text).toBe('question 249');
  });
});
