/** One small request to every endpoint that our engines use, written by hand, to see what really comes back. */
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { HEARING_RATE } from '../audio/pcm.js';
import { wavFile } from '../audio/wav.js';
import { ParleyError } from '../errors.js';
import { type Shape, shapeOf } from './live-shape.js';

export interface Place {
  readonly baseUrl: string;
  readonly apiKey: string;
}

export interface Exchange {
  readonly endpoint: string;
  readonly ask: (signal: AbortSignal) => Promise<Shape>;
}

export interface OpenAiModels {
  readonly chat: string;
  readonly stt: string;
}

export interface ElevenLabsVoice {
  readonly voice: string;
  readonly model: string;
  readonly format: string;
}

const WORDS = 'Hello there.';

export function openAiExchanges({ baseUrl, apiKey }: Place, models: OpenAiModels, audio: Int16Array): Exchange[] {
  const headers = { authorization: `Bearer ${apiKey}` };
  const json = { ...headers, 'content-type': 'application/json' };
  const form = () => {
    const body = new FormData();
    body.set('file', new File([wavFile(audio, HEARING_RATE)], 'speech.wav', { type: 'audio/wav' }));
    body.set('model', models.stt);
    body.set('response_format', 'json');
    if (/^gpt-.*transcribe/.test(models.stt)) body.set('stream', 'true');
    return body;
  };
  const chat = {
    model: models.chat,
    messages: [{ role: 'user', content: WORDS }],
    stream: true,
    stream_options: { include_usage: true },
  };
  return [
    { endpoint: 'models', ask: (signal) => asked(`${baseUrl}/models`, { headers, signal }) },
    {
      endpoint: 'chat',
      ask: (signal) =>
        asked(`${baseUrl}/chat/completions`, { method: 'POST', headers: json, body: JSON.stringify(chat), signal }),
    },
    {
      endpoint: 'transcriptions',
      ask: (signal) => asked(`${baseUrl}/audio/transcriptions`, { method: 'POST', headers, body: form(), signal }),
    },
  ];
}

export function elevenLabsExchanges({ baseUrl, apiKey }: Place, speaking: ElevenLabsVoice): Exchange[] {
  const headers = { 'xi-api-key': apiKey };
  const speech = `${baseUrl}/v1/text-to-speech/${speaking.voice}`;
  const body = JSON.stringify({ text: WORDS, model_id: speaking.model });
  return [
    { endpoint: 'voices', ask: (signal) => asked(`${baseUrl}/v1/voices`, { headers, signal }) },
    {
      endpoint: 'speech',
      ask: (signal) =>
        asked(`${speech}/stream/with-timestamps?output_format=${speaking.format}`, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body,
          signal,
        }),
    },
    { endpoint: 'socket', ask: (signal) => conversed(speech, headers, speaking, signal) },
  ];
}

async function asked(url: string, request: RequestInit): Promise<Shape> {
  const answer = await fetch(url, { ...request, redirect: 'error' });
  const text = await answer.text();
  if (!answer.ok) throw new ParleyError('vendor_refused', `it answers ${answer.status}: ${text.slice(0, 300)}`);
  return shapeOf(answer.headers.keys(), messagesIn(text));
}

/** One JSON, one a line, or one in each server-sent event. */
function messagesIn(text: string): unknown[] {
  const whole = jsonOf(text);
  if (whole !== undefined) return [whole];
  return text.split('\n').flatMap((line) => jsonOf(line.replace(/^data: /, '')) ?? []);
}

async function conversed(
  speech: string,
  headers: Record<string, string>,
  { model, format }: ElevenLabsVoice,
  signal: AbortSignal,
): Promise<Shape> {
  const url = new URL(`${speech.replace(/^http/, 'ws')}/multi-stream-input`);
  const query = { model_id: model, output_format: format, auto_mode: 'true', sync_alignment: 'true' };
  url.search = new URLSearchParams(query).toString();
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  const names: string[] = [];
  const messages: unknown[] = [];
  socket.on('upgrade', (answer) => names.push(...Object.keys(answer.headers)));
  socket.on('message', (data) => messages.push(jsonOf(String(data))));
  const stop = () => socket.terminate();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await once(socket, 'open', { signal });
    const context = { context_id: 'live' };
    for (const message of [
      { text: ' ', ...context },
      { text: `${WORDS} `, flush: true, ...context },
      { close_context: true, ...context },
      { close_socket: true },
    ]) {
      socket.send(JSON.stringify(message));
    }
    const [code, reason] = (await once(socket, 'close', { signal })) as [number, Buffer];
    if (code !== 1000) throw new ParleyError('vendor_refused', `it closes with ${code} ${String(reason)}`.trim());
    return shapeOf(names, messages);
  } finally {
    signal.removeEventListener('abort', stop);
    socket.terminate();
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
