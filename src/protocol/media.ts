/**
 * The binary frames of the subprotocol parley.media.v1, for both ends. docs/protocol.md has the byte table and a worked
 * example, and a test holds the two together. Runs in browsers: no Buffer, no imports of ours.
 *
 * All numbers are little endian. `position` counts samples at 24 kHz from the start of the response (or, for the
 * microphone, from the start of the session): audio and pictures share it, so that either may arrive alone or late.
 */

export const MEDIA_SUBPROTOCOL = 'parley.media.v1';

const MAGIC = 0x50; // "P"
const HEADER = 12;
const PATCH_HEADER = HEADER + 12;
/** Over this no frame makes sense: 15 MiB is also what the gateway reads at most. */
const MAX_BYTES = 15 * 1024 * 1024;

const KIND = { audio: 1, patch: 2, picture: 3, microphone: 16 } as const;

/** What the server sends. `response` is the number that avatar.response announced; drop what carries an older one. */
export type ServerMedia =
  | { kind: 'audio'; response: number; position: number; pcm: Uint8Array }
  | {
      kind: 'patch';
      response: number;
      position: number;
      /** The base picture that is shown at this position. */
      base: number;
      /** Where the JPEG lies on it; both are 0 and the JPEG empty when the base picture is shown as it is. */
      place: { x: number; y: number; width: number; height: number };
      jpeg: Uint8Array;
    }
  | { kind: 'picture'; response: number; position: number; base: number; jpeg: Uint8Array };

/** What a client sends. */
export type ClientMedia = { kind: 'microphone'; position: number; pcm: Uint8Array };

export type Media = ServerMedia | ClientMedia;

export class MediaFormatError extends Error {
  override name = 'MediaFormatError';
}

export function encodeMedia(media: Media): Uint8Array {
  switch (media.kind) {
    case 'audio':
      return withHeader(HEADER, KIND.audio, media.response, media.position, media.pcm).bytes;
    case 'microphone':
      return withHeader(HEADER, KIND.microphone, 0, media.position, media.pcm).bytes;
    case 'picture': {
      const { bytes, view } = withHeader(PATCH_HEADER, KIND.picture, media.response, media.position, media.jpeg);
      view.setUint16(12, media.base, true);
      return bytes;
    }
    case 'patch': {
      const { bytes, view } = withHeader(PATCH_HEADER, KIND.patch, media.response, media.position, media.jpeg);
      view.setUint16(12, media.base, true);
      view.setUint16(14, media.place.x, true);
      view.setUint16(16, media.place.y, true);
      view.setUint16(18, media.place.width, true);
      view.setUint16(20, media.place.height, true);
      return bytes;
    }
  }
}

/** Reads one binary frame. The payload is a view of `bytes`, not a copy. Throws MediaFormatError, with the reason. */
export function decodeMedia(bytes: Uint8Array): Media {
  if (bytes.byteLength < HEADER)
    throw new MediaFormatError(`${bytes.byteLength} bytes; the header alone has ${HEADER}`);
  if (bytes.byteLength > MAX_BYTES) throw new MediaFormatError(`${bytes.byteLength} bytes; at most ${MAX_BYTES}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint8(0) !== MAGIC) throw new MediaFormatError(`starts with byte ${view.getUint8(0)}, not ${MAGIC}`);
  if (view.getUint16(2, true) !== 0) throw new MediaFormatError('the reserved bytes 2 and 3 are not 0');
  const kind = view.getUint8(1);
  const response = view.getUint32(4, true);
  const position = view.getUint32(8, true);
  switch (kind) {
    case KIND.audio:
      return { kind: 'audio', response, position, pcm: pcmPayload(bytes) };
    case KIND.microphone:
      return { kind: 'microphone', position, pcm: pcmPayload(bytes) };
    case KIND.patch:
    case KIND.picture: {
      if (bytes.byteLength < PATCH_HEADER) {
        throw new MediaFormatError(`${bytes.byteLength} bytes; a picture's header alone has ${PATCH_HEADER}`);
      }
      const base = view.getUint16(12, true);
      const jpeg = bytes.subarray(PATCH_HEADER);
      if (kind === KIND.picture) return { kind: 'picture', response, position, base, jpeg };
      const place = {
        x: view.getUint16(14, true),
        y: view.getUint16(16, true),
        width: view.getUint16(18, true),
        height: view.getUint16(20, true),
      };
      return { kind: 'patch', response, position, base, place, jpeg };
    }
    default:
      throw new MediaFormatError(`kind ${kind} is not known`);
  }
}

function pcmPayload(bytes: Uint8Array): Uint8Array {
  if ((bytes.byteLength - HEADER) % 2 !== 0) throw new MediaFormatError('16-bit samples in an odd number of bytes');
  return bytes.subarray(HEADER);
}

function withHeader(headerBytes: number, kind: number, response: number, position: number, payload: Uint8Array) {
  const bytes = new Uint8Array(headerBytes + payload.byteLength);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, MAGIC);
  view.setUint8(1, kind);
  view.setUint32(4, response, true);
  view.setUint32(8, position, true);
  bytes.set(payload, headerBytes);
  return { bytes, view };
}
