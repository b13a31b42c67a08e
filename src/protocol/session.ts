/**
 * The session's settings on the wire: what a client may set, and how the server shows them. Runs in browsers: no
 * imports of ours. Settings of the vendor that mean nothing here (tracing, prompt, reasoning) are kept and echoed.
 */
import { z } from 'zod';

const format = z.union([
  z.object({ type: z.literal('audio/pcm'), rate: z.literal(24_000).default(24_000) }),
  z.object({ type: z.literal('audio/pcmu') }),
  z.object({ type: z.literal('audio/pcma') }),
]);

const turnDetection = z.union([
  z.object({
    type: z.literal('server_vad'),
    threshold: z.number().min(0).max(1).default(0.5),
    prefix_padding_ms: z.int().min(0).max(5000).default(300),
    silence_duration_ms: z.int().min(0).max(20_000).default(500),
    create_response: z.boolean().default(true),
    interrupt_response: z.boolean().default(true),
    idle_timeout_ms: z.int().min(5000).max(30_000).nullable().default(null),
  }),
  z.object({
    type: z.literal('semantic_vad'),
    eagerness: z.enum(['low', 'medium', 'high', 'auto']).default('auto'),
    create_response: z.boolean().default(true),
    interrupt_response: z.boolean().default(true),
  }),
]);

const voice = z.union([z.string().min(1), z.object({ id: z.string().min(1) }).transform((value) => value.id)]);
const modalities = z.union([z.tuple([z.literal('audio')]), z.tuple([z.literal('text')])]);
const maxTokens = z.union([z.int().min(1).max(4096), z.literal('inf')]);

export const toolSchema = z.object({
  type: z.literal('function').default('function'),
  name: z.string().min(1).max(64),
  description: z.string().optional(),
  parameters: z.unknown().optional(),
});

export const toolChoiceSchema = z.union([
  z.enum(['auto', 'none', 'required']),
  z.object({ type: z.literal('function'), name: z.string().min(1) }),
]);

const audioOutput = z.object({
  format: format.optional(),
  voice: voice.optional(),
  speed: z.number().min(0.25).max(1.5).optional(),
});

/** `session` of session.update: only what is named changes; null and empty values are values. */
export const sessionUpdateSchema = z.looseObject({
  type: z.literal('realtime'),
  model: z.string().optional(),
  instructions: z.string().max(65_536).optional(),
  output_modalities: modalities.optional(),
  max_output_tokens: maxTokens.optional(),
  tools: z.array(toolSchema).max(128).optional(),
  tool_choice: toolChoiceSchema.optional(),
  audio: z
    .object({
      input: z
        .looseObject({
          format: format.optional(),
          transcription: z
            .looseObject({
              model: z.string().optional(),
              language: z.string().optional(),
              prompt: z.string().optional(),
            })
            .nullable()
            .optional(),
          noise_reduction: z
            .object({ type: z.enum(['near_field', 'far_field']) })
            .nullable()
            .optional(),
          turn_detection: turnDetection.nullable().optional(),
        })
        .optional(),
      output: audioOutput.optional(),
    })
    .optional(),
});

/** `response` of response.create: overrides for one response. */
export const responseOverridesSchema = z.looseObject({
  conversation: z.enum(['auto', 'none']).optional(),
  output_modalities: modalities.optional(),
  instructions: z.string().max(65_536).optional(),
  max_output_tokens: maxTokens.optional(),
  tools: z.array(toolSchema).max(128).optional(),
  tool_choice: toolChoiceSchema.optional(),
  audio: z.object({ output: audioOutput.optional() }).optional(),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullable().optional(),
});

export type SessionUpdate = z.infer<typeof sessionUpdateSchema>;
export type ResponseOverrides = z.infer<typeof responseOverridesSchema>;
export type TurnDetection = z.infer<typeof turnDetection>;
export type AudioFormat = z.infer<typeof format>;
export type ToolDefinition = z.infer<typeof toolSchema>;
export type ToolChoice = z.infer<typeof toolChoiceSchema>;
export type OutputModalities = z.infer<typeof modalities>;

/** The session as the server shows it: whole, with every default filled in. */
export interface SessionSettings {
  readonly type: 'realtime';
  readonly object: 'realtime.session';
  readonly id: string;
  readonly expires_at: number;
  readonly model: string;
  readonly instructions: string;
  readonly output_modalities: OutputModalities;
  readonly max_output_tokens: number | 'inf';
  readonly tools: readonly ToolDefinition[];
  readonly tool_choice: ToolChoice;
  readonly audio: {
    readonly input: {
      readonly format: AudioFormat;
      readonly transcription: Readonly<Record<string, unknown>> | null;
      readonly noise_reduction: { readonly type: 'near_field' | 'far_field' } | null;
      readonly turn_detection: TurnDetection | null;
    };
    readonly output: { readonly format: AudioFormat; readonly voice: string; readonly speed: number };
  };
  readonly [other: string]: unknown;
}
