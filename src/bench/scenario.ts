/** What callers do, as a file says it: how many, for how long, and the script of their turns. */
import { z } from 'zod';
import type { OwnRecording } from './own-recordings.js';

/** One of the six recorded questions, each caller in an order of its own. */
export const ANY_QUESTION = 'any question';

const ms = z.int().min(0).max(600_000);
const count = z.int().min(1).max(10_000);
const level = z.number().gt(0).max(1);
const callers = z.int().min(1).max(1000);
/** A recording, or one of several. */
const names = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)], {
  error: 'must be the name of a recording, or a list of names',
});

const over = z.strictObject({
  /** How much of the answer has been played, or from where to where, as it comes. */
  afterMs: z.union([ms, z.tuple([ms, ms])], { error: 'must be milliseconds, or two: from and to' }),
  say: names.exactOptional(),
  noise: names.exactOptional(),
  /** Whether the answer must end at it. Missing: at speech it must; what noises do is only counted. */
  cuts: z.boolean().exactOptional(),
});

/** At what level the microphone hears the answer's own voice, and in how many seconds the room's answer to it fades by 60 dB. */
const echo = z.union([level, z.strictObject({ level, room: z.number().min(0.1).max(1) })], {
  error: 'must be a level up to 1, or { level, room }, the room in seconds from 0.1 to 1',
});

/** Each has one of these. */
const step = z.strictObject({
  say: names.exactOptional(),
  /** Of a quiet room, between the last voiced sample before it and the first behind it. */
  pause: ms.exactOptional(),
  type: z.string().min(1).max(10_000).exactOptional(),
  noise: names.exactOptional(),
  over: over.exactOptional(),
  echo: echo.exactOptional(),
});

const tool = z.strictObject({
  name: z.string().regex(/^[\w-]{1,64}$/, 'must be letters, digits, dashes and underscores, at most 64'),
  description: z.string().exactOptional(),
  /** What the caller answers to every call. */
  output: z.string(),
});

const plainName = z.string().regex(/^[a-z0-9-]+$/, 'must be small letters, digits and dashes');

const recording = z.strictObject({
  name: plainName,
  /** A path, from the folder of the scenario's file. */
  wav: z.string().min(1),
  /** What is said in it; missing: it is a noise. */
  text: z
    .string()
    .regex(/[\p{L}\p{N}]/u, 'must have words; a noise has no text')
    .exactOptional(),
});

const shape = z.strictObject({
  name: plainName,
  about: z.string().min(1),
  callers: callers.exactOptional(),
  turns: count.exactOptional(),
  minutes: z.number().gt(0).max(10_000).exactOptional(),
  ramp: z.strictObject({ callers: z.array(callers).min(1), turns: count }).exactOptional(),
  /** The share of its time that a caller is being answered. */
  answered: z.number().gt(0).max(0.95).exactOptional(),
  /** How loud the callers' rooms are, in dB of full scale. */
  roomDb: z.number().min(-89).max(-20).exactOptional(),
  /** After so many a caller hangs up and calls again. */
  turnsPerSession: count.exactOptional(),
  tools: z.array(tool).min(1).exactOptional(),
  /** What sessions leave in the server's heap is counted, behind so many turns of each caller that are not measured. */
  leftovers: z.strictObject({ warmUp: count }).exactOptional(),
  /** Of one's own, beside those that everybody has. */
  recordings: z.array(recording).min(1).exactOptional(),
  /** Turns that callers take by turns, each a list of steps. */
  script: z.array(z.array(step).min(1)).min(1),
});

/** As its file says it. */
export type WrittenScenario = z.infer<typeof shape>;
type WrittenRecording = z.infer<typeof recording>;
/** Read: where its own recordings lie is known, and which sounds they are. */
export interface Scenario extends Omit<WrittenScenario, 'recordings'> {
  recordings?: (WrittenRecording & OwnRecording & { readonly sha256: string })[];
}
/** As it stands in the file of a run. */
export interface ScenarioOfRun extends Omit<WrittenScenario, 'recordings'> {
  recordings?: (Omit<WrittenRecording, 'wav'> & { readonly sha256: string })[];
}
export type Step = z.infer<typeof step>;
export type TurnScript = readonly Step[];
export type Over = z.infer<typeof over>;
export type EchoStep = z.infer<typeof echo>;
export type ScenarioTool = z.infer<typeof tool>;

