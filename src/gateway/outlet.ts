/**
 * Everything that leaves through one socket. Control and audio always leave; pictures are the first thing that a slow
 * reader goes without, and one who stays slow is let go with a code.
 */
import { randomUUID } from 'node:crypto';
import { encoder } from '../audio/encoding.js';
import { FRAME_SAMPLES, pcmBytes } from '../audio/pcm.js';
import { ParleyError } from '../errors.js';
import type { Caller } from '../protocol/caller.js';
import { encodeMedia } from '../protocol/media.js';
import type { PartAddress, ServerEvent } from '../protocol/server-events.js';
import type { Outward } from './gathering.js';

/** A second of speech with its pictures is about 150 KB: half a second unread, and pictures are no help any more. */
const PICTURES_UNTIL_BYTES = 64 * 1024;
/** A third of a second of whole pictures. Audio and one more still stay below SLOW_BYTES: pictures let nobody go. */
const WHOLE_PICTURES_UNTIL_BYTES = 160 * 1024;
const SLOW_BYTES = 256 * 1024;
const SLOW_MS = 2000;
/** No answer needs this much at once; whoever lets it pile up is not given 2 s of it. */
const MOST_BYTES = 32 * 1024 * 1024;

export interface Outlet extends Pick<Caller, 'send' | 'openAudio' | 'sendPicture' | 'sendWholePicture'> {
  /** The last event there will be; whatever is sent after it is dropped. */
  sendLast(event: ServerEvent): void;
}

/** `binary`: the client speaks parley.media.v1. `onSlow` is told when the reader has been too slow too long. */
export function createOutlet(
  socket: Outward,
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
    openAudio(response, format) {
      // Binary frames carry PCM, whatever the session's format is: their positions count its samples.
      if (binary) {
        return {
          send: (_address, position, samples) =>
            write(encodeMedia({ kind: 'audio', response, position, pcm: pcmBytes(samples) })),
          end() {},
        };
      }
      const { push, flush } = encoder(format.type);
      const sendDelta = (address: PartAddress, bytes: Uint8Array) => {
        if (bytes.byteLength === 0) return;
        send({ type: 'response.output_audio.delta', ...address, delta: Buffer.from(bytes).toString('base64') });
      };
      return {
        send: (address, _position, samples) => sendDelta(address, push(samples)),
        end: (address) => sendDelta(address, flush()),
      };
    },
    sendPicture(response, { index, base, patch }) {
      if (!binary || socket.bufferedAmount > PICTURES_UNTIL_BYTES) return;
      const place = patch?.place ?? { x: 0, y: 0, width: 0, height: 0 };
      const jpeg = patch?.jpeg ?? new Uint8Array(0);
      write(encodeMedia({ kind: 'patch', response, position: index * FRAME_SAMPLES, base, place, jpeg }));
    },
    sendWholePicture({ response, position, base, jpeg: make }) {
      if (over || socket.bufferedAmount > WHOLE_PICTURES_UNTIL_BYTES) return;
      const jpeg = make();
      // One that is larger than ours must not make a slow reader of its caller either.
      const bytes = binary ? jpeg.byteLength : jpeg.byteLength * 1.4;
      if (socket.bufferedAmount > 0 && socket.bufferedAmount + bytes > SLOW_BYTES) return;
      if (binary) return write(encodeMedia({ kind: 'picture', response, position, base, jpeg }));
      const text = Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength).toString('base64');
      send({ type: 'avatar.picture', response, position, base, jpeg: text });
    },
  };
}
