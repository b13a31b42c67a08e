import { beforeAll, describe, expect, it } from 'vitest';
import type { TtsEngine } from '../../src/engines/contract.js';
import { elevenLabsHttp } from '../../src/engines/tts/elevenlabs-http.js';
import { elevenLabsSdk } from '../../src/engines/tts/elevenlabs-request.js';
import { ParleyError } from '../../src/errors.js';
import { all, countSamples, given } from '../contract/tts.js';
import { eventually } from '../fixtures/eventually.js';
import { dictation, ending, forTurn, settings, told, wordsOf } from './elevenlabs-fixture.js';
import { haltingTts, type StartedVendor, vendor } from './vendor-elevenlabs-fixture.js';

const TEXT = 'Good morning, Ada.';
const LENGTH = 24 * 20 * TEXT.length;

const engineFor = ({ url }: StartedVendor, changes: Parameters<typeof settings>[1] = {}) =>
  ending(elevenLabsHttp(settings(url, changes)));
const say = (engine: TtsEngine, texts: readonly string[]) => all(engine.run(given(texts), told, forTurn()));
/** Reading the SDK in takes longer than a test should. */
beforeAll(() => elevenLabsSdk(), 60_000);
const bodies = ({ requests }: StartedVendor) => requests.map(({ body }) => body);

it('asks for each phrase, and tells what was said before it', async () => {
  const simulated = await vendor();
  const speech = await say(engineFor(simulated), [TEXT, '...', 'Shall we go?', 'Yes!']);
  expect(speech.map(({ phrase }) => phrase)).not.toContain(1);
  expect(
    wordsOf(
      TEXT,
      speech.filter(({ phrase }) => phrase === 0),
    ),
  ).toEqual(['Good', 'morning', 'Ada']);
  expect(bodies(simulated)).toMatchObject([
    { text: TEXT, model_id: 'eleven_flash_v2_5', voice_settings: { similarity_boost: 0.75, use_speaker_boost: true } },
    { text: 'Shall we go?', previous_text: TEXT },
    { text: 'Yes!', previous_text: `${TEXT} Shall we go?` },
  ]);
  expect(bodies(simulated)[0]).not.toHaveProperty('previous_text');
});

it('has its words where they sound, in the second piece as in the first', async () => {
  const text = 'One two three four five six seven eight nine ten.';
  const speech = await say(engineFor(await vendor()), [text]);
  // steadyTts says a character in 20 ms.
  for (const { from, to, start, end } of speech.flatMap(({ words }) => words)) {
    expect(Math.abs(start / 24 - 20 * from), text.slice(from, to)).toBeLessThan(3);
    expect(Math.abs(end / 24 - 20 * to), text.slice(from, to)).toBeLessThan(3);
  }
});

it('has two requests open at most, and none after an interruption', async () => {
  const halting = haltingTts();
  const simulated = await vendor({ speak: halting.engine });
  const engine = engineFor(simulated);
  const abort = new AbortController();
  const long = TEXT.repeat(4);
  const reader = engine.run(given([long, long, long, long, long]), told, forTurn(undefined, abort.signal));
  const next = reader[Symbol.asyncIterator]();
  await next.next();
  await eventually(() => expect(simulated.open()).toBe(3));
  abort.abort(new ParleyError('barge_in'));
  await expect(next.next()).rejects.toMatchObject({ code: 'barge_in' });
  expect(await next.next()).toEqual({ done: true, value: undefined });
  await eventually(() => expect(simulated.open()).toBe(0));
  expect(simulated.requests).toHaveLength(3);
});

it('leaves no request open behind a reader who leaves early', async () => {
  const simulated = await vendor({ speak: haltingTts().engine });
  const source = dictation();
  source.say(TEXT.repeat(4));
  for await (const _ of engineFor(simulated).run(source.source, told, forTurn())) break;
  await eventually(() => expect(simulated.requests.map(({ state }) => state)).toEqual(['left']));
});

describe('a vendor that does not do as it should', () => {
  it.each([
    [{ kind: 'status', status: 401 }, 'bad_key'],
    [{ kind: 'status', status: 401, reason: 'quota_exceeded' }, 'quota_exceeded'],
    [{ kind: 'status', status: 429, reason: 'too_many_concurrent_requests' }, 'too_many_concurrent'],
    [{ kind: 'status', status: 429, reason: 'system_busy' }, 'rate_limited'],
    [{ kind: 'status', status: 422 }, 'vendor_refused'],
    [{ kind: 'status', status: 500 }, 'vendor_down'],
    [{ kind: 'status', status: 503 }, 'vendor_down'],
    [{ kind: 'cut', after: 0 }, 'connection_cut'],
    [{ kind: 'cut', after: 1 }, 'connection_cut'],
    [{ kind: 'garbage', after: 0 }, 'vendor_broken'],
    [{ kind: 'garbage', after: 1 }, 'vendor_broken'],
    [{ kind: 'stall', after: 0 }, 'deadline'],
    [{ kind: 'stall', after: 1 }, 'deadline'],
    [{ kind: 'half_open' }, 'deadline'],
  ] as const)('%j is %s, is asked once, and is over', async (fault, code) => {
    const simulated = await vendor();
    simulated.faults.set('speech', fault);
    const failed = say(engineFor(simulated, { timeoutMs: code === 'deadline' ? 2000 : 10_000 }), [TEXT]);
    await expect(failed).rejects.toMatchObject({ name: 'ParleyError', code });
    await eventually(() => expect(simulated.open()).toBe(0));
    expect(simulated.requests).toHaveLength(1);
  });

  it('says how long to wait', async () => {
    const simulated = await vendor();
    simulated.faults.set('speech', { kind: 'status', status: 429, reason: 'system_busy', retryAfter: '3' });
    await expect(say(engineFor(simulated), [TEXT])).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 3000 });
  });

  it('drips, and is heard to the end', async () => {
    const simulated = await vendor();
    simulated.faults.set('speech', { kind: 'drip', everyMs: 40 });
    expect(countSamples(await say(engineFor(simulated), [TEXT]))).toBe(LENGTH);
  });

  it('does not know the voice', async () => {
    const speech = all(engineFor(await vendor()).run(given([TEXT]), { voice: 'nobody', speed: 1 }, forTurn()));
    await expect(speech).rejects.toMatchObject({ code: 'unknown_voice', param: 'voice' });
  });

  it('fails at the second phrase: the first one is heard', async () => {
    const simulated = await vendor();
    const engine = engineFor(simulated);
    const source = dictation();
    source.say(TEXT);
    const reader = engine.run(source.source, told, forTurn())[Symbol.asyncIterator]();
    let heard = (await reader.next()).value!.samples.length;
    await eventually(() => expect(simulated.requests[0]?.state).toBe('done'));
    simulated.faults.set('speech', { kind: 'status', status: 500 });
    source.say('Shall we go?');
    const rest = (async () => {
      for (;;) heard += (await reader.next()).value!.samples.length;
    })();
    await expect(rest).rejects.toMatchObject({ code: 'vendor_down' });
    expect(heard).toBe(LENGTH);
  });
});