export const scenarioSchema = shape.superRefine((scenario, context) => {
  const wrong = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
  const { turns, minutes, ramp } = scenario;
  if ([turns, minutes, ramp].filter((each) => each !== undefined).length !== 1)
    wrong([], 'one of turns, minutes and ramp must be there, and only one');
  if ((ramp === undefined) === (scenario.callers === undefined))
    wrong(['callers'], ramp === undefined ? 'must be there' : 'is for scenarios without a ramp, which has its own');
  if (ramp !== undefined && scenario.leftovers !== undefined) wrong(['leftovers'], 'is for scenarios without a ramp');
  if (ramp?.callers.some((each, at) => at > 0 && each <= ramp.callers[at - 1]!))
    wrong(['ramp', 'callers'], 'must grow from step to step');
  scenario.recordings?.forEach(({ name }, at, all) => {
    if (all.findIndex((each) => each.name === name) < at) wrong(['recordings', at, 'name'], `"${name}" is there twice`);
  });
  scenario.script.forEach((turn, index) => {
    turn.forEach((each, at) => {
      const complaint = stepComplaint(each);
      if (complaint !== null) wrong(['script', index, at], complaint);
    });
    const complaint = turnComplaint(turn);
    if (complaint !== null) wrong(['script', index], complaint);
  });
});

function stepComplaint(step: Step): string | null {
  if (Object.keys(step).length !== 1) return 'must have one of say, pause, type, noise, over, echo, and only one';
  if (step.over === undefined) return null;
  const { say, noise, afterMs } = step.over;
  if ((say === undefined) === (noise === undefined)) return 'over must have say or noise, and only one of them';
  return typeof afterMs === 'object' && afterMs[0] > afterMs[1] ? 'afterMs must be from and to' : null;
}

function turnComplaint(turn: TurnScript): string | null {
  const utterance = turn.filter(({ over, echo }) => over === undefined && echo === undefined);
  const said = utterance.filter(({ say }) => say !== undefined);
  const typed = utterance.filter(({ type }) => type !== undefined);
  if (typed.length > 1 || (typed.length === 1 && utterance.length > 1)) return 'what is typed stands by itself';
  if (typed.length === 0 && said.length === 0) return 'something must be said or typed';
  const isBetween = utterance.every(
    ({ pause }, at) => pause === undefined || (isSound(utterance[at - 1]) && isSound(utterance[at + 1])),
  );
  if (!isBetween) return 'a pause stands between two things that are heard';
  const firstOver = turn.findIndex(({ over }) => over !== undefined);
  const isLast = firstOver < 0 || turn.slice(firstOver).every(({ over, echo }) => over ?? echo);
  return isLast ? null : 'what is heard over the answer stands behind what is answered';
}

const isSound = (step: Step | undefined) => step?.say !== undefined || step?.noise !== undefined;

/** Every name of a recording that a scenario has, with its place. */
export function namesIn({
  script,
}: Pick<WrittenScenario, 'script'>): { place: string; kind: 'say' | 'noise'; name: string }[] {
  return script.flatMap((turn, index) =>
    turn.flatMap((step, at) =>
      [step, step.over ?? {}].flatMap((holder: Pick<Over, 'say' | 'noise'>, depth) =>
        (['say', 'noise'] as const).flatMap((kind) =>
          listOf(holder[kind]).map((name) => ({
            place: `script[${index}][${at}]${depth === 0 ? '' : '.over'}.${kind}`,
            kind,
            name,
          })),
        ),
      ),
    ),
  );
}

/** Its recordings are told by their sounds: where they lay is nobody's business, and no difference between two runs. */
export function written({ recordings, ...rest }: Scenario): ScenarioOfRun {
  if (recordings === undefined) return rest;
  return { ...rest, recordings: recordings.map(({ file: _, wav: __, ...each }) => each) };
}

export const listOf = (names: string | readonly string[] | undefined): readonly string[] =>
  names === undefined ? [] : typeof names === 'string' ? [names] : names;
