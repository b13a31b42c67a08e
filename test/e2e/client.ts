/**
 * A client of parley.media.v1: it plays by the clock and reports as a real player would, and its microphone hears what a
 * test lets it hear, in real time. Without that subprotocol it is a stock client, which gets and sends base64.
 */
import { once } from 'node:events';
import WebSocket from 'ws';
import { pcmBytes } from '../../src/audio/pcm.js';
import { decodeMedia, encodeMedia, MEDIA_SUBPROTOCOL, type Media } from '../../src/protocol/media.js';
import type { ServerEvent, ServerEventOf, ServerEventType } from '../../src/protocol/server-events.js';

const SAMPLES_PER_MS = 24;
const REPORT_MS = 100;

const CHUNK_MS = 20;

interface Player {
  readonly response: number;
  readonly timer: NodeJS.Timeout;
  started: number;
  end: number | null;
  pausedAt: number | null;
}

export async function connect(url: string, protocols: string[] = ['realtime', MEDIA_SUBPROTOCOL], options = {}) {
  const socket = new WebSocket(url, protocols, options);
  const events: (ServerEvent & { event_id: string })[] = [];
  const media: (Media & { at: number })[] = [];
  const waiting: { types: readonly string[]; found: (event: ServerEvent) => void; lost: (error: Error) => void }[] = [];
  let looked = 0;
  let player: Player | null = null;

  const send = (event: object) => socket.send(JSON.stringify(event));
  const played = () => {
    if (player === null) return 0;
    const samples = Math.round(((player.pausedAt ?? performance.now()) - player.started) * SAMPLES_PER_MS);
    return player.end === null ? samples : Math.min(samples, player.end);
  };
  const report = (state: string) =>
    send({ type: 'avatar.playback', response: player?.response ?? 0, played: played(), state, base: 0 });
  const pause = () => {
    if (player === null) return;
    player.pausedAt = performance.now();
    report('paused');
  };
  const resume = () => {
    if (player?.pausedAt === null || player === null) return;
    player.started += performance.now() - player.pausedAt;
    player.pausedAt = null;
    report('playing');
  };
  const stopPlaying = (state: string) => {
    if (player === null) return;
    clearInterval(player.timer);
    report(state);
    player = null;
  };
  const startPlaying = (response: number) => {
    stopPlaying('flushed');
    const timer = setInterval(() => {
      if (player?.end !== null && played() === player?.end) stopPlaying('ended');
      else if (player?.pausedAt === null) report('playing');
    }, REPORT_MS);
    player = { response, started: performance.now(), timer, end: null, pausedAt: null };
    report('playing');
  };
  const hear = (event: ServerEvent & { event_id: string }) => {
    events.push(event);
    if (event.type === 'avatar.flush') stopPlaying('flushed');
    if (event.type === 'avatar.pause') pause();
    if (event.type === 'avatar.resume') resume();
    if (event.type === 'avatar.end' && player !== null) player.end = event.position;
    const at = waiting.findIndex(({ types }) => types.includes(event.type));
    if (at >= 0) {
      looked = events.length;
      waiting.splice(at, 1)[0]!.found(event);
    }
  };
  let microphone = 0;
  const hearMicrophone = (samples: Int16Array) => {
    const pcm = pcmBytes(samples);
    if (socket.protocol === MEDIA_SUBPROTOCOL) {
      socket.send(encodeMedia({ kind: 'microphone', position: microphone, pcm }));
    } else {
      send({ type: 'input_audio_buffer.append', audio: Buffer.from(pcm).toString('base64') });
    }
    microphone += samples.length;
  };
  socket.on('message', (data: Buffer, binary) => {
    if (!binary) return hear(JSON.parse(data.toString()));
    const frame = decodeMedia(data);
    media.push({ ...frame, at: performance.now() });
    if (frame.kind === 'audio' && frame.position === 0) startPlaying(frame.response);
  });
  const closed = once(socket, 'close').then(([code, reason]) => {
    if (player !== null) clearInterval(player.timer);
    for (const { lost, types } of waiting.splice(0)) lost(new Error(`closed with ${code} ${reason} before ${types}`));
    return { code: code as number, reason: String(reason) };
  });
  await once(socket, 'open');
  return {
    socket,
    events,
    media,
    closed,
    send,
    ask(text: string) {
      send({
        type: 'conversation.item.create',
        item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
      });
      send({ type: 'response.create' });
    },
    /** Lets the microphone hear this, in its own time; resolves when it has. */
    async speak(samples: Int16Array) {
      const began = performance.now();
      const chunk = CHUNK_MS * SAMPLES_PER_MS;
      for (let at = 0; at < samples.length && socket.readyState === socket.OPEN; at += chunk) {
        await until(began + at / SAMPLES_PER_MS);
        hearMicrophone(samples.subarray(at, at + chunk));
      }
    },
    /** The next event of one of these types that has not been waited for yet. */
    next<Type extends ServerEventType>(...types: readonly Type[]): Promise<ServerEventOf<Type>> {
      const wanted: readonly string[] = types;
      const at = events.findIndex((event, index) => index >= looked && wanted.includes(event.type));
      if (at >= 0) {
        looked = at + 1;
        return Promise.resolve(events[at] as ServerEvent as ServerEventOf<Type>);
      }
      return new Promise((found, lost) => {
        waiting.push({ types, found: found as (event: ServerEvent) => void, lost });
      });
    },
    /** The last event of this type, or the next one if there is none yet: for what may come in any order. */
    async seen<Type extends ServerEventType>(type: Type): Promise<ServerEventOf<Type>> {
      const found = events.findLast((event) => event.type === type) as ServerEvent | undefined;
      return found === undefined ? await this.next(type) : (found as ServerEventOf<Type>);
    },
    types: () => events.map((event) => event.type),
    async close() {
      socket.close();
      return await closed;
    },
  };
}

const until = (time: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, time - performance.now())));
