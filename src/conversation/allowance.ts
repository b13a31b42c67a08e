/** What one session may use up, and what it has used. */
import type { Engine, Llm, TtsEngine } from '../engines/contract.js';
import { tellingUsage } from '../engines/tokens.js';
import type { ReplyEngines } from './reply.js';

/** Null: as much as it likes. */
export interface SessionLimits {
  readonly turns: number | null;
  readonly minutes: number | null;
  /** That a voice is given to speak. */
  readonly characters: number | null;
  /** That a model reads and writes. */
  readonly tokens: number | null;
}

export const noLimits: SessionLimits = { turns: null, minutes: null, characters: null, tokens: null };

export interface Allowance {
  /** The engines, with what they are given and give counted. */
  readonly engines: ReplyEngines;
  /** An answer is given. */
  turn(): void;
  /** The limit that has been reached, in words; null: none. */
  reached(): string | null;
}

export function createAllowance(limits: SessionLimits, engines: ReplyEngines, now: () => number): Allowance {
  const opened = now();
  const used = { turns: 0, characters: 0, tokens: 0 };
  const is = (what: keyof SessionLimits, amount: number) => {
    const most = limits[what];
    return most !== null && amount >= most ? [`${most} ${what}`] : [];
  };
  return {
    engines: {
      ...engines,
      llm: countingLlm(engines.llm, (tokens) => {
        used.tokens += tokens;
      }),
      tts:
        engines.tts === null
          ? null
          : countingTts(engines.tts, (characters) => {
              used.characters += characters;
            }),
    },
    turn() {
      used.turns += 1;
    },
    reached: () =>
      [
        ...is('turns', used.turns),
        ...is('minutes', (now() - opened) / 60_000),
        ...is('characters', used.characters),
        ...is('tokens', used.tokens),
      ][0] ?? null,
  };
}

function countingLlm(llm: Engine<Llm>, count: (tokens: number) => void): Engine<Llm> {
  // Whoever cancels an answer has had what it cost until then.
  const run: Llm = (request, context) =>
    tellingUsage(llm.run(request, context), request, context.signal, (input, output) => count(input + output));
  return Object.create(llm, { run: { value: run } });
}

function countingTts(tts: TtsEngine, count: (characters: number) => void): TtsEngine {
  const run: TtsEngine['run'] = (phrases, options, context) => {
    const counted = async function* () {
      for await (const phrase of phrases) {
        count(phrase.text.length);
        yield phrase;
      }
    };
    return tts.run(counted(), options, context);
  };
  // What else it has may change: whoever asks for its voices asks the engine itself.
  return Object.create(tts, { run: { value: run } });
}
