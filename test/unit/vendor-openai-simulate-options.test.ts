/** What `npm run simulate` takes: its command line, and faults in writing. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCommand, readFault } from '../../src/bench/simulate-faults.js';
import { readOptions } from '../../src/bench/simulate-options.js';

describe('the command line', () => {
  it('has a default for everything', () => {
    expect(readOptions([])).toEqual({
      openaiPort: 0,
      elevenlabsPort: 0,
      pace: {
        models: { firstMs: 50, everyMs: 0, jitter: 0.2 },
        chat: { firstMs: 150, everyMs: 20, jitter: 0.2 },
        transcriptions: { firstMs: 250, everyMs: 20, jitter: 0.2 },
        speech: { firstMs: 120, everyMs: 20, jitter: 0.2 },
      },
      hears: null,
      faults: [],
    });
  });

  it('takes ports, paces, lines and faults', () => {
    const line =
      '--openai-port 4010 --elevenlabs-port 4011 --chat 1.5,2,0 --speech 5,6 --fault chat=cut:3 --fault models=401*2';
    const options = readOptions([...line.split(' '), '--hears', 'Hello | Tell me a story']);
    expect([options.openaiPort, options.elevenlabsPort]).toEqual([4010, 4011]);
    expect(options.pace.chat).toEqual({ firstMs: 1.5, everyMs: 2, jitter: 0 });
    expect(options.pace.speech).toEqual({ firstMs: 5, everyMs: 6, jitter: 0 });
    expect(options.hears).toEqual(['Hello', 'Tell me a story']);
    expect(options.faults).toEqual([
      { endpoint: 'chat', fault: { kind: 'cut', after: 3 }, times: 1 },
      { endpoint: 'models', fault: { kind: 'status', status: 401 }, times: 2 },
    ]);
  });

  it("takes recordings of one's own, each with its text", () => {
    const args = [
      '--recordings',
      '--recording',
      '/a/b=c.wav',
      '--text',
      'Is 1 + 1 = 2?',
      '--recording=/d.wav',
      '--text=',
    ];
    expect(readOptions(args)).toMatchObject({
      knowsRecordings: true,
      ownRecordings: [
        { name: '/a/b=c.wav', file: '/a/b=c.wav', text: 'Is 1 + 1 = 2?' },
        { name: '/d.wav', file: '/d.wav' },
      ],
    });
    expect(readOptions(args).ownRecordings![1]).not.toHaveProperty('text');
  });

  it.each([
    [['--port', '1'], /--port/],
    [['--recordings', '--recording', 'a.wav'], /Every --recording has one --text/],
    [['--recording', 'a.wav', '--text', 'Hello.'], /--recording is for --recordings/],
    [['--openai-port', '65536'], /--openai-port 65536 is not a port/],
    [['--chat', '150'], /--chat 150 is not a pace/],
    [['--chat', '150,-1'], /is not a pace/],
    [['--chat', '150,20,1.5'], /is not a pace/],
    [['--chat', '1,2,0,4'], /is not a pace/],
    [['--hears', 'Hello||Bye'], /--hears has an empty line/],
    [['--fault', 'chat'], /--fault chat: a fault is written/],
    [['--fault', 'phone=cut:1'], /--fault phone=cut:1: endpoint/],
  ])('refuses %j, and shows what is right', (args, sentence) => {
    expect(() => readOptions(args)).toThrow(sentence);
    expect(() => readOptions(args)).toThrow(/\n\nnpm run simulate -- /);
  });
});

describe('a fault in writing', () => {
  it.each([
    ['stall:0', { kind: 'stall', after: 0 }],
    ['cut:3', { kind: 'cut', after: 3 }],
    ['garbage:1', { kind: 'garbage', after: 1 }],
    ['drip:400', { kind: 'drip', everyMs: 400 }],
    ['half_open', { kind: 'half_open' }],
    ['503', { kind: 'status', status: 503 }],
    ['429:2s', { kind: 'status', status: 429, retryAfter: '2' }],
    ['429:insufficient_quota', { kind: 'status', status: 429, reason: 'insufficient_quota' }],
    ['429:rate_limit_exceeded:30s', { kind: 'status', status: 429, reason: 'rate_limit_exceeded', retryAfter: '30' }],
    ['500:in_stream', { kind: 'status', status: 500, reason: 'in_stream' }],
  ])('%s is one', (text, fault) => {
    expect(readFault(`chat=${text}`)).toEqual({ endpoint: 'chat', fault, times: 1 });
    expect(readFault(`speech=${text}*4`)).toEqual({ endpoint: 'speech', fault, times: 4 });
  });

  it.each(['stall', 'stall:', 'stall:x', 'stall:1:2', 'half_open:1', 'smoke:1', '429:2', '429:2s:why', '429:a:b', ''])(
    '%s is none',
    (text) => expect(readFault(`chat=${text}`)).toBeTypeOf('string'),
  );

  it.each([
    ['chat=200', /^fault\.status: /],
    ['chat=cut:1*0', /^times: /],
    ['cut:1', /^a fault is written/],
  ])('%s is told what is wrong with it', (text, sentence) => expect(readFault(text)).toMatch(sentence));
});

it('is told in docs/simulators.md with faults that can be set', () => {
  const docs = readFileSync(new URL('../../docs/simulators.md', import.meta.url), 'utf8');
  const rows = docs.split('\n').filter((line) => line.includes('`{"kind"'));
  expect(rows).toHaveLength(6);
  for (const row of rows) {
    const [, written = '', , json = ''] = row.split('|').map((cell) => cell.trim());
    expect(readCommand({ endpoint: 'chat', fault: JSON.parse(json.replaceAll('`', '')) })).toMatchObject({ times: 1 });
    for (const [, text] of written.matchAll(/`([^`]+)`/g)) {
      expect(readFault(`chat=${text!.replace('REASON', 'system_busy')}`), text).toBeTypeOf('object');
    }
  }
  for (const [, fault] of docs.matchAll(/--fault '?(\w+=[^\s'`]+)/g))
    expect(readFault(fault!), fault).toBeTypeOf('object');
  for (const [, posted] of docs.matchAll(/-d '([^']+)'/g))
    expect(readCommand(JSON.parse(posted!))).toBeTypeOf('object');
});
