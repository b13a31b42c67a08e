import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Choice } from '../../src/bench/choosing.js';
import { TOO_SHORT } from '../../src/bench/interrupting.js';
import { obey } from '../../src/bench/playback.js';
import { createPlayer } from '../../src/bench/player.js';
import type { Over, TurnScript } from '../../src/bench/scenario.js';
import type { Listener, Session } from '../../src/bench/session.js';
import { takeTurn } from '../../src/bench/taking.js';
import { askedIn } from '../../src/bench/utterance.js';
import type { ServerEvent } from '../../src/protocol/server-events.js';

const FRAME = 960;
const BEAT_MS = 20;

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const sound = (ms: number) => ({ samples: new Int16Array(ms * 24).fill(9000), voiced: { from: 0, to: ms * 24 } });
const story: Choice = { kind: 'speech', words: 'Tell me a story.', ...sound(1000) };
const question: Choice = { kind: 'speech', words: 'What time is it?', ...sound(800) };
const cough: Choice = { kind: 'noise', words: 'cough', ...sound(300) };
const known: Readonly<Record<string, Choice>> = { story, question, cough };
const choose = (name: string | readonly string[]) => known[String(name)]!;

/** A story that is asked for, and what is heard over it. */
const take = (session: Session, ...overs: Over[]) => {
  const script: TurnScript = [{ say: 'story' }, ...overs.map((over) => ({ over }))];
  return takeTurn(session, script, askedIn(script, choose, false), choose, { turn: 3, step: 1 });
};
const byQuestion: Over = { afterMs: [3500, 5500], say: 'question' };
const byNoise: Over = { afterMs: 4500, noise: 'cough' };

interface Server {
  cutOff(): void;
  pause(): void;
  resume(): void;
  /** It answers when all is silent. */
  owe(): void;
  answer(): void;
  error(code: string): void;
  hangUp(): void;
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
  let lost: string | null = null;
  const cancels: number[] = [];
  const timings = new Map<string, Readonly<Record<string, number>>>();
  const echoes: Parameters<Session['hearItself']>[0][] = [];
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
    error: (code) => event('error', { error: { code } }),
    hangUp() {
      lost = 'gone';
    },
    answer() {
      isOwed = false;
      number += 1;
      event('response.created', { response: { id: id() } });
      event('avatar.response', { response: number, response_id: id() });
      const frames = answerSeconds * 25;
      for (let frame = 0; frame < frames; frame += 1) player.audio(number, frame * FRAME, FRAME, performance.now());
      event('avatar.end', { response: number, position: frames * FRAME });
      event('response.done', { response: { id: id(), status: 'completed', status_details: null, output: [] } });
      timings.set(id(), { first_sent: number });
    },
  };
  const session: Session = {
    job: {
      caller: 0,
      url: '',
      token: null,
      scenario: { script: [] },
      firstStep: 0,
      steps: 1,
      length: { kind: 'turns', turns: 1 },
      typed: false,
      expectsPictures: false,
      seed: 1,
    },
    line: {
      send(told) {
        if (told.type !== 'response.cancel') return;
        cancels.push(performance.now());
        event('avatar.flush', { response: number });
      },
      sendMedia() {},
      get lost() {
        return lost;
      },
      bytes: () => ({ received: 0, sent: 0 }),
      close: async () => {},
    },
    timings,
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
      if (lost !== null) throw new Error(lost);
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
    hearItself: (level) => void echoes.push(level),
  };
  return { session, player, cancels, echoes, server };
}

