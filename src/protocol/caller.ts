/**
 * What a session knows of the caller at the other end: messages in, events and media out. A transport gives one.
 * Types only, so that neither side needs to know the other.
 */
import type { ClientEvent } from './client-events.js';
import type { ClientMedia } from './media.js';
import type { PartAddress, ServerEvent } from './server-events.js';
import type { AudioFormat, SessionUpdate } from './session.js';

/** Messages that passed the transport's checks, in the order in which they came. */
export type Incoming =
  | { readonly kind: 'event'; readonly event: ClientEvent }
  | { readonly kind: 'media'; readonly media: ClientMedia };

/** Picture `index` of a response: a patch over base picture `base`, or the base picture as it is. */
export interface CallerPicture {
  readonly index: number;
  readonly base: number;
  readonly patch: {
    readonly place: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
    readonly jpeg: Uint8Array;
  } | null;
}

/** A complete JPEG. Of a response: beside its audio. Response 0: for now; `position` counts from the session's first. */
export interface WholePicture {
  readonly response: number;
  readonly position: number;
  readonly base: number;
  /** Made only for those who can take it. */
  readonly jpeg: () => Uint8Array;
}

/** One response's speech, in whatever form its caller takes it. */
export interface AudioWay {
  /** `position`: of the first sample in the response. */
  send(address: PartAddress, position: number, samples: Int16Array): void;
  /** Sends what was held back. There is no more. */
  end(address: PartAddress): void;
}

export interface Caller {
  readonly id: string;
  /** The model that the caller asked for by name; shown back to it, since clients compare. */
  readonly model: string;
  /** The id of the avatar that it asked for; null: whichever the server has. */
  readonly avatar: string | null;
  /** What its key has set beforehand; null: nothing. */
  readonly settings: SessionUpdate | null;
  /** True for clients of parley.media.v1, which say how much they have played. */
  readonly reportsPlayback: boolean;
  /** `frames`: whole ones, all the time, for clients that cannot lay a patch over a base picture. `none`: none are made. */
  readonly pictures: 'none' | 'patches' | 'frames';
  readonly incoming: AsyncIterable<Incoming>;
  /** Aborted when the caller has gone. */
  readonly gone: AbortSignal;
  send(event: ServerEvent): void;
  /** The way out for the speech of response number `response`; `format` is what its caller would like it in. */
  openAudio(response: number, format: AudioFormat): AudioWay;
  sendPicture(response: number, picture: CallerPicture): void;
  sendWholePicture(picture: WholePicture): void;
  /** Tells the caller why, and closes the connection. */
  end(reason: Error): void;
}
