import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startElevenLabsVendor } from '../../src/bench/vendors/elevenlabs/server.js';
import type { SessionScope, Speech } from '../../src/engines/contract.js';
import { elevenLabsSocket } from '../../src/engines/tts/elevenlabs.js';
import { TIMINGS } from '../../src/engines/tts/elevenlabs-connection.js';
import { ParleyError } from '../../src/errors.js';
import { all, countSamples, given } from '../contract/tts.js';
import { silentLog, steadyTts } from '../fixtures/engines.js';
import { eventually } from '../fixtures/eventually.js';
import {
  caller,
  contextsIn,
  dictation,
  ending,
  forTurn,
  settings,
  socketsIn,
  textsIn,
  told,
  wordsOf,
} from './elevenlabs-fixture.js';
import { AT_ONCE, haltingTts, KEY, type StartedVendor, vendor } from './vendor-elevenlabs-fixture.js';

const TEXT = 'Good morning, Ada.';
/** What steadyTts makes of it: 20 ms a character, and one for the blank behind it. */
const LENGTH = 24 * 20 * TEXT.length;
/** Longer than what haltingTts says before it halts. */
const LONG = TEXT.repeat(4);

const engineFor = ({ url }: StartedVendor, changes: Parameters<typeof settings>[1] = {}, timings = TIMINGS) =>
  ending(elevenLabsSocket(settings(url, changes), undefined, timings));
const say = (engine: ReturnType<typeof engineFor>, texts: readonly string[], session?: SessionScope) =>
  all(engine.run(given(texts), told, forTurn(session)));
const states = (requests: readonly { readonly state: string }[]) => requests.map(({ state }) => state);

describe('one socket for a session', () => {
  it('serves twenty turns, each in a context of its own', async () => {
    const simulated = await vendor();
    const engine = engineFor(simulated);
    const session = caller();
    engine.prepare!(told, session);
    for (let turn = 0; turn < 20; turn += 1) {
      const speech = await say(engine, [TEXT, 'Shall we go?'], session);
      expect(
        wordsOf(
          TEXT,
          speech.filter(({ phrase }) => phrase === 0),
        ),
      ).toEqual(['Good', 'morning', 'Ada']);
    }
    expect(states(socketsIn(simulated.requests))).toEqual(['open']);
    expect(states(contextsIn(simulated.requests))).toEqual(Array(20).fill('done'));
  });

  it('is closed when the caller has gone; a run without a session closes its own', async () => {
    const simulated = await vendor();
    const engine = engineFor(simulated);
    const session = caller();
    await say(engine, [TEXT], session);
    expect(simulated.open()).toBe(1);
    session.leave();
    await say(engine, [TEXT]);
    await eventually(() => expect(simulated.open()).toBe(0));
    expect(socketsIn(simulated.requests)).toHaveLength(2);
  });

  it('is another one for another voice', async () => {
    const simulated = await vendor();
    const engine = engineFor(simulated);
    const session = caller();
    await say(engine, [TEXT], session);
    await all(engine.run(given([TEXT]), { voice: 'pNInz6obpgDQGcFmaJgB', speed: 1 }, forTurn(session)));
    await eventually(() => expect(states(socketsIn(simulated.requests))).toEqual(['done', 'open']));
  });

  it('takes four answers beside the first, and the next has a socket of its own', async () => {
    const halting = haltingTts();
    const simulated = await vendor({ speak: halting.engine });
    const engine = engineFor(simulated);
    const session = caller();
    const readers = Array.from({ length: 7 }, () =>
      engine.run(given([LONG]), told, forTurn(session))[Symbol.asyncIterator](),
    );
    await Promise.all(readers.map((reader) => reader.next()));
    expect(contextsIn(simulated.requests)).toHaveLength(7);
    expect(socketsIn(simulated.requests)).toHaveLength(3);
    halting.goOn();
    for (const reader of readers) await all({ [Symbol.asyncIterator]: () => reader });
    await eventually(() => expect(states(socketsIn(simulated.requests))).toEqual(['open', 'done', 'done']));
    expect(states(contextsIn(simulated.requests))).toEqual(Array(7).fill('done'));
  });

  it('outlives the inactivity for which the vendor closes, between answers and within one', async () => {
    const simulated = await vendor();
    const kept = engineFor(simulated, {}, { ...TIMINGS, inactivityS: 4, keepAliveMs: 100 });
    const forgotten = engineFor(simulated, {}, { ...TIMINGS, inactivityS: 4, keepAliveMs: 3_600_000 });
    const slow = dictation();
    const idle = caller('idle');
    const speaking = caller('speaking');
    await say(kept, [TEXT], idle);
    const speech = all(kept.run(slow.source, told, forTurn(speaking)));
    slow.say(TEXT);
    await eventually(() => expect(textsIn(simulated.requests)).toEqual([TEXT, TEXT]));
    await say(forgotten, [TEXT], caller('forgotten'));
    await eventually(() =>
      expect(states(socketsIn(simulated.requests).slice(0, 3))).toEqual(['open', 'open', 'refused']),
    );
    slow.say('Shall we go?');
    slow.end();
    expect((await speech).at(-1)?.phrase).toBe(1);
    await say(kept, [TEXT], idle);
    expect(states(socketsIn(simulated.requests).slice(0, 2))).toEqual(['open', 'open']);
    expect(textsIn(simulated.requests)).toContain(`${TEXT} Shall we go?`);
  });
});