describe('an answer that is talked over', () => {
  it('is heard for so long first, and cut off by a question, which is answered to its end', async () => {
    const { session, cancels } = rig();
    const { turn, interruptions } = await take(session, byQuestion);
    expect(turn).toMatchObject({ turn: 3, step: 1, question: story.words, failure: null, responseId: 'resp_1' });
    expect(turn.server).toEqual({ first_sent: 1 });
    const [interruption] = interruptions;
    expect(interruption).toMatchObject({ kind: 'question', heard: question.words, outcome: 'cut_off', step: 1 });
    expect(interruption!.atMs).toBeGreaterThanOrEqual(4500);
    expect(interruption!.atMs).toBeLessThan(4600);
    expect(interruption).toMatchObject({
      failure: null,
      answer: { failure: null, audioMs: 30_000, server: { first_sent: 2 } },
      stillMs: 245,
      cutOffMs: 240,
    });
    expect([interruptions.length, cancels.length]).toEqual([1, 0]);
  });

  it('is held by a noise, and stopped when it is known what that did', async () => {
    const { session, player, cancels } = rig({
      heard(server) {
        server.pause();
        server.resume();
      },
    });
    const { interruptions } = await take(session, byNoise);
    expect(interruptions).toMatchObject([
      { kind: 'noise', heard: 'cough', outcome: 'held', answer: null, failure: null },
    ]);
    expect([cancels.length, player.state]).toEqual([1, 'flushed']);
  });

  it('is stopped, too, where the noise was not noticed, and the next turn finds silence', async () => {
    const { session, player, cancels } = rig({ heard: () => {} });
    const { interruptions } = await take(session, byNoise);
    expect(interruptions).toMatchObject([{ outcome: 'unnoticed', failure: null }]);
    expect(cancels.length).toBe(1);
    expect(player.state).toBe('flushed');
  });

  it('is cut off by a question soon after a noise, at its time', async () => {
    const { session } = rig({ heard: (server, { length }) => length > 500 * 24 && server.cutOff() });
    const { interruptions } = await take(
      session,
      { afterMs: 3000, noise: 'cough' },
      { afterMs: 5000, say: 'question' },
    );
    expect(interruptions).toMatchObject([
      { kind: 'noise', outcome: 'unnoticed', failure: null },
      { kind: 'question', outcome: 'cut_off', failure: null },
    ]);
    expect(interruptions[1]!.atMs).toBeLessThan(5100);
  });

  it('is cut off by the noise if that was known before the question began', async () => {
    let server!: Server;
    const { session, player } = rig({
      heard(told, { length }) {
        server = told;
        if (length > 500 * 24) server.cutOff();
      },
    });
    const { beat } = session;
    session.beat = async () => {
      const now = await beat();
      if (player.state === 'playing' && player.played >= 4900 * 24 && player.played < 4925 * 24) server.cutOff();
      return now;
    };
    const overs: Over[] = [
      { afterMs: 3000, noise: 'cough', cuts: false },
      { afterMs: 4880, say: 'question' },
    ];
    const { interruptions } = await take(session, ...overs);
    expect(interruptions).toMatchObject([{ outcome: 'cut_off', failure: '"cough" cut the answer off' }]);
  });

  it('is no failure if it is held yet when the question comes', async () => {
    const { session } = rig({
      heard(server, { length }) {
        if (length > 500 * 24) server.cutOff();
        else server.pause();
      },
    });
    const { interruptions } = await take(
      session,
      { afterMs: 3000, noise: 'cough' },
      { afterMs: 3100, say: 'question' },
    );
    expect(interruptions[0]).toMatchObject({ outcome: 'held', failure: null });
  });

  it('is too short for what would be heard behind its end', async () => {
    const { session } = rig({ answerSeconds: 5, heard: () => {} });
    const { interruptions } = await take(
      session,
      { afterMs: 3000, noise: 'cough' },
      { afterMs: 5000, say: 'question' },
    );
    expect(interruptions).toMatchObject([{ kind: 'noise', failure: TOO_SHORT }]);
  });

  it('is followed by no answer to a noise that cut it off, which is a failure only if it must not', async () => {
    const { session, player, cancels } = rig();
    const { interruptions } = await take(session, byNoise);
    expect(interruptions).toMatchObject([{ outcome: 'cut_off', failure: null }]);
    expect([cancels.length, player.response, player.state]).toEqual([1, 2, 'flushed']);
    const again = await take(session, { ...byNoise, cuts: false }, byQuestion);
    expect(again.interruptions).toMatchObject([{ outcome: 'cut_off', failure: '"cough" cut the answer off' }]);
  });

  it('has failed if the question was answered only when it was over', async () => {
    const { session } = rig({ heard: (server) => server.owe() });
    const { interruptions } = await take(session, byQuestion);
    expect(interruptions).toMatchObject([{ outcome: 'unnoticed', failure: 'the question did not cut the answer off' }]);
  });

  it('cannot be, if it is too short', async () => {
    const { session } = rig({ answerSeconds: 3 });
    const { turn, interruptions } = await take(session, byQuestion);
    expect(turn.failure).toBe('the answer was too short to be interrupted');
    expect(interruptions).toEqual([]);
  });

  it('is cut off again and again, each time 1 s into the answer to what cut it off', async () => {
    const { session, player } = rig();
    const over: Over = { afterMs: 1000, say: 'question' };
    const { interruptions } = await take(session, over, over, { afterMs: 2000, say: 'story' });
    expect(interruptions.map(({ heard, outcome, failure }) => [heard, outcome, failure])).toEqual([
      [question.words, 'cut_off', null],
      [question.words, 'cut_off', null],
      [story.words, 'cut_off', null],
    ]);
    // Of each answer but the last only so much was heard as until the next interruption.
    const heard = interruptions.map(({ atMs, answer }) => [atMs, answer!.audioMs]);
    expect(heard.map(([at, audio]) => [Math.floor(at! / 100), Math.floor(audio! / 100)])).toEqual([
      [10, 10],
      [10, 20],
      [20, 300],
    ]);
    expect(player.response).toBe(4);
  });

  it('is failed by an answer in between that ends before it can be talked over', async () => {
    const { session } = rig({ answerSeconds: 2 });
    const over: Over = { afterMs: 1000, say: 'question' };
    const { turn, interruptions } = await take(session, over, { ...over, afterMs: 2500 });
    expect(turn.failure).toBeNull();
    expect(interruptions).toMatchObject([{ failure: 'the answer was too short to be interrupted' }]);
  });
});

