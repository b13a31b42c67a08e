/** The engines: those that run here are tried, those of vendors are only asked whether they have a key. */
import type { Config } from '../config.js';
import type { EndOfTurnEngine, Engine, FaceEngine, SttEngine, TtsEngine } from '../engines/contract.js';
import { faceCandidates } from '../engines/providers/face.js';
import { llmCandidates } from '../engines/providers/llm.js';
import { sttCandidates } from '../engines/providers/stt.js';
import type { ProviderTools } from '../engines/providers/tools.js';
import { ttsCandidates } from '../engines/providers/tts.js';
import { turnCandidates } from '../engines/providers/turn.js';
import type { Obstacle } from '../engines/python-environment.js';
import type { Candidate } from '../engines/resilience/line-up.js';
import type { Finding } from './findings.js';
import { localEngine } from './local-engines.js';
import { mendOf, mendWeights } from './mending.js';
import { draw, hear, judge, type Probing, speak } from './probes.js';

export interface Examining {
  readonly config: Config;
  readonly tools: ProviderTools;
  readonly probing: Probing;
  readonly tell: (progress: string) => void;
}

/** What runs here as a program of its own besides local speech, and what sets each up anew. */
const LOCAL: Readonly<Record<string, string>> = {
  pocketsphinx: 'rm -rf var/python; npm start',
  espeak: 'rm -rf node_modules; npm start',
  musetalk: 'node setup.mjs musetalk fetch',
  'turn-model': 'TURN_MODEL= (docs/hearing.md)',
};

/** Need nothing, or are tried by every start of a server. */
const PLAIN = ['none', 'drawn', 'simulated', 'scripted'];

/** `auto` asks for everything that can start. */
export const isAsked = (wanted: readonly string[], name: string): boolean =>
  wanted.includes(name) || wanted.includes('auto');

export async function services(examining: Examining): Promise<Finding[]> {
  const { config, tools } = examining;
  const speech = (name: string) => localEngine(name, tools.root, config);
  const isLocal = (name: string) =>
    name in LOCAL || (speech(name) !== null && !(name === 'whisper' && config.WHISPER_BASE_URL !== undefined));
  const mend = (name: string, says: string): string => {
    const engine = speech(name);
    return engine === null ? LOCAL[name]! : mendOf(engine, says, tools.root);
  };
  const look = async <E extends Engine<unknown>>(
    part: string,
    wanted: readonly string[],
    candidates: readonly Candidate<E>[],
    probe: (start: () => E, probing: Probing) => Promise<string>,
  ) => {
    const findings: Finding[] = [];
    for (const candidate of candidates.filter(({ name }) => !PLAIN.includes(name))) {
      const about = { part, name: candidate.name };
      const { obstacle } = candidate;
      if (obstacle !== null)
        findings.push({ ...about, ...lacking(wanted, candidate.name, enabling(candidate.name, obstacle)) });
      else if (!isLocal(candidate.name)) findings.push({ ...about, ...vendor(wanted, candidate) });
      else findings.push({ ...about, ...(await tried(wanted, candidate, probe, mend, examining)) });
    }
    return findings;
  };
  /** A command that fetches nothing where the settings lead elsewhere is no way out. */
  const enabling = (name: string, { why, enable }: Obstacle): Obstacle => {
    const engine = name === 'kokoro' ? speech(name) : null;
    // An environment the command makes, whoever has the model.
    if (engine === null || why.includes('environment')) return { why, enable };
    return { why, enable: mendWeights(engine, null) };
  };
  const nothing = async () => '';
  return [
    // Whoever names a model by its path asks for it.
    ...(await look<EndOfTurnEngine>('end of turn', ['turn-model'], await turnCandidates(config, tools), judge)),
    ...(await look<SttEngine>('recogniser', config.STT, sttCandidates(config, tools), hear)),
    ...(await look('language model', config.LLM, llmCandidates(config, tools, null), nothing)),
    ...(await look<TtsEngine>('voice', config.TTS, ttsCandidates(config, tools), speak)),
    ...(await look<FaceEngine>('face', config.FACE, faceCandidates(config, tools), draw)),
  ];
}

type Outcome = Omit<Finding, 'part' | 'name'>;

function lacking(wanted: readonly string[], name: string, { why, enable }: Obstacle): Outcome {
  const isNamed = wanted.includes(name);
  return { state: isNamed ? 'wrong' : 'absent', says: why, mend: enable, isAsked: isNamed };
}

/** Nothing is sent to it: `npm run test:live` does that. */
function vendor(wanted: readonly string[], { name, why, key }: Candidate<Engine<unknown>>): Outcome {
  const says = key === undefined ? `${why}; without a key` : `${why}; ${key.setting} is set`;
  return { state: 'well', says, mend: null, isAsked: isAsked(wanted, name) };
}

async function tried<E extends Engine<unknown>>(
  wanted: readonly string[],
  { name, start }: Candidate<E>,
  probe: (start: () => E, probing: Probing) => Promise<string>,
  mend: (name: string, says: string) => string,
  { probing, tell }: Examining,
): Promise<Outcome> {
  const about = { isAsked: isAsked(wanted, name) };
  tell(`${name} is tried`);
  try {
    return { ...about, state: 'well', says: await probe(() => start('fallback')[0]!, probing), mend: null };
  } catch (error) {
    const says = String(error instanceof Error ? error.message : error).split('\n')[0]!;
    return { ...about, state: 'wrong', says, mend: mend(name, says) };
  }
}
