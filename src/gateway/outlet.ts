/**
 * Everything that leaves through one socket. Control and audio always leave; pictures are the first thing that a slow
 * reader goes without, and one who stays slow is let go with a code.
 */
import { randomUUID } from 'node:crypto';
import type WebSocket from 'ws';
import { FRAME_SAMPLES, pcmBytes } from '../audio/pcm.js';
import { ParleyError } from '../errors.js';
import type { Caller } from '../protocol/caller.js';
import { encodeMedia } from '../protocol/media.js';
import type { ServerEvent } from '../protocol/server-events.js';

/** A second of speech with its pictures is about 150 KB: half a second unread, and pictures are no help any more. */
const PICTURES_UNTIL_BYTES = 64 * 1024;
const SLOW_BYTES = 256 * 1024;
const SLOW_MS = 2000;
/** No answer needs this much at once; whoever lets it pile up is not given 2 s of it. */
const MOST_BYTES = 32 * 1024 * 1024;

export interface Outlet extends Pick<Caller, 'send' | 'sendAudio' | 'sendPicture'> {
  /** The last event there will be; whatever is sent after it is dropped. */
  sendLast(event: ServerEvent): void;
}

/** `binary`: the client speaks parley.media.v1. `onSlow` is told when the reader has been too slow too long. */
export function createOutlet(
  socket: WebSocket,
  binary: boolean,
  now: () => number,
  onSlow: (error: ParleyError) => void,
): Outlet {
  let slowSince: number | null = null;
  let over = false;
  let events = 0;
  const prefix = `event_${randomUUID().slice(0, 8)}_`;

  const watch = () => {
    if (socket.bufferedAmount <= SLOW_BYTES) slowSince = null;
    else if (socket.bufferedAmount > MOST_BYTES) onSlow(new ParleyError('slow_client'));
    else if (slowSince === null) slowSince = now();
    else if (now() - slowSince > SLOW_MS) onSlow(new ParleyError('slow_client'));
  };
  const write = (data: string | Uint8Array) => {
    if (over || socket.readyState !== socket.OPEN) return;
    socket.send(data);
    watch();
  };
  const written = (event: ServerEvent) => {
    events += 1;
    return JSON.stringify({ event_id: prefix + events, ...event });
  };
  const send = (event: ServerEvent) => write(written(event));
  return {
    send,
    sendLast(event) {
      if (over) return;
      over = true;
      if (socket.readyState === socket.OPEN) socket.send(written(event));
    },
    sendAudio(address, response, position, samples) {
      const pcm = pcmBytes(samples);
      if (binary) return write(encodeMedia({ kind: 'audio', response, position, pcm }));
      send({ type: 'response.output_audio.delta', ...address, delta: Buffer.from(pcm).toString('base64') });
    },
    sendPicture(response, { index, base, patch }) {
      if (!binary || socket.bufferedAmount > PICTURES_UNTIL_BYTES) return;
      const place = patch?.place ?? { x: 0, y: 0, width: 0, height: 0 };
      const jpeg = patch?.jpeg ?? new Uint8Array(0);
      write(encodeMedia({ kind: 'patch', response, position: index * FRAME_SAMPLES, base, place, jpeg }));
    },
  };
}
