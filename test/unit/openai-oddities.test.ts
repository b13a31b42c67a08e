/** Servers that speak OpenAI's API with an accent: each of these has been seen somewhere, or will be. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LlmEvent, LlmRequest } from '../../src/engines/contract.js';
import { openAiLlm } from '../../src/engines/llm/openai.js';
import { asParleyError, errorBody, type ParleyError } from '../../src/errors.js';
import { silentLog } from '../fixtures/engines.js';
import { eventually } from '../fixtures/eventually.js';

const KEY = 'sk-proj-Qw3rty+/UiOp=ASDFgh99';
const question: LlmRequest = {
  ...{ messages: [{ role: 'user', text: 'Hello' }], tools: [], toolChoice: 'auto' },
  ...{ maxTokens: 'inf', presenter: null },
};
const forever = new AbortController().signal;

/** A model at a server that answers every chat like this, and lists these models. */
async function modelAt(answer: (response: ServerResponse) => void, models: readonly string[] = []) {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      if (request.url?.endsWith('/models')) json(response, 200, { data: models.map((id) => ({ id })) });
      else answer(response);
    });
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const engine = openAiLlm({
    ...{ name: 'openai', apiKey: KEY, baseUrl: `http://127.0.0.1:${port}/v1`, model: 'own', timeoutMs: 5000 },
    ...{ maxTokens: 150, temperature: 0.7, contextTokens: 8000 },
  });
  const ask = async (request: Partial<LlmRequest> = {}) => {
    const events: LlmEvent[] = [];
    const context = { signal: forever, log: silentLog, turn: 'resp_1' };
    for await (const event of engine.run({ ...question, ...request }, context)) events.push(event);
    return events;
  };
  const failure = async (request: Partial<LlmRequest> = {}) =>
    ask(request).then(
      (events) => expect.fail(`it answered: ${JSON.stringify(events)}`),
      (thrown: unknown) => thrown as ParleyError,
    );
  return { engine, ask, failure };
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const said = (content: string, more: object = {}) => ({ choices: [{ index: 0, delta: { content }, ...more }] });
const STOP = { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
const stopped = (reason: string) => ({ choices: [{ index: 0, delta: {}, finish_reason: reason }] });

/** As server-sent events; a string is sent as it is. `open`: the connection stays. */
const stream =
  (pieces: readonly (object | string)[], open = false) =>
  (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const piece of pieces) {
      response.write(typeof piece === 'string' ? piece : `data: ${JSON.stringify(piece)}\n\n`);
    }
    if (!open) response.end();
  };
const DONE = 'data: [DONE]\n\n';
const textOf = (events: readonly LlmEvent[]) =>
  events.flatMap((event) => (event.kind === 'text' ? [event.text] : [])).join('');

describe('errors', () => {
  it.each([
    [401, { error: { code: 401, message: 'No.' } }, 'bad_key'],
    [402, { error: { code: 402, message: 'Pay.' } }, 'quota_exceeded'],
    [429, { error: { code: 429, type: 7, message: { text: 'Slow.' } } }, 'rate_limited'],
    [400, { error: { code: 400, message: 'Too long.' } }, 'vendor_refused'],
    [503, { error: { code: 503, message: 'Loading model' } }, 'vendor_down'],
    [404, { error: 'model "own" not found, try pulling it first' }, 'unknown_model'],
    [404, { detail: 'Not Found' }, 'vendor_refused'],
    [422, { detail: [{ msg: 'field required' }] }, 'vendor_refused'],
    [404, [{ error: { code: 404, message: 'models/own is not found' } }], 'vendor_refused'],
    [404, { object: 'error', message: 'The model `own` does not exist.', code: 404 }, 'unknown_model'],
    [500, 'null', 'vendor_down'],
  ])('of status %i as %j are told apart', async (status, body, code) => {
    const { failure } = await modelAt((response) => json(response, status, body));
    expect(await failure()).toMatchObject({ code });
  });

  it('say for the log what the server said, in whatever shape', async () => {
    for (const body of [{ error: 'Out of memory' }, { detail: 'Out of memory' }, { message: 'Out of memory' }]) {
      const { failure } = await modelAt((response) => json(response, 500, body));
      expect((await failure()).message).toContain('Out of memory');
    }
  });

  it('say nothing of it to callers, least of all a key', async () => {
    const error = { message: `What is ${KEY}?`, param: KEY, code: 'odd' };
    const { failure } = await modelAt((response) => json(response, 400, { error }));
    const thrown = await failure();
    expect(JSON.stringify([errorBody(thrown, null), thrown.message, thrown.param])).not.toContain(KEY.slice(0, 16));
    expect(errorBody(thrown, null).param).toBeNull();
    const foreign = asParleyError(new TypeError('x is not a function'), 'engine_failed');
    expect(errorBody(foreign, null).message).toBe('An engine failed while it was answering.');
  });

  it.each([
    ['an error after a 200', { error: { message: 'no credits', code: 402 } }, 'quota_exceeded'],
    ['an error without a status', { error: { message: 'broken' } }, 'vendor_down'],
    ['a whole answer at once', { choices: [{ message: { content: 'Hello' } }] }, 'vendor_broken'],
  ])('are found in %s', async (_, body, code) => {
    const { failure } = await modelAt((response) => json(response, 200, body));
    expect(await failure()).toMatchObject({ code });
  });

  it('are found in a page for browsers, and in a server that has moved', async () => {
    const page = await modelAt((response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html></html>');
    });
    expect(await page.failure()).toMatchObject({ code: 'vendor_broken' });
    const moved = await modelAt((response) => {
      response.writeHead(307, { location: 'https://new.example.org/v1/chat' }).end();
    });
    const failure = await moved.failure();
    expect(failure).toMatchObject({ code: 'vendor_refused' });
    expect(failure.message).toContain('new.example.org');
  });

  it.each([
    [[said('Once'), { error: { message: 'no credits', code: 402 } }], 'quota_exceeded'],
    [[said('Once'), { object: 'error', message: 'out of memory' }], 'vendor_down'],
    [[said('Once')], 'connection_cut'],
    [['data: 7\n\n'], 'vendor_broken'],
  ])('in a stream, as %j, end the answer', async (pieces, code) => {
    const { failure } = await modelAt(stream(pieces));
    expect(await failure()).toMatchObject({ code });
  });

  it('about the model stand in the next probe, and are forgotten by the one after', async () => {
    const refusal = { error: { message: 'The model `own` does not exist', code: 'model_not_found' } };
    const { engine, failure } = await modelAt((response) => json(response, 404, refusal), ['other']);
    await expect(engine.probe!(forever)).resolves.toBeUndefined();
    expect(await failure()).toMatchObject({ code: 'unknown_model' });
    await expect(engine.probe!(forever)).rejects.toMatchObject({ code: 'unknown_model' });
    await expect(engine.probe!(forever)).resolves.toBeUndefined();
    const woken = await modelAt((response) => json(response, 404, refusal), ['other']);
    await woken.engine.load!();
    // A probe does not wait for ever for the one who is being woken: then the next one tells.
    await eventually(() => expect(woken.engine.probe!(forever)).rejects.toMatchObject({ code: 'unknown_model' }));
  });
});

