/**
 * What a client may say: the eleven client events of OpenAI Realtime, and `avatar.playback`, Parley's own.
 * Runs in browsers: no imports of ours.
 */
import { z } from 'zod';
import { itemSchema, referableItemSchema } from './items.js';
import { responseOverridesSchema, sessionUpdateSchema } from './session.js';

const id = z.string().min(1).max(64);
const eventId = { event_id: z.string().max(512).optional() };

/** A fresh number a second would need 136 years to leave this range; it fits the media frames' u32. */
const u32 = z.int().min(0).max(0xffff_ffff);

/** What is 10 s off is nobody's sound and picture any more. */
const skewMs = z.number().min(-10_000).max(10_000);

const event = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
  z.object({ type: z.literal(type), ...eventId, ...shape });

export const clientEventSchema = z.discriminatedUnion('type', [
  event('session.update', { session: sessionUpdateSchema }),
  event('input_audio_buffer.append', { audio: z.string() }),
  event('input_audio_buffer.commit', {}),
  event('input_audio_buffer.clear', {}),
  event('conversation.item.create', { item: itemSchema, previous_item_id: id.nullish() }),
  event('conversation.item.retrieve', { item_id: id }),
  event('conversation.item.truncate', {
    item_id: id,
    content_index: z.literal(0),
    audio_end_ms: z.int().min(0),
  }),
  event('conversation.item.delete', { item_id: id }),
  event('response.create', {
    response: responseOverridesSchema.extend({ input: z.array(referableItemSchema).max(256).optional() }).nullish(),
  }),
  event('response.cancel', { response_id: id.nullish() }),
  event('output_audio_buffer.clear', {}),
  /**
   * What the caller has really heard, every 100 ms while there is something to hear, and at every change of `state`.
   * `played` counts samples at 24 kHz of response number `response`; `base` is the base picture that is shown, `shown` the
   * position of the patch that lies on it, null for none; `av_skew` says by how many milliseconds the pictures since the
   * last report came behind their sound, less than 0 for before it. Players need not say either.
   */
  event('avatar.playback', {
    response: u32,
    played: u32,
    state: z.enum(['idle', 'buffering', 'playing', 'paused', 'flushed', 'ended']),
    base: z.int().min(0).max(0xffff),
    shown: u32.nullish(),
    av_skew: z.object({ mean: skewMs, worst: skewMs }).nullish(),
  }),
]);

export type ClientEvent = z.infer<typeof clientEventSchema>;
export type ClientEventType = ClientEvent['type'];
export type PlaybackReport = Omit<Extract<ClientEvent, { type: 'avatar.playback' }>, 'type' | 'event_id'>;

export const clientEventTypes: ReadonlySet<string> = new Set(
  clientEventSchema.options.map((option) => option.shape.type.value),
);
