import { describe, expect, it } from 'vitest';
import { baselineLines, summariseBaseline } from '../../src/bench/baseline.js';
import { readOptions } from '../../src/bench/options.js';
import { loadRecordings } from '../../src/bench/questions.js';
import { type SequentialEngines, type SequentialTurn, sequentialTurn } from '../../src/bench/sequential.js';
import { readOptions as readSimulation } from '../../src/bench/simulate-options.js';
import { distribution } from '../../src/bench/statistics.js';
import { ANSWER } from '../../src/bench/vendor-profile.js';
import type { EngineContext } from '../../src/engines/contract.js';
import { drawnFace } from '../../src/engines/face/drawn.js';
import { gridAvatar } from '../fixtures/mouth/avatar.js';

const life = { readAhead: 1, health: () => 'up' as const, close: async () => {} };

/** Engines that write down when they are asked, and when they have given their last. */
function tellingEngines(told: string[]): SequentialEngines {
  async function* telling<T>(name: string, work: AsyncIterable<T>): AsyncGenerator<T> {
    told.push(`${name} begins`);
    yield* work;
    told.push(`${name} ends`);
  }
  async function* hear(audio: AsyncIterable<Int16Array>) {
    let length = 0;
    for await (const piece of audio) length += piece.length;
    expect(length).toBeGreaterThan(16_000);
    yield { kind: 'partial' as const, text: 'what' };
    yield { kind: 'final' as const, text: 'what time is it' };
  }
  async function* think() {
    yield { kind: 'text' as const, text: 'It is ' };
    yield { kind: 'text' as const, text: 'noon.' };
  }
  async function* speak(phrases: AsyncIterable<{ text: string }>) {
    for await (const { text } of phrases) {
      expect(text).toBe('It is noon.');
      for (let piece = 0; piece < 5; piece += 1) yield { phrase: 0, samples: new Int16Array(4800), words: [] };
    }
  }
  const face = drawnFace();
  const voices = [{ id: 'ada', name: 'Ada', language: 'en' }];
  return {
    stt: { ...life, name: 'stt', givesPartials: false, run: (audio) => telling('stt', hear(audio)) },
    llm: { ...life, name: 'llm', run: () => telling('llm', think()) },
    tts: { ...life, name: 'tts', voices, run: (phrases) => telling('tts', speak(phrases)) },
    face: {
      ...face,
      run: (frames, options, context: EngineContext) => telling('face', face.run(frames, options, context)),
    },
    avatar: gridAvatar(7),
  };
}

describe('the sequential pipeline', () => {
  it('asks each engine when the one before has given its last', async () => {
    const told: string[] = [];
    const question = loadRecordings('.').questions[0]!;
    const turn = await sequentialTurn(tellingEngines(told), question, new AbortController().signal);
    expect(told).toEqual(['stt', 'llm', 'tts', 'face'].flatMap((name) => [`${name} begins`, `${name} ends`]));
    expect(turn).toMatchObject({ transcript: 'what time is it', transcriptIsRight: true, audioMs: 1000, pictures: 25 });
    const { transcript, answer, speech, pictures } = turn.stages;
    expect(transcript + answer + speech + pictures).toBeCloseTo(turn.totalMs, 0);
  });
});

describe('the summary of the baseline', () => {
  const turn = (totalMs: number): SequentialTurn => ({
    question: 'What time is it?',
    transcript: 'What time is it?',
    transcriptIsRight: true,
    stages: { transcript: 500, answer: 1000, speech: 500, pictures: totalMs - 2000 },
    totalMs,
    audioMs: 8000,
    pictures: 200,
  });

  it('has the ratio of the medians', () => {
    const server = distribution([1200, 1300, 1400]);
    const baseline = summariseBaseline([turn(3000), turn(3100), turn(3250)], server);
    expect(baseline.ratio).toBe(0.419);
    expect(baseline.stages.pictures.p50).toBe(1100);
    const lines = baselineLines(baseline, server);
    expect(lines).toMatch(/Parley +p50 1300 ms, p95 1400 ms/);
    expect(lines).toMatch(/sequential +p50 3100 ms.*transcript 500 \+ answer 1000 \+ speech 500 \+ pictures 1100/);
    expect(lines).toMatch(/ratio +0\.42\n/);
  });

  it('has none where the server never gave a sound with its picture', () => {
    const baseline = summariseBaseline([turn(3000)], null);
    expect(baseline.ratio).toBeNull();
    expect(baselineLines(baseline, null)).toMatch(/Parley +never;[\s\S]*ratio +none\n/);
  });
});

describe('the command line for simulated vendors', () => {
  it('takes a profile, changes to it, and the baseline', () => {
    expect(readOptions([], '.')).toMatchObject({ vendors: null, baseline: null });
    expect(readOptions(['--baseline', 'sequential'], '.')).toMatchObject({
      vendors: { transcriptions: '500,0,0', face: '5,80,8' },
      baseline: 'sequential',
    });
    const changed = readOptions(['--vendors', 'quick', '--pace', 'chat=1,2', '--pace', 'face=9,0,1'], '.');
    expect(changed.vendors).toEqual({ transcriptions: '100,0,0', chat: '1,2', speech: '100,5,0', face: '9,0,1' });
    expect(changed.baseline).toBeNull();
    expect(readOptions(['--vendors', 'quick', '--pace', 'face=drawn'], '.').vendors).toMatchObject({ face: 'drawn' });
  });

  it.each([
    [['--vendors', 'slow'], /no profile "slow"; there are: seed, quick/],
    [['--vendors', 'seed', '--pace', 'phone=1,2'], /--pace phone=1,2 is not a stage/],
    [['--vendors', 'seed', '--pace', 'chat=drawn'], /--pace chat=drawn is not a stage/],
    [['--pace', 'chat=1,2'], /--pace is for --vendors/],
    [['--vendors', 'seed', '--url', 'ws://127.0.0.1:1/'], /--url and --vendors cannot both be/],
    [['--baseline', 'parallel'], /--baseline parallel is not sequential/],
    [['--baseline', 'sequential', '--typed'], /--baseline is for spoken turns/],
  ])('refuses %j', (args, sentence) => {
    expect(() => readOptions(args, '.')).toThrow(sentence);
  });

  it('has the simulation know the recordings, and say what it is told', () => {
    const options = readSimulation(['--recordings', '--says', 'It is noon.']);
    expect(options).toMatchObject({ knowsRecordings: true, says: 'It is noon.', hears: null });
    expect(() => readSimulation(['--recordings', '--hears', 'Hello'])).toThrow(/--hears and --recordings cannot both/);
    expect(() => readSimulation(['--says', ' '])).toThrow(/--says has no words/);
  });

  it('has an answer whose first phrase is three words', () => {
    expect(ANSWER.split(' ')).toHaveLength(24);
    expect(ANSWER.split('. ')[0]!.split(' ')).toHaveLength(3);
  });
});