describe('an answer that is cut off', () => {
  it('closes its context at once, and leaves nothing open', async () => {
    const halting = haltingTts();
    const simulated = await vendor({ speak: halting.engine });
    const engine = engineFor(simulated);
    const abort = new AbortController();
    const session = caller();
    const source = dictation();
    source.say(LONG);
    const reader = engine.run(source.source, told, forTurn(session, abort.signal))[Symbol.asyncIterator]();
    await reader.next();
    abort.abort(new ParleyError('barge_in'));
    await expect(reader.next()).rejects.toMatchObject({ code: 'barge_in' });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    halting.goOn();
    await eventually(() => expect(states(contextsIn(simulated.requests))).toEqual(['done']));
    session.leave();
    await eventually(() => expect(simulated.open()).toBe(0));
  });

  it('is not heard in the next one', async () => {
    const simulated = await vendor();
    const engine = engineFor(simulated);
    const session = caller();
    for (let turn = 0; turn < 20; turn += 1) {
      for await (const _ of engine.run(given([TEXT.repeat(20)]), told, forTurn(session))) break;
    }
    const speech = await say(engine, [TEXT], session);
    expect(Math.abs(countSamples(speech) - LENGTH)).toBeLessThan(24 * 25);
    expect(states(contextsIn(simulated.requests))).not.toContain('refused');
  });

  it('sends nothing for phrases that are blank', async () => {
    const simulated = await vendor();
    expect(await say(engineFor(simulated), ['', ' ', '...', '😀'])).toEqual([]);
    expect(simulated.requests).toEqual([]);
  });
});