describe('what goes wrong while an answer is talked over', () => {
  it('is a story that is held and never goes on', async () => {
    const { session } = rig({ heard: (server) => server.pause() });
    const { turn, interruptions } = await take(session, byNoise, { afterMs: 15_000, say: 'question' });
    expect(turn.failure).toBeNull();
    expect(interruptions).toMatchObject([{ outcome: 'held', failure: '"cough" stopped the answer for good' }]);
  });

  it('is an error that comes meanwhile, whatever the noise did', async () => {
    const { session } = rig({ heard: (server) => server.error('stt_failed') });
    const { interruptions } = await take(session, byNoise, byQuestion);
    expect(interruptions).toMatchObject([{ outcome: 'unnoticed', failure: 'stt_failed' }]);
  });

  it('is a line that is lost: what was reached and made before is kept', async () => {
    let times = 0;
    const { session } = rig({
      heard(server) {
        times += 1;
        if (times === 1) server.cutOff();
        else server.hangUp();
      },
    });
    const over: Over = { afterMs: 1000, say: 'question' };
    const { turn, interruptions, lost } = await take(session, over, over, over);
    expect([turn.failure, turn.responseId, lost]).toEqual([null, 'resp_1', 'gone']);
    expect(interruptions).toMatchObject([
      { outcome: 'cut_off', failure: null, isTalkedOver: true },
      { outcome: 'unnoticed', failure: 'gone' },
    ]);
    expect(interruptions).toHaveLength(2);
    expect('isTalkedOver' in interruptions[1]!).toBe(false);
  });

  it('is a line that is lost under a noise, or while the answer is waited for', async () => {
    const noisy = rig({ heard: (server) => server.hangUp() });
    const under = await take(noisy.session, byNoise);
    expect(under).toMatchObject({ turn: { failure: null }, interruptions: [{ failure: 'gone' }], lost: 'gone' });

    const early = rig({ answerSeconds: 30 });
    const { beat } = early.session;
    let beats = 0;
    Object.assign(early.session, {
      beat() {
        beats += 1;
        if (beats === 100) early.server.hangUp();
        return beat();
      },
    });
    const { turn, interruptions, lost } = await take(early.session, byQuestion);
    expect(turn).toMatchObject({ failure: 'gone', responseId: 'resp_1', transcriptIsRight: false });
    expect(turn.marks.response_created).toBeDefined();
    expect([interruptions, lost]).toEqual([[], 'gone']);
  });

  it('is a line that is lost in the middle of a question', async () => {
    const { session, server } = rig();
    const { beat } = session;
    let beats = 0;
    Object.assign(session, {
      beat() {
        beats += 1;
        if (beats === 10) server.hangUp();
        return beat();
      },
    });
    expect(await take(session)).toMatchObject({ turn: { failure: 'gone', transcriptIsRight: false }, lost: 'gone' });
  });
});

describe('an answer that the microphone hears', () => {
  const script: TurnScript = [{ echo: 0.1 }, { say: 'story' }];
  const listen = (session: Session) =>
    takeTurn(session, script, askedIn(script, choose, false), choose, { turn: 0, step: 0 });

  it('is heard to its end, and what the echo did is told', async () => {
    const { session, echoes } = rig({ answerSeconds: 3 });
    const { turn, interruptions } = await listen(session);
    expect(turn).toMatchObject({ failure: null, audioMs: 3000 });
    expect(interruptions).toMatchObject([
      { kind: 'noise', heard: 'its own voice', outcome: 'unnoticed', failure: null },
    ]);
    expect(echoes).toEqual([0.1]);
    await take(session, { afterMs: 100, noise: 'cough' });
    expect(echoes).toEqual([0.1, null]);
  });

  it('has failed if it cut itself off', async () => {
    const { session, server } = rig({ answerSeconds: 30 });
    let beats = 0;
    const beat = session.beat;
    Object.assign(session, {
      beat() {
        beats += 1;
        if (beats === 200) server.cutOff();
        return beat();
      },
    });
    const { interruptions } = await listen(session);
    expect(interruptions).toMatchObject([{ outcome: 'cut_off', failure: 'its own voice cut the answer off' }]);
    expect(session.player.state).toBe('flushed');
  });
});
