/**
 * Vendors on a free port of loopback that give everybody the same: enough of what OpenAI and ElevenLabs say for our own
 * clients to read it. They are there for the moment of a rehearsal, and have nothing to do with the simulators.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type WebSocket, WebSocketServer } from 'ws';
import { msToSamples, pcmBytes } from '../audio/pcm.js';

export interface CannedVendors {
  readonly url: string;
  close(): void;
}

const QUESTION = 'Is the lamp lit?';
const ANSWER = 'Yes, with pleasure. The lamp is lit.';
/** Of each letter. */
const LETTER_MS = 10;
/** Of a message; a phrase has some hundred letters. Anybody on this machine may write to the port. */
const MOST_BYTES = 16_384;

/** `host`: an address of this machine that nobody outside of it reaches. */
export async function openCannedVendors(host = '127.0.0.1'): Promise<CannedVendors> {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  const sockets = new WebSocketServer({ server, maxPayload: MOST_BYTES });
  // It repeats what goes wrong with the server, which is told below.
  sockets.on('error', () => {});
  sockets.on('connection', speak);
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close() {
      for (const client of sockets.clients) client.terminate();
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const { url = '' } = request;
  if (url.endsWith('/chat/completions')) {
    const pieces = (ANSWER.match(/\s*\S+/g) ?? []).map((content) => ({ index: 0, delta: { content } }));
    stream(response, [...pieces, { index: 0, delta: {}, finish_reason: 'stop' }].map(chunkOf));
  } else if (url.endsWith('/audio/transcriptions') && /name="stream"\s+true/.test(body)) {
    stream(response, [{ type: 'transcript.text.done', text: QUESTION }]);
  } else {
    // A list of models, or whatever else is asked, is as short.
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ text: QUESTION, data: [] }));
  }
}

const chunkOf = (choice: object) => ({ object: 'chat.completion.chunk', choices: [choice] });

function stream(response: ServerResponse, events: readonly object[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events) response.write(`data: ${JSON.stringify(event)}\n\n`);
  response.end('data: [DONE]\n\n');
}

function speak(socket: WebSocket): void {
  socket.on('error', () => {});
  socket.on('message', (data) => {
    try {
      say(socket, String(data));
    } catch {
      // It is none of our clients.
      socket.terminate();
    }
  });
}

/** A sound for each letter of what is said in a context, and its end. */
function say(socket: WebSocket, message: string): void {
  const { context_id: contextId, text: said = '', close_context: isOver } = JSON.parse(message);
  const chars = [...String(said)];
  if (isOver === true) socket.send(JSON.stringify({ isFinal: true, contextId }));
  if (String(said).trim() === '') return;
  const alignment = {
    chars,
    charStartTimesMs: chars.map((_, index) => index * LETTER_MS),
    charDurationsMs: chars.map(() => LETTER_MS),
  };
  const pcm = pcmBytes(new Int16Array(msToSamples(chars.length * LETTER_MS)).fill(8000));
  socket.send(JSON.stringify({ contextId, alignment, audio: Buffer.from(pcm).toString('base64') }));
}
