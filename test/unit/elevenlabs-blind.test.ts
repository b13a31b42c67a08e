/**
 * A vendor whose characters cannot be followed, which the simulated one never is: it tells none, or tells them in words
 * that nobody sent. Also what the engine shows of itself on the way: headers and address.
 */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { pcmBytes } from '../../src/audio/pcm.js';
import { elevenLabsSocket } from '../../src/engines/tts/elevenlabs.js';
import { all, given } from '../contract/tts.js';
import { caller, ending, forTurn, settings, told } from './elevenlabs-fixture.js';
import { KEY } from './vendor-elevenlabs-fixture.js';

const PIECE_MS = 100;

/** Says every text in three pieces, whose samples are the number of the text. */
async function blindVendor(alignment: unknown) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: true });
  await once(server, 'listening');
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  const asked: IncomingMessage[] = [];
  const contexts: string[] = [];
  let texts = 0;
  const answer = (socket: WebSocket, message: { context_id: string; text?: string; close_context?: boolean }) => {
    const { context_id: contextId, text = '', close_context: isOver } = message;
    if (isOver === true) return socket.send(JSON.stringify({ isFinal: true, contextId }));
    if (text.trim() === '') return;
    texts += 1;
    contexts.push(contextId);
    const audio = Buffer.from(pcmBytes(new Int16Array(24 * PIECE_MS).fill(texts))).toString('base64');
    for (let piece = 0; piece < 3; piece += 1) socket.send(JSON.stringify({ audio, alignment, contextId }));
  };
  server.on('connection', (socket, request) => {
    asked.push(request);
    socket.on('message', (data) => answer(socket, JSON.parse(data.toString())));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, contexts };
}

it.each([
  ['no characters', null],
  ['characters that nobody sent', { chars: ['z', 'q'], charStartTimesMs: [0, 20], charDurationsMs: [20, 20] }],
])('a vendor that tells %s gets a context for each phrase, and none is mistaken for another', async (_, alignment) => {
  const blind = await blindVendor(alignment);
  const engine = ending(elevenLabsSocket(settings(blind.url)));
  const speech = await all(engine.run(given(['One.', 'Two.', 'Three.']), told, forTurn(caller())));
  const heard = [0, 1, 2].map((phrase) =>
    speech.filter((piece) => piece.phrase === phrase).flatMap(({ samples }) => Array.from(samples)),
  );
  expect(heard).toEqual([1, 2, 3].map((value) => Array(24 * PIECE_MS * 3).fill(value)));
  expect(speech.flatMap(({ words }) => words)).toEqual([]);
  expect(new Set(blind.contexts).size).toBe(3);
  expect(blind.asked).toHaveLength(1);
});

it('shows its key in the header and nowhere else, and packs nothing', async () => {
  const blind = await blindVendor(null);
  const engine = ending(elevenLabsSocket(settings(blind.url)));
  await all(engine.run(given(['One.']), told, forTurn()));
  const { url, headers } = blind.asked[0]!;
  expect(headers['xi-api-key']).toBe(KEY);
  expect(`${url}${JSON.stringify({ ...headers, 'xi-api-key': '' })}`).not.toContain(KEY);
  expect(headers['sec-websocket-extensions']).toBeUndefined();
});
