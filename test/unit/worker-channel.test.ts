import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ParleyError } from '../../src/errors.js';
import { type Chunk, type FromWorkerProcess, openChannel } from '../../src/workers/channel.js';
import { encodeFrame, FrameDecoder } from '../../src/workers/frames.js';
import type { LinkEnd } from '../../src/workers/link.js';
import { type FromWorker, parseToWorker, type ToWorker } from '../../src/workers/messages.js';

/** A channel and, in place of a worker, the test: it reads what the channel sends and answers by hand. */
function rig({ highWaterMark = 64 * 1024 } = {}) {
  const toWorker = new PassThrough({ highWaterMark });
  const fromWorker = new PassThrough();
  const processMessages: FromWorkerProcess[] = [];
  const ends: LinkEnd[] = [];
  const channel = openChannel(
    { to: toWorker, from: fromWorker },
    { process: (message) => processMessages.push(message), over: (end) => ends.push(end) },
  );
  const decoder = new FrameDecoder();
  const sent: ToWorker[] = [];
  return {
    channel,
    processMessages,
    ends,
    toWorker,
    fromWorker,
    send: (message: FromWorker, body?: Uint8Array) => fromWorker.write(encodeFrame(message, body)),
    /** What the channel has sent since the last look. */
    async heard(): Promise<ToWorker[]> {
      await settled();
      for (let bytes = toWorker.read(); bytes !== null; bytes = toWorker.read()) {
        for (const frame of decoder.push(bytes)) sent.push(parseToWorker(frame));
        await settled();
      }
      return sent.splice(0);
    },
  };
}

/** Until everything that can happen by itself has happened: streams and promises pass things on in a few rounds. */
async function settled() {
  for (let round = 0; round < 10; round += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A signal that never aborts, a new one for each stream: a shared one would count as a leak of listeners. */
const never = () => new AbortController().signal;
const empty = new Uint8Array(0);
const code = (error: unknown) => (error instanceof ParleyError ? error.code : error);
const chunkOf = (index: number): Chunk => ({ data: { index }, body: empty });
const indices = (chunks: Chunk[]) => chunks.map(({ data }) => data.index);

async function collect(output: AsyncIterable<Chunk>): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of output) chunks.push(chunk);
  return chunks;
}

