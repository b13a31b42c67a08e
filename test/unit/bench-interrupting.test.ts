import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { talkOver } from '../../src/bench/interrupting.js';
import { obey } from '../../src/bench/playback.js';
import { createPlayer } from '../../src/bench/player.js';
import type { Recordings } from '../../src/bench/questions.js';
import type { Listener, Session } from '../../src/bench/session.js';
import type { ServerEvent } from '../../src/protocol/server-events.js';

const FRAME = 960;
const BEAT_MS = 20;

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const sound = (ms: number) => ({ samples: new Int16Array(ms * 24).fill(9000), voiced: { from: 0, to: ms * 24 } });
const story = { text: 'Tell me a story.', ...sound(1000) };
const question = { text: 'What time is it?', ...sound(800) };
const noise = { name: 'cough', ...sound(300) };
const recordings: Recordings = { questions: [question], story, noises: [noise] };

interface Server {
  cutOff(): void;
  pause(): void;
  resume(): void;
  /** It answers when all is silent. */
  owe(): void;
  answer(): void;
}

interface Behaviour {
  readonly answerSeconds?: number;
  /** What is done when something has been heard over an answer for 240 ms. */
  readonly heard?: (server: Server, samples: Int16Array) => void;
}

/** A session whose server answers what it hears as soon as all is silent, at once and whole. */
function rig({ answerSeconds = 30, heard = (server) => server.cutOff() }: Behaviour = {}) {
  const player = createPlayer();
  let listeners: readonly Listener[] = [];
  let number = 0;
  let heardUntil = 0;
  let over: { readonly at: number; readonly samples: Int16Array } | null = null;
  let unfinished = 0;
  let isOwed = false;
  const cancels: number[] = [];
  const event = (type: string, fields: object = {}) => {
    if (type === 'response.created') unfinished += 1;
    if (type === 'response.done') unfinished -= 1;
    const told = { type, ...fields } as ServerEvent;
    obey(player, told, performance.now());
    for (const listener of listeners) listener.event(told, performance.now());
  };
  const id = () => `resp_${number}`;
  const server: Server = {
    cutOff() {
      event('avatar.flush', { response: number });
      server.owe();
    },
    owe() {
      isOwed = true;
    },
    pause: () => event('avatar.pause', { response: number }),
    resume: () => event('avatar.resume', { response: number, position: player.played }),
    answer() {
      isOwed = false;
      number += 1;
      event('response.created', { response: { id: id() } });
      event('avatar.response', { response: number, response_id: id() });
      const frames = answerSeconds * 25;
      for (let frame = 0; frame < frames; frame += 1) player.audio(number, frame * FRAME, FRAME, performance.now());
      event('avatar.end', { response: number, position: frames * FRAME });
      event('response.done', { response: { id: id(), status: 'completed', status_details: null } });
    },
  };
  const session: Session = {
    job: { caller: 0, url: '', token: null, turns: 1, typed: false, interrupt: true, expectsPictures: false, seed: 1 },
    line: {
      send(told) {
        if (told.type !== 'response.cancel') return;
        cancels.push(performance.now());
        event('avatar.flush', { response: number });
      },
      sendMedia() {},
      lost: null,
      close: async () => {},
    },
    player,
    microphone: {
      hear(samples) {
        heardUntil = performance.now() + samples.length / 24;
        if (player.state === 'playing') over = { at: performance.now() + 240, samples };
        else server.owe();
      },
      get isHearing() {
        return performance.now() < heardUntil;
      },
      frame: () => new Uint8Array(0),
    },
    random: () => 0.5,
    get unfinished() {
      return unfinished;
    },
    async beat() {
      vi.advanceTimersByTime(BEAT_MS);
      player.advance(performance.now());
      if (over !== null && performance.now() >= over.at) {
        heard(server, over.samples);
        over = null;
      }
      if (isOwed && performance.now() >= heardUntil && player.state !== 'playing') server.answer();
      return performance.now();
    },
    follow(...next) {
      listeners = next;
    },
  };
  return { session, player, cancels };
}

describe('an answer that is talked over', () => {
  it('is heard for 3.5 to 5.5 s first, and by turns cut off by a question and held by a noise', async () => {
    const { session } = rig({
      heard(server, samples) {
        if (samples === question.samples) return server.cutOff();
        server.pause();
        server.resume();
      },
    });
    const first = await talkOver(session, recordings, 0);
    expect(first.turn).toMatchObject({ turn: 0, question: story.text, failure: null });
    expect(first.interruption).toMatchObject({ kind: 'question', heard: question.text, outcome: 'cut_off' });
    expect(first.interruption!.atMs).toBeGreaterThanOrEqual(4500);
    expect(first.interruption!.atMs).toBeLessThan(4600);
    expect(first.interruption).toMatchObject({
      failure: null,
      answer: { failure: null, audioMs: 30_000 },
      stillMs: 245,
      cutOffMs: 240,
    });
    const second = await talkOver(session, recordings, 1);
    expect(second.interruption).toMatchObject({ kind: 'noise', heard: 'cough', outcome: 'held', answer: null });
  });

  it('is stopped when it is known what a noise did, and the next turn finds silence', async () => {
    const { session, player, cancels } = rig({ heard: () => {} });
    const { interruption } = await talkOver(session, recordings, 1);
    expect(interruption).toMatchObject({ outcome: 'unnoticed', failure: null });
    expect(cancels.length).toBe(1);
    expect(player.state).toBe('flushed');
  });

  it('is followed by no answer to a noise that cut it off', async () => {
    const { session, player, cancels } = rig();
    const { interruption } = await talkOver(session, recordings, 1);
    expect(interruption).toMatchObject({ outcome: 'cut_off' });
    expect([cancels.length, player.response, player.state]).toEqual([1, 2, 'flushed']);
  });

  it('has failed if the question was answered only when it was over', async () => {
    const { session } = rig({ heard: (server) => server.owe() });
    const { interruption } = await talkOver(session, recordings, 0);
    expect(interruption).toMatchObject({ outcome: 'unnoticed', failure: 'the question did not cut the answer off' });
  });

  it('cannot be, if it is too short', async () => {
    const { session } = rig({ answerSeconds: 3 });
    const { turn, interruption } = await talkOver(session, recordings, 0);
    expect(turn.failure).toBe('the answer was too short to be interrupted');
    expect(interruption).toBeNull();
  });
});
