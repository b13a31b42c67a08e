/** Conversation items of the Realtime protocol, as a client sends them. Runs in browsers: no imports of ours. */
import { z } from 'zod';

/** Base64 is checked where it is decoded, by the session's format; here only that it is a string. */
const base64 = z.string();
const id = z.string().min(1).max(64);

/** Longer than any prompt that a model takes; every client's conversation is kept in memory. */
const text = z.string().max(262_144);

const inputText = z.object({ type: z.literal('input_text'), text });
const inputAudio = z.object({
  type: z.literal('input_audio'),
  audio: base64.optional(),
  transcript: text.nullish(),
});
const outputText = z.object({ type: z.literal('output_text'), text });
const outputAudio = z.object({ type: z.literal('output_audio'), audio: base64.optional(), transcript: text });

const common = {
  id: id.optional(),
  object: z.literal('realtime.item').optional(),
  status: z.string().max(32).optional(),
};
const message = { ...common, type: z.literal('message') };
const parts = <Part extends z.ZodType>(part: Part) => z.array(part).min(1).max(64);

/** By `type`, then by `role`: one complaint for each mistake, and no time lost on branches that were not meant. */
export const itemSchema = z.discriminatedUnion('type', [
  z.discriminatedUnion('role', [
    z.object({ ...message, role: z.literal('system'), content: parts(inputText) }),
    z.object({
      ...message,
      role: z.literal('user'),
      content: parts(z.discriminatedUnion('type', [inputText, inputAudio])),
    }),
    z.object({
      ...message,
      role: z.literal('assistant'),
      content: parts(z.discriminatedUnion('type', [outputText, outputAudio])),
    }),
  ]),
  z.object({
    ...common,
    type: z.literal('function_call'),
    call_id: id.optional(),
    name: z.string().min(1).max(64),
    arguments: text,
  }),
  z.object({ ...common, type: z.literal('function_call_output'), call_id: id, output: text }),
]);

/** What an answer may be made from: items of its own, and those that are in the conversation already. */
export const referableItemSchema = z.discriminatedUnion('type', [
  ...itemSchema.options,
  z.object({ type: z.literal('item_reference'), id }),
]);

/** An item as a client sends it: without an id the server chooses one. */
export type ItemInput = z.infer<typeof itemSchema>;
export type ReferableItem = z.infer<typeof referableItemSchema>;

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete';

/**
 * An item as the server shows it. Every key that a client's parser wants is there, and none is null that it refuses:
 * agents-realtime throws on a user's audio part without `transcript`, and on null for `status`, `content` or `text`.
 */
export type Item = { readonly id: string; readonly object: 'realtime.item'; readonly status: ItemStatus } & (
  | { readonly type: 'message'; readonly role: 'system' | 'user' | 'assistant'; readonly content: readonly Part[] }
  | {
      readonly type: 'function_call';
      readonly call_id: string;
      readonly name: string;
      readonly arguments: string;
    }
  | { readonly type: 'function_call_output'; readonly call_id: string; readonly output: string }
);

export type Part =
  | { readonly type: 'input_text'; readonly text: string }
  | { readonly type: 'input_audio'; readonly transcript: string | null }
  | { readonly type: 'output_text'; readonly text: string }
  | { readonly type: 'output_audio'; readonly transcript: string };