describe('a stream', () => {
  it('opens, sends its input as it is granted, and gives the output', async () => {
    const { channel, send, heard } = rig();
    async function* input() {
      for (let index = 0; index < 5; index += 1) yield chunkOf(index);
    }
    const output = collect(channel.open({ method: 'm', params: { a: 1 }, input: input(), signal: never(), credit: 4 }));
    const place = { stream: 0, generation: 1 };
    expect(await heard()).toEqual([{ type: 'open', ...place, method: 'm', params: { a: 1 }, credit: 4 }]);
    send({ type: 'credit', ...place, chunks: 2 });
    expect(await heard()).toEqual([0, 1].map((index) => ({ type: 'chunk', ...place, data: { index } })));
    send({ type: 'credit', ...place, chunks: 8 });
    expect((await heard()).map(({ type }) => type)).toEqual(['chunk', 'chunk', 'chunk', 'end']);
    send({ type: 'chunk', ...place, data: { index: 7 } }, new Uint8Array([1, 2]));
    send({ type: 'chunk', ...place });
    send({ type: 'end', ...place });
    expect(await output).toEqual([
      { data: { index: 7 }, body: new Uint8Array([1, 2]) },
      { data: {}, body: empty },
    ]);
    // It was over before the reader took anything: nothing more is granted to it.
    expect(await heard()).toEqual([]);
  });

  it('without input says so at once', async () => {
    const { channel, heard } = rig();
    void collect(channel.open({ method: 'm', params: {}, signal: never() })).catch(() => {});
    expect((await heard()).map(({ type }) => type)).toEqual(['open', 'end']);
  });

  it('grants output only as the reader really takes it', async () => {
    const { channel, send, heard, ends } = rig();
    const place = { stream: 0, generation: 1 };
    const output = channel.open({ method: 'm', params: {}, signal: never(), credit: 2 });
    const first = output.next();
    await heard();
    send({ type: 'chunk', ...place, data: { index: 0 } });
    send({ type: 'chunk', ...place, data: { index: 1 } });
    expect((await first).value).toEqual(chunkOf(0));
    expect(await heard()).toEqual([{ type: 'credit', ...place, chunks: 1 }]);
    expect((await output.next()).value).toEqual(chunkOf(1));
    expect(await heard()).toEqual([{ type: 'credit', ...place, chunks: 1 }]);
    for (let index = 2; index < 5; index += 1) send({ type: 'chunk', ...place, data: { index } });
    await settled();
    expect(ends).toEqual([{ kind: 'broken', why: 'a chunk beyond the credit that was granted' }]);
    await expect(output.next()).rejects.toMatchObject({ code: 'worker_broken' });
  });

  it('is not held up by another one that nobody reads', async () => {
    const { channel, send, heard } = rig();
    const stalled = channel.open({ method: 'm', params: {}, signal: never(), credit: 2 });
    void stalled.next();
    const lively = collect(channel.open({ method: 'm', params: {}, signal: never(), credit: 2 }));
    await heard();
    for (let index = 0; index < 2; index += 1) send({ type: 'chunk', stream: 0, generation: 1, data: { index } });
    for (let index = 0; index < 9; index += 1) {
      send({ type: 'chunk', stream: 1, generation: 1, data: { index } });
      await settled();
    }
    send({ type: 'end', stream: 1, generation: 1 });
    expect(indices(await lively)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('gives the chunks in front of an error, then the error', async () => {
    const { channel, send, heard } = rig();
    const place = { stream: 0, generation: 1 };
    const output = channel.open({ method: 'm', params: {}, signal: never() });
    const first = output.next();
    await heard();
    send({ type: 'chunk', ...place, data: { index: 0 } });
    send({ type: 'chunk', ...place, data: { index: 1 } });
    send({ type: 'error', ...place, code: 'deadline', message: 'took too long', retryable: true });
    expect((await first).value).toEqual(chunkOf(0));
    expect((await output.next()).value).toEqual(chunkOf(1));
    await expect(output.next()).rejects.toMatchObject({ code: 'deadline', message: 'took too long' });
  });

  it.each([
    [true, 'engine_failed'],
    [false, 'internal'],
  ] as const)('puts a code of the engine itself into the message (retryable: %s)', async (retryable, expected) => {
    const { channel, send, heard } = rig();
    const output = collect(channel.open({ method: 'm', params: {}, signal: never() }));
    await heard();
    send({ type: 'error', stream: 0, generation: 1, code: 'toString', message: 'why', retryable });
    await expect(output).rejects.toMatchObject({ code: expected, message: 'toString: why' });
  });
});

describe('leaving a stream', () => {
  it('ends at once with the reason of the signal, cancels, and drops what comes late', async () => {
    const { channel, send, heard, ends } = rig();
    const turn = new AbortController();
    const output = channel.open({ method: 'm', params: {}, signal: turn.signal });
    const first = output.next();
    await heard();
    send({ type: 'chunk', stream: 0, generation: 1, data: { index: 0 } });
    send({ type: 'chunk', stream: 0, generation: 1, data: { index: 1 } });
    await first;
    turn.abort(new ParleyError('barge_in'));
    expect(await heard()).toEqual([{ type: 'cancel', stream: 0, generation: 1 }]);
    expect(code(await output.next().catch((error) => error))).toBe('barge_in');

    const next = collect(channel.open({ method: 'm', params: {}, signal: never() }));
    expect(await heard()).toMatchObject([{ type: 'open', stream: 0, generation: 2 }, { type: 'end' }]);
    send({ type: 'chunk', stream: 0, generation: 1, data: { index: 2 } });
    send({ type: 'error', stream: 0, generation: 1, code: 'deadline', message: 'late', retryable: true });
    send({ type: 'end', stream: 0, generation: 1 });
    send({ type: 'chunk', stream: 0, generation: 2, data: { index: 100 } });
    send({ type: 'end', stream: 0, generation: 2 });
    expect(indices(await next)).toEqual([100]);
    expect(ends).toEqual([]);
  });

  it('wakes a reader who waits', async () => {
    const { channel, heard } = rig();
    const turn = new AbortController();
    const waiting = channel.open({ method: 'm', params: {}, signal: turn.signal }).next();
    await heard();
    turn.abort(new ParleyError('client_gone'));
    await expect(waiting).rejects.toMatchObject({ code: 'client_gone' });
  });

  it('yields nothing after an abort, even from chunks behind an end', async () => {
    const { channel, send, heard } = rig();
    const turn = new AbortController();
    const output = channel.open({ method: 'm', params: {}, signal: turn.signal });
    const first = output.next();
    await heard();
    for (let index = 0; index < 3; index += 1) send({ type: 'chunk', stream: 0, generation: 1, data: { index } });
    send({ type: 'end', stream: 0, generation: 1 });
    await first;
    await settled();
    turn.abort(new ParleyError('barge_in'));
    await expect(output.next()).rejects.toMatchObject({ code: 'barge_in' });
  });

  it('sends nothing if the signal was aborted before', async () => {
    const { channel, heard } = rig();
    const gone = AbortSignal.abort(new ParleyError('client_gone'));
    await expect(collect(channel.open({ method: 'm', params: {}, signal: gone }))).rejects.toMatchObject({
      code: 'client_gone',
    });
    expect(await heard()).toEqual([]);
  });

  it('by a break of the loop cancels too, and stops reading the input', async () => {
    const { channel, send, heard } = rig();
    let closed = false;
    async function* input() {
      try {
        for (let index = 0; ; index += 1) yield chunkOf(index);
      } finally {
        closed = true;
      }
    }
    const reader = (async () => {
      for await (const chunk of channel.open({ method: 'm', params: {}, input: input(), signal: never() }))
        return chunk;
      return undefined;
    })();
    await heard();
    send({ type: 'credit', stream: 0, generation: 1, chunks: 2 });
    await heard();
    send({ type: 'chunk', stream: 0, generation: 1, data: { index: 5 } });
    expect(await reader).toEqual(chunkOf(5));
    expect(await heard()).toEqual([{ type: 'cancel', stream: 0, generation: 1 }]);
    expect(closed).toBe(true);
  });

  it('by an input that throws ends with its error', async () => {
    const { channel, send, heard } = rig();
    // biome-ignore lint/correctness/useYield: an input that fails before its first chunk
    async function* input(): AsyncGenerator<Chunk> {
      throw new ParleyError('tts_failed');
    }
    const output = collect(channel.open({ method: 'm', params: {}, input: input(), signal: never() }));
    const failed = expect(output).rejects.toMatchObject({ code: 'tts_failed' });
    await heard();
    send({ type: 'credit', stream: 0, generation: 1, chunks: 1 });
    await failed;
    expect(await heard()).toEqual([{ type: 'cancel', stream: 0, generation: 1 }]);
  });
});

describe('what does not fit', () => {
  it('ends the one stream that asked for it, and the worker sees nothing of it', async () => {
    const { channel, send, heard } = rig();
    const text = 'x'.repeat(70_000);
    await expect(collect(channel.open({ method: 'm', params: { text }, signal: never() }))).rejects.toMatchObject({
      code: 'internal',
    });
    expect(await heard()).toEqual([]);
    async function* input() {
      yield { data: {}, body: new Uint8Array(2_000_000) };
    }
    const output = collect(channel.open({ method: 'm', params: {}, input: input(), signal: never() }));
    const failed = expect(output).rejects.toMatchObject({ code: 'internal' });
    expect(await heard()).toMatchObject([{ type: 'open', stream: 0, generation: 2 }]);
    send({ type: 'credit', stream: 0, generation: 2, chunks: 1 });
    await failed;
    expect(await heard()).toMatchObject([{ type: 'cancel' }]);
  });

  it.each([0, 1025, 1.5])('refuses a credit of %s', async (credit) => {
    const { channel } = rig();
    await expect(collect(channel.open({ method: 'm', params: {}, signal: never(), credit }))).rejects.toMatchObject({
      code: 'internal',
    });
  });

  it('waits with its input while the pipe is full', async () => {
    const { channel, send, toWorker } = rig({ highWaterMark: 1000 });
    let taken = 0;
    async function* input() {
      for (; taken < 100; ) {
        taken += 1;
        yield { data: {}, body: new Uint8Array(600) };
      }
    }
    void collect(channel.open({ method: 'm', params: {}, input: input(), signal: never() })).catch(() => {});
    send({ type: 'credit', stream: 0, generation: 1, chunks: 100 });
    await settled();
    expect(taken).toBeLessThan(5);
    toWorker.resume();
    await settled();
    for (let round = 0; round < 50 && taken < 100; round += 1) await settled();
    expect(taken).toBe(100);
  });

  it('has 1024 streams at most, and says so', async () => {
    const { channel, heard } = rig();
    for (let count = 0; count < 1024; count += 1) {
      channel
        .open({ method: 'm', params: {}, signal: never() })
        .next()
        .catch(() => {});
    }
    await heard();
    await expect(collect(channel.open({ method: 'm', params: {}, signal: never() }))).rejects.toMatchObject({
      code: 'at_capacity',
    });
  });
});

describe('slots', () => {
  it('are used again, so that two thousand streams after one another need one', async () => {
    const { channel, send, heard } = rig();
    for (let generation = 1; generation <= 2000; generation += 1) {
      const output = channel.open({ method: 'm', params: {}, signal: never() }).next();
      send({ type: 'end', stream: 0, generation });
      expect((await output).done).toBe(true);
    }
    const opened = (await heard()).filter((message) => message.type === 'open');
    expect(opened).toHaveLength(2000);
    expect(opened.every((message) => message.stream === 0)).toBe(true);
  });
});

describe('a broken worker', () => {
  const place = { stream: 0, generation: 1 };
  const cases: [string, Uint8Array][] = [
    ['garbage', new TextEncoder().encode('Downloading weights: 100%')],
    ['an over-long header', new Uint8Array([0, 0, 1, 1, 0, 0, 0, 0])],
    ['a message that only Parley sends', encodeFrame({ type: 'cancel', ...place })],
    ['a generation that was never opened', encodeFrame({ type: 'end', stream: 0, generation: 2 })],
    ['a slot that was never opened', encodeFrame({ type: 'end', stream: 1, generation: 1 })],
    ['more credit than there is', encodeFrame({ type: 'credit', ...place, chunks: 1024 })],
  ];
  it.each(cases)('%s fails every pending stream at once, and later ones', async (name, bytes) => {
    const { channel, fromWorker, ends, heard } = rig();
    const pending = collect(channel.open({ method: 'm', params: {}, signal: never() }));
    const failed = expect(pending).rejects.toMatchObject({ code: 'worker_broken' });
    await heard();
    if (name.startsWith('more credit')) fromWorker.write(bytes);
    fromWorker.write(bytes);
    await failed;
    expect(ends).toMatchObject([{ kind: 'broken' }]);
    await expect(collect(channel.open({ method: 'm', params: {}, signal: never() }))).rejects.toMatchObject({
      code: 'worker_broken',
    });
    expect(await heard()).toEqual([]);
  });

  it('that closes its pipe fails them as well', async () => {
    const { channel, fromWorker, ends, heard } = rig();
    const pending = collect(channel.open({ method: 'm', params: {}, signal: never() }));
    const failed = expect(pending).rejects.toMatchObject({ code: 'worker_broken' });
    await heard();
    fromWorker.end();
    await failed;
    expect(ends).toEqual([{ kind: 'closed' }]);
  });
});

it('passes on what concerns the whole worker', async () => {
  const { channel, send, heard, processMessages } = rig();
  channel.send({ type: 'ping', at: 5 });
  expect(await heard()).toEqual([{ type: 'ping', at: 5 }]);
  send({ type: 'pong', at: 5 });
  send({ type: 'error', fatal: true, code: 'worker_settings', message: 'no' });
  await settled();
  expect(processMessages.map(({ type }) => type)).toEqual(['pong', 'error']);
});
