/** What the face is doing, from the reply that was announced and what is heard. Pure. */
import type { Heard } from './audible.js';

export const SAMPLES_PER_PICTURE = 960;

export interface AnnouncedReply {
  readonly response: number;
  /** The base picture that picture 0 lies on. */
  readonly base: number;
  /** The last picture that was due; undefined before the first sound. */
  readonly last: number | undefined;
}

export type Phase =
  | { readonly kind: 'idle' }
  /** A reply is coming: the idle clock steers to its first base picture. */
  | { readonly kind: 'awaiting'; readonly base: number }
  | { readonly kind: 'speaking'; readonly picture: number }
  /** A pause or an underrun: the head holds still, the mouth eases shut. */
  | { readonly kind: 'holding'; readonly picture: number };

export function phaseOf(reply: AnnouncedReply | undefined, heard: Heard): Phase {
  if (reply === undefined || heard.response > reply.response) return { kind: 'idle' };
  if (heard.response < reply.response) return { kind: 'awaiting', base: reply.base };
  if (heard.isSounding) return { kind: 'speaking', picture: Math.floor(heard.samples / SAMPLES_PER_PICTURE) };
  if (heard.state === 'ended' || heard.state === 'flushed' || heard.state === 'idle') return { kind: 'idle' };
  return reply.last === undefined ? { kind: 'awaiting', base: reply.base } : { kind: 'holding', picture: reply.last };
}

export const samplesInto = (heard: Heard, picture: number): number => heard.samples - picture * SAMPLES_PER_PICTURE;