describe('a socket that falls silent', () => {
  /** Only what the engine measures: the sockets and their timers go on. */
  const passing = () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    return (ms: number) => vi.advanceTimersByTime(ms);
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const bargeIn = new ParleyError('barge_in');

  it.each([0, 1])('while it owes something (after %d pieces) is not spoken over again', async (after) => {
    const pass = passing();
    const simulated = await vendor();
    const engine = engineFor(simulated);
    const session = caller();
    const abort = new AbortController();
    simulated.faults.set('socket', { kind: 'stall', after });
    const reader = engine.run(given([LONG]), told, forTurn(session, abort.signal))[Symbol.asyncIterator]();
    for (let piece = 0; piece < after; piece += 1) await reader.next();
    const next = reader.next();
    await eventually(() => expect(textsIn(simulated.requests)).toHaveLength(1));
    await settled();
    pass(1001);
    abort.abort(bargeIn);
    await expect(next).rejects.toBe(bargeIn);
    expect((await say(engine, [TEXT], session)).length).toBeGreaterThan(0);
    await eventually(() => expect(states(socketsIn(simulated.requests))).toEqual(['done', 'open']));
  });

  it('as it is being opened is not waited for again', async () => {
    const pass = passing();
    let opened = 0;
    const server = createServer((socket) => {
      opened += 1;
      socket.on('error', () => {}).resume();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await eventually(() => expect(server.listening).toBe(true));
    const { port } = server.address() as { port: number };
    const engine = ending(elevenLabsSocket(settings(`http://127.0.0.1:${port}`)));
    const session = caller();
    const turn = async (ms: number) => {
      const abort = new AbortController();
      const reader = engine.run(given([TEXT]), told, forTurn(session, abort.signal))[Symbol.asyncIterator]();
      const next = reader.next();
      await settled();
      pass(ms);
      abort.abort(bargeIn);
      await expect(next).rejects.toBe(bargeIn);
    };
    await turn(500);
    await turn(1001);
    await eventually(() => expect(opened).toBe(1));
    await turn(500);
    await eventually(() => expect(opened).toBe(2));
  });

  it('for less than a second is kept', async () => {
    const pass = passing();
    const simulated = await vendor();
    const engine = engineFor(simulated);
    const session = caller();
    const abort = new AbortController();
    simulated.faults.set('socket', { kind: 'stall', after: 1 });
    const reader = engine.run(given([LONG]), told, forTurn(session, abort.signal))[Symbol.asyncIterator]();
    await reader.next();
    const next = reader.next();
    await settled();
    pass(900);
    abort.abort(bargeIn);
    await expect(next).rejects.toBe(bargeIn);
    // Over a new socket this would be heard: it still stalls.
    const leaving = new AbortController();
    const again = all(engine.run(given([TEXT]), told, forTurn(session, leaving.signal)));
    await eventually(() => expect(contextsIn(simulated.requests)).toHaveLength(2));
    expect(states(socketsIn(simulated.requests))).toEqual(['open']);
    leaving.abort(bargeIn);
    await expect(again).rejects.toBe(bargeIn);
  });

  it('because its reader does is kept', async () => {
    const pass = passing();
    const simulated = await vendor();
    const engine = engineFor(simulated);
    const session = caller();
    for await (const _ of engine.run(given([LONG]), told, forTurn(session))) {
      pass(5000);
      break;
    }
    await say(engine, [TEXT], session);
    expect(states(socketsIn(simulated.requests))).toEqual(['open']);
  });

  it('until the one who waits gives it up is not spoken over again', async () => {
    const simulated = await vendor();
    const engine = engineFor(simulated);
    const session = caller();
    const abort = new AbortController();
    simulated.faults.set('socket', { kind: 'stall', after: 0 });
    const speech = all(engine.run(given([TEXT]), told, forTurn(session, abort.signal)));
    await eventually(() => expect(textsIn(simulated.requests)).toHaveLength(1));
    abort.abort(new ParleyError('deadline', 'elevenlabs gave no sound for 1.5 s.'));
    await expect(speech).rejects.toMatchObject({ code: 'deadline' });
    await eventually(() => expect(states(socketsIn(simulated.requests))).toEqual(['done']));
  });
});

describe('a socket that is lost', () => {
  it('between turns is opened again', async () => {
    const first = await startElevenLabsVendor({ key: KEY, speak: steadyTts().engine, pace: AT_ONCE, log: silentLog });
    const engine = engineFor(first);
    const session = caller();
    await say(engine, [TEXT], session);
    await first.close();
    const second = await vendor({ port: Number(new URL(first.url).port) });
    expect((await say(engine, [TEXT], session)).length).toBeGreaterThan(0);
    expect(states(contextsIn(second.requests))).toEqual(['done']);
  });

  it('before any audio of a phrase has that phrase sent again, once', async () => {
    const simulated = await vendor();
    const engine = engineFor(simulated);
    const session = caller();
    engine.prepare!(told, session);
    simulated.faults.set('socket', { kind: 'cut', after: 0 });
    const speech = await say(engine, [TEXT], session);
    expect(Math.abs(countSamples(speech) - LENGTH)).toBeLessThan(24 * 25);
    expect(textsIn(simulated.requests)).toEqual([TEXT, TEXT]);
  });

  it('twice is told', async () => {
    const simulated = await vendor();
    const engine = engineFor(simulated);
    simulated.faults.set('socket', { kind: 'cut', after: 0 }, 2);
    await expect(say(engine, [TEXT], caller())).rejects.toMatchObject({ code: 'connection_cut' });
    expect(textsIn(simulated.requests)).toEqual([TEXT, TEXT]);
  });

  it('between two phrases has the second one said over another', async () => {
    const simulated = await vendor();
    const engine = engineFor(simulated);
    // The first one's 380 ms are three pieces.
    simulated.faults.set('socket', { kind: 'cut', after: 3 });
    const speech = await say(engine, [TEXT, 'Shall we go?'], caller());
    const heard = speech.filter(({ phrase }) => phrase === 0);
    expect(Math.abs(countSamples(heard) - LENGTH)).toBeLessThan(24 * 25);
    expect(wordsOf(TEXT, heard)).toEqual(['Good', 'morning', 'Ada']);
    expect(speech.at(-1)?.phrase).toBe(1);
    expect(textsIn(simulated.requests)).toEqual([`${TEXT} Shall we go?`, 'Shall we go?']);
  });

  it('in mid-phrase is told after what had come, and nothing is said twice', async () => {
    const simulated = await vendor();
    const engine = engineFor(simulated);
    simulated.faults.set('socket', { kind: 'cut', after: 1 });
    const reader = engine.run(given([TEXT]), told, forTurn(caller()))[Symbol.asyncIterator]();
    const heard: Speech[] = [];
    const reading = (async () => {
      for (;;) heard.push((await reader.next()).value!);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'connection_cut' });
    expect(countSamples(heard)).toBeGreaterThan(0);
    expect(countSamples(heard)).toBeLessThan(LENGTH);
    expect(textsIn(simulated.requests)).toEqual([TEXT]);
  });

  it('by its other half only is found by a ping, and replaced', async () => {
    const simulated = await vendor();
    const engine = engineFor(simulated, {}, { ...TIMINGS, pingMs: 1000 });
    const session = caller();
    simulated.faults.set('socket', { kind: 'half_open' });
    engine.prepare!(told, session);
    await eventually(() => expect(states(socketsIn(simulated.requests))).toEqual(['left', 'open']));
    await say(engine, [TEXT], session);
    expect(socketsIn(simulated.requests)).toHaveLength(2);
  });

  it('is not called again and again by a vendor that hangs up on everybody', async () => {
    const simulated = await vendor();
    const engine = engineFor(simulated, {}, { ...TIMINGS, pingMs: 20 });
    simulated.faults.set('socket', { kind: 'half_open' }, 100);
    engine.prepare!(told, caller());
    await eventually(() => expect(states(socketsIn(simulated.requests))).toEqual(['left', 'left']));
    // A third one would have come with the second one's end.
    await say(engineFor(await vendor()), [TEXT]);
    expect(socketsIn(simulated.requests)).toHaveLength(2);
  });
});

describe('a vendor that does not do as it should', () => {
  it.each([
    [{ kind: 'status', status: 401 }, 'bad_key'],
    [{ kind: 'status', status: 401, reason: 'quota_exceeded' }, 'quota_exceeded'],
    [{ kind: 'status', status: 429, reason: 'too_many_concurrent_requests' }, 'too_many_concurrent'],
    [{ kind: 'status', status: 429, reason: 'system_busy', retryAfter: '3' }, 'rate_limited'],
    [{ kind: 'status', status: 500 }, 'vendor_down'],
    [{ kind: 'status', status: 503 }, 'vendor_down'],
    [{ kind: 'garbage', after: 0 }, 'vendor_broken'],
    [{ kind: 'garbage', after: 1 }, 'vendor_broken'],
    [{ kind: 'stall', after: 0 }, 'deadline'],
    [{ kind: 'stall', after: 1 }, 'deadline'],
    [{ kind: 'half_open' }, 'deadline'],
  ] as const)('%j on a new socket is %s', async (fault, code) => {
    const simulated = await vendor();
    const engine = engineFor(simulated, { timeoutMs: code === 'deadline' ? 3000 : 10_000 });
    simulated.faults.set('socket', fault);
    const session = caller();
    await expect(say(engine, [TEXT], session)).rejects.toMatchObject({ name: 'ParleyError', code });
    // The next turn does not go over the socket that failed.
    expect((await say(engine, [TEXT], session)).length).toBeGreaterThan(0);
  });

  it.each([
    [401, 'quota_exceeded', 'quota_exceeded'],
    [429, 'system_busy', 'rate_limited'],
  ] as const)('%d (%s) over a warm socket is %s', async (status, reason, code) => {
    const simulated = await vendor();
    const engine = engineFor(simulated);
    const session = caller();
    await say(engine, [TEXT], session);
    simulated.faults.set('socket', { kind: 'status', status, reason });
    await expect(say(engine, [TEXT], session)).rejects.toMatchObject({ code });
  });

  it('is closed in the middle of an answer', async () => {
    const engine = engineFor(await vendor({ speak: haltingTts().engine }));
    const reader = engine.run(given([LONG]), told, forTurn(caller()))[Symbol.asyncIterator]();
    await reader.next();
    await engine.close();
    await expect(all({ [Symbol.asyncIterator]: () => reader })).rejects.toMatchObject({ name: 'ParleyError' });
  });

  it('does not take the key, which then stands in no error and in no line of the log', async () => {
    const simulated = await vendor({ key: 'another key' });
    const lines: string[] = [];
    const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
    const engine = engineFor(simulated, { log });
    const context = { ...forTurn(caller()), log };
    const error = await all(engine.run(given([TEXT]), told, context)).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ name: 'ParleyError', code: 'bad_key' });
    expect(lines.length).toBeGreaterThan(0);
    expect(`${inspect(error, { depth: 9 })}${lines.join('')}`).not.toContain(KEY);
  });

  it('drips, and is heard to the end', async () => {
    const simulated = await vendor();
    simulated.faults.set('socket', { kind: 'drip', everyMs: 40 });
    const speech = await say(engineFor(simulated), [TEXT]);
    expect(Math.abs(countSamples(speech) - LENGTH)).toBeLessThan(24 * 25);
  });

  it('does not know the voice', async () => {
    const simulated = await vendor();
    const speech = all(engineFor(simulated).run(given([TEXT]), { voice: 'nobody', speed: 1 }, forTurn()));
    await expect(speech).rejects.toMatchObject({ code: 'unknown_voice', param: 'voice' });
  });

  it('is not there', async () => {
    const gone = await startElevenLabsVendor({ speak: steadyTts().engine, pace: AT_ONCE, log: silentLog });
    await gone.close();
    const engine = engineFor(gone);
    await expect(say(engine, [TEXT])).rejects.toMatchObject({ code: 'connection_cut' });
    await expect(engine.probe!(new AbortController().signal)).rejects.toMatchObject({ code: 'connection_cut' });
  });
});

