/**
 * The session's settings on the wire: what a client may set, and how the server shows them. Runs in browsers: no
 * imports of ours. Settings of the vendor that mean nothing here (tracing, prompt, reasoning) are kept and echoed.
 */
import { z } from 'zod';

const format = z.discriminatedUnion(
  'type',
  [
    z.object({ type: z.literal('audio/pcm'), rate: z.literal(24_000).default(24_000) }),
    z.object({ type: z.literal('audio/pcmu'), rate: z.literal(8000).optional() }),
    z.object({ type: z.literal('audio/pcma'), rate: z.literal(8000).optional() }),
  ],
  { error: 'expected {"type":"audio/pcm","rate":24000}, {"type":"audio/pcmu"} or {"type":"audio/pcma"}' },
);

/** As a client names it: what is left out stays as it was, or is the default of its type. */
const turnDetectionUpdate = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('server_vad'),
    threshold: z.number().min(0).max(1).optional(),
    prefix_padding_ms: z.int().min(0).max(5000).optional(),
    silence_duration_ms: z.int().min(0).max(20_000).optional(),
    create_response: z.boolean().optional(),
    interrupt_response: z.boolean().optional(),
    idle_timeout_ms: z.int().min(5000).max(30_000).nullable().optional(),
  }),
  z.object({
    type: z.literal('semantic_vad'),
    eagerness: z.enum(['low', 'medium', 'high', 'auto']).optional(),
    create_response: z.boolean().optional(),
    interrupt_response: z.boolean().optional(),
  }),
]);

const voice = z.union([z.string().min(1), z.object({ id: z.string().min(1) }).transform((value) => value.id)]);
/** Audio comes with its transcript, so nobody needs both. */
const modalities = z
  .array(z.enum(['audio', 'text']))
  .length(1, 'expected ["audio"], whose transcript comes with it, or ["text"]')
  .transform((one) => one as ['audio'] | ['text']);
const MOST_INSTRUCTIONS = 65_536;
const instructions = z.string().max(MOST_INSTRUCTIONS, {
  error: ({ input }) =>
    `has ${(input as string).length.toLocaleString('en')} characters; the most are ${MOST_INSTRUCTIONS.toLocaleString('en')}`,
});
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

/** Names of the beta protocol, and what the GA has in their place: whoever sends them would wait for their effect. */
const BETA_NAMES: Readonly<Record<string, string>> = {
  modalities: 'output_modalities',
  voice: 'audio.output.voice',
  speed: 'audio.output.speed',
  input_audio_format: 'audio.input.format',
  output_audio_format: 'audio.output.format',
  input_audio_transcription: 'audio.input.transcription',
  input_audio_noise_reduction: 'audio.input.noise_reduction',
  turn_detection: 'audio.input.turn_detection',
  max_response_output_tokens: 'max_output_tokens',
};

function refuseBetaNames(fields: object, context: z.RefinementCtx): void {
  const beta = Object.keys(fields).find((name) => Object.hasOwn(BETA_NAMES, name));
  if (beta === undefined) return;
  const message = `is a name of the beta protocol; GA has ${BETA_NAMES[beta]} in its place`;
  context.addIssue({ code: 'custom', path: [beta], message });
}

/** `session` of session.update: only what is named changes; null and empty values are values. */
export const sessionUpdateSchema = z
  .looseObject({
    type: z.literal('realtime', {
      error: ({ input }) =>
        input === undefined
          ? 'must be there, and be "realtime"'
          : 'expected "realtime"; sessions that only transcribe are not offered',
    }),
    model: z.string().optional(),
    instructions: instructions.optional(),
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
            turn_detection: turnDetectionUpdate.nullable().optional(),
          })
          .optional(),
        output: audioOutput.optional(),
      })
      .optional(),
  })
  .superRefine(refuseBetaNames);

/** Counted first: of 20,000 wrong pairs each would be complained of, which took 0.6 s while every other caller waited. */
const metadata = z
  .custom<object>((pairs) => typeof pairs !== 'object' || pairs === null || Object.keys(pairs).length <= 16, {
    error: 'expected at most 16 pairs',
  })
  .pipe(z.record(z.string().max(64), z.string().max(512)));

/** `response` of response.create: overrides for one response. */
export const responseOverridesSchema = z.looseObject({
  conversation: z.enum(['auto', 'none']).optional(),
  output_modalities: modalities.optional(),
  instructions: instructions.optional(),
  max_output_tokens: maxTokens.optional(),
  tools: z.array(toolSchema).max(128).optional(),
  tool_choice: toolChoiceSchema.optional(),
  audio: z.object({ output: audioOutput.optional() }).optional(),
  metadata: metadata.nullable().optional(),
});

export type SessionUpdate = z.infer<typeof sessionUpdateSchema>;
export type ResponseOverrides = z.infer<typeof responseOverridesSchema>;
export type TurnDetectionUpdate = z.infer<typeof turnDetectionUpdate>;
export type AudioFormat = z.infer<typeof format>;
export type ToolDefinition = z.infer<typeof toolSchema>;
export type ToolChoice = z.infer<typeof toolChoiceSchema>;
export type OutputModalities = z.infer<typeof modalities>;

type Whole<T> = T extends unknown ? { readonly [Key in keyof T]-?: Exclude<T[Key], undefined> } : never;
/** As the session has it: whole. */
export type TurnDetection = Whole<TurnDetectionUpdate>;

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
