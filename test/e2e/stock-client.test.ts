import { OpenAIRealtimeWebSocket, RealtimeAgent, RealtimeSession } from '@openai/agents-realtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from './client.js';
import { type RunningServer, startServer } from './server.js';

/** The package does not export its parser; it is what silently drops an event with a missing field. */
const PARSER = '../../node_modules/@openai/agents-realtime/dist/openaiRealtimeEvents.mjs';
const { parseRealtimeEvent } = (await import(PARSER)) as {
  parseRealtimeEvent(message: { data: string }): { data: unknown; isGeneric: boolean };
};

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
});

describe('the agents SDK’s own client, with only its address changed', () => {
  it('has a typed turn answered with voice and transcript', async () => {
    const transport = new OpenAIRealtimeWebSocket({ url: server.realtime, useInsecureApiKey: true });
    const session = new RealtimeSession(new RealtimeAgent({ name: 'Ada', instructions: 'Be brief.' }), { transport });
    const errors: unknown[] = [];
    let audioBytes = 0;
    session.on('error', (error) => errors.push(error));
    transport.on('audio', ({ data }) => {
      audioBytes += data.byteLength;
    });
    const ended = new Promise<string>((resolve) => {
      session.on('agent_end', (_context, _agent, text) => resolve(text));
    });
    await session.connect({ apiKey: 'none' });
    session.sendMessage('Thank you');
    const text = await ended;
    expect(text.length).toBeGreaterThan(5);
    expect(audioBytes).toBeGreaterThan(24_000);
    expect(session.history.map((item) => item.type === 'message' && item.role)).toEqual(['user', 'assistant']);
    expect(errors).toEqual([]);
    session.close();
  });
});

describe('every event of a turn', () => {
  it('passes the agents SDK’s own parser, but for those that are ours alone', async () => {
    const client = await connect(server.realtime);
    client.ask('Tell me a story');
    await client.next('avatar.response');
    while (client.types().filter((type) => type === 'avatar.words').length < 3) await client.next('avatar.words');
    client.send({ type: 'response.cancel' });
    await client.next('conversation.item.truncated');
    const item_id = client.events.findLast((event) => event.type === 'conversation.item.truncated')!.item_id;
    client.send({ type: 'conversation.item.retrieve', item_id });
    client.send({ type: 'conversation.item.delete', item_id });
    client.send({ type: 'session.update', session: { type: 'realtime', tracing: 'auto' } });
    await client.next('session.updated');
    client.send({ type: 'response.create', response: { output_modalities: ['text'] } });
    await client.next('response.done');
    await client.close();
    const refused = client.events.filter((event) => {
      if (event.type.startsWith('avatar.')) return false;
      const { data, isGeneric } = parseRealtimeEvent({ data: JSON.stringify(event) });
      return data === null || isGeneric;
    });
    expect(refused).toEqual([]);
    expect(new Set(client.types()).size).toBeGreaterThan(18);
  });
});