describe('the probe', () => {
  const forever = new AbortController().signal;

  it('fills the list of voices, the configured one first', async () => {
    const simulated = await vendor();
    const engine = engineFor(simulated, { voice: 'pNInz6obpgDQGcFmaJgB' });
    expect(engine.voices).toEqual([{ id: 'pNInz6obpgDQGcFmaJgB', name: 'pNInz6obpgDQGcFmaJgB', language: null }]);
    await engine.probe!(forever);
    expect(engine.voices.slice(0, 2)).toEqual([
      { id: 'pNInz6obpgDQGcFmaJgB', name: 'Adam', language: 'en' },
      { id: told.voice, name: 'Rachel', language: 'en' },
    ]);
  });

  it.each([
    [{ kind: 'status', status: 401 }, 'bad_key'],
    [{ kind: 'status', status: 503 }, 'vendor_down'],
    [{ kind: 'half_open' }, 'deadline'],
    [{ kind: 'garbage', after: 0 }, 'vendor_broken'],
  ] as const)('takes %j for %s', async (fault, code) => {
    const simulated = await vendor();
    simulated.faults.set('voices', fault);
    const engine = engineFor(simulated, { timeoutMs: code === 'deadline' ? 200 : 5000 });
    await expect(engine.probe!(forever)).rejects.toMatchObject({ code });
  });

  it('is content with a key that may speak but not list voices', async () => {
    const simulated = await vendor();
    simulated.faults.set('voices', { kind: 'status', status: 401, reason: 'missing_permissions' });
    const engine = engineFor(simulated);
    await engine.probe!(forever);
    expect(engine.voices).toHaveLength(1);
    // Nobody can say which voices there are not.
    expect([engine.mayHave!('onwK4e9ZLuTAKqWW03F9'), engine.mayHave!('daniel')]).toEqual([true, false]);
    expect((await say(engine, [TEXT])).length).toBeGreaterThan(0);
    await engine.probe!(forever);
    expect(engine.mayHave!('onwK4e9ZLuTAKqWW03F9')).toBe(false);
  });

  it('ends with its signal', async () => {
    const simulated = await vendor();
    simulated.faults.set('voices', { kind: 'half_open' });
    const abort = new AbortController();
    const probing = engineFor(simulated).probe!(abort.signal);
    abort.abort(new ParleyError('shutting_down'));
    await expect(probing).rejects.toMatchObject({ code: 'shutting_down' });
  });
});
