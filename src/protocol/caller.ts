/**
 * What a session knows of the caller at the other end: messages in, events and media out. A transport gives one.
 * Types only, so that neither side needs to know the other.
 */
import type { ClientEvent } from './client-events.js';
import type { ClientMedia } from './media.js';
import type { PartAddress, ServerEvent } from './server-events.js';

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

export interface Caller {
  readonly id: string;
  /** The model that the caller asked for by name; shown back to it, since clients compare. */
  readonly model: string;
  /** True for clients of parley.media.v1, which say how much they have played. */
  readonly reportsPlayback: boolean;
  /** False for clients that could not show pictures: then none are made. */
  readonly takesPictures: boolean;
  readonly incoming: AsyncIterable<Incoming>;
  /** Aborted when the caller has gone. */
  readonly gone: AbortSignal;
  send(event: ServerEvent): void;
  /** Audio of response number `response`, from `position` on, in whatever form this caller takes it. */
  sendAudio(address: PartAddress, response: number, position: number, samples: Int16Array): void;
  sendPicture(response: number, picture: CallerPicture): void;
}