describe('an answer', () => {
  it.each([
    ['has said [DONE] and no reason', [said('Hello.'), DONE], false],
    ['keeps the connection behind [DONE]', [said('Hello.'), DONE], true],
    ['keeps the connection behind its reason', [said('Hello.'), STOP], true],
    [
      'keeps the connection in silence',
      [': ping\n\n', 'data:\n\n', 'event: ping\ndata: \n\n', said('Hello.'), STOP],
      false,
    ],
    ['ends its lines as old Macs do', [`data: ${JSON.stringify(said('Hello.'))}\r\r`, 'data: [DONE]\r\r'], false],
    ['has no last line', [said('Hello.'), `data: ${JSON.stringify(STOP)}`], false],
    ['has pieces of nothing', [{ choices: [null] }, { choices: null }, {}, said('Hello.'), STOP], false],
    ['is one of several', [said('Hello.'), { choices: [{ index: 1, delta: { content: 'EVIL' } }] }, STOP], false],
    ['has odd pieces of functions', [{ choices: [{ delta: { tool_calls: [null, 7] } }] }, said('Hello.'), STOP], false],
  ])('is whole where its server %s', async (_, pieces, open) => {
    const { ask } = await modelAt(stream(pieces, open));
    expect(textOf(await ask())).toBe('Hello.');
  });

  it.each([
    ['no text', [STOP, DONE], 'vendor_broken'],
    ['blanks', [said(' \n'), said(' '), STOP], 'vendor_broken'],
    ['nothing but thoughts', [said('<think>Hm.'), STOP], 'vendor_broken'],
    ['all of it filtered out', [stopped('content_filter')], 'content_refused'],
    ['its tokens used up by thinking', [stopped('length')], 'vendor_refused'],
  ])('with %s is none', async (_, pieces, code) => {
    const { failure } = await modelAt(stream(pieces));
    expect(await failure()).toMatchObject({ code });
  });

  it('of no words is what a caller gets who has asked for so few tokens', async () => {
    const { ask } = await modelAt(stream([stopped('length')]));
    expect(await ask({ maxTokens: 1 })).toContainEqual({ kind: 'cut', reason: 'max_output_tokens' });
  });

  it.each([
    [['<think>It is noon.</think>Noon.']],
    [['\n<th', 'ink>It < 7, or </th', 'ought?</thi', 'nk>\n\n', '<think></think>', 'Noon.']],
    [['  Noon', '.']],
  ])('is told without thoughts: %j', async (pieces) => {
    const { ask } = await modelAt(stream([...pieces.map((piece) => said(piece)), STOP]));
    expect(textOf(await ask())).toBe('Noon.');
  });

  it('keeps what only looks like thoughts', async () => {
    const { ask } = await modelAt(stream([said('<'), said('3 <think> is a mark.'), STOP]));
    expect(textOf(await ask())).toBe('<3 <think> is a mark.');
  });

  it('calls functions however they are written', async () => {
    const piece = (call: object) => ({ choices: [{ index: 0, delta: { tool_calls: [call] } }] });
    const pieces = [
      piece({ index: 0, id: 'call_0', function: { name: 'get_weather', arguments: '' } }),
      piece({ index: 0, id: 'call_0', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } }),
      piece({ index: 1, id: 'call_0', function: { name: 'get_time', arguments: { city: 'Rome' } } }),
      stopped('tool_calls'),
    ];
    const { ask } = await modelAt(stream(pieces));
    const calls = (await ask()).flatMap((event) => (event.kind === 'tool_call' ? [event] : []));
    expect(calls).toMatchObject([
      { name: 'get_weather', arguments: '{"city":"Oslo"}' },
      { name: 'get_time', arguments: '{"city":"Rome"}' },
    ]);
    expect(new Set(calls.map(({ callId }) => callId)).size).toBe(2);
  });
});
