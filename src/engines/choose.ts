/**
 * From settings to engines. For each job the providers that can start stand in a line: the first does the job, the others
 * take over where it fails. Who is in line, why, and what would be better stands in the start-up table.
 */
import { resolve } from 'node:path';
import { type Config, retrying } from '../config.js';
import { ParleyError } from '../errors.js';
import { orLate } from '../flow.js';
import type { Job, Observer } from '../observe/observer.js';
import type { EngineRow } from '../observe/start-table.js';
import type { EndOfTurnEngine, Engine, FaceEngine, Llm, SttEngine, TtsEngine, Vad, WorkerStats } from './contract.js';
import type { VoiceLearner } from './learnt.js';
import { faceCandidates } from './providers/face.js';
import { llmCandidates } from './providers/llm.js';
import { sttCandidates } from './providers/stt.js';
import type { ProviderTools } from './providers/tools.js';
import { ttsCandidates } from './providers/tts.js';
import { turnCandidates } from './providers/turn.js';
import { vadCandidates } from './providers/vad.js';
import { type Link, runsHere, troubleOf } from './resilience/chain.js';
import { faceChain } from './resilience/face-chain.js';
import { type KeepingTts, keepingTts } from './resilience/keeping-tts.js';
import { type Candidate, type LineUp, lineUp } from './resilience/line-up.js';
import { llmChain } from './resilience/llm-chain.js';
import { sttChain } from './resilience/stt-chain.js';
import { ttsChain } from './resilience/tts-chain.js';
import { type Watching, watchedFace, watchedLlm, watchedStt, watchedTts, watchedVad } from './resilience/watched.js';
import { findOllama } from './vendors/ollama.js';

export interface ChosenEngines {
  readonly vad: Engine<Vad>;
  /** Null: the words and the length of the pause decide. */
  readonly endOfTurn: EndOfTurnEngine | null;
  /** Null: callers can only type. */
  readonly stt: SttEngine | null;
  readonly llm: Engine<Llm>;
  readonly tts: KeepingTts | null;
  readonly face: FaceEngine | null;
  /** Told of everything that they are asked. */
  readonly observer: Observer;
}

/** How an engine is at the moment, for operators. */
export interface EngineState {
  readonly job: string;
  readonly engine: string;
  /** Null: it is well. */
  readonly trouble: string | null;
}

export interface Choice {
  readonly engines: ChosenEngines;
  /** The start-up table, as it would be now. */
  rows(): EngineRow[];
  states(): EngineState[];
  /** Jobs that nobody can do at the moment, and why. */
  troubles(): string[];
  /** What the engines' workers count. */
  workers(): WorkerStats[];
  /** Who can make voices of recordings; the first one does, unless another is asked for. */
  readonly learners: readonly VoiceLearner[];
}

/** A start waits so long for vendors to say whether they are there and take the key; then it goes on without. */
const FIRST_LOOK_MS = 3000;

export async function chooseEngines(config: Config, tools: ProviderTools, observer: Observer): Promise<Choice> {
  const lines = await lineUpAll(config, tools, observer);
  const { endOfTurn, ...needed } = lines;
  const jobs: readonly LineUp<Engine<unknown>>[] = Object.values(needed);
  // Nobody misses it who has not asked for it, and a server without it is whole.
  const all = config.TURN_MODEL === undefined ? jobs : [...jobs, endOfTurn];
  // What cannot start at all is said before anybody is waited for.
  const engines = enginesOf(lines, config, tools, observer);
  await firstLook(all);
  return {
    engines,
    rows: () => all.map((line) => line.row()),
    states: () => all.flatMap(statesOf),
    troubles: () => jobs.map(statesOf).flatMap(troubleIn),
    workers: () => all.flatMap(({ links }) => links.flatMap(({ engine }) => engine.stats?.() ?? [])),
    learners: learnersOf(lines.tts),
  };
}

/** What stays on this machine first. */
const learnersOf = ({ links }: LineUp<TtsEngine>): VoiceLearner[] =>
  links
    .flatMap(({ engine }) => engine.learner ?? [])
    .sort((one, other) => Number(other.engine === 'coqui') - Number(one.engine === 'coqui'));

interface Lines {
  readonly vad: LineUp<Engine<Vad>>;
  readonly endOfTurn: LineUp<EndOfTurnEngine>;
  readonly stt: LineUp<SttEngine>;
  readonly llm: LineUp<Engine<Llm>>;
  readonly tts: LineUp<TtsEngine>;
  readonly face: LineUp<FaceEngine>;
}

/** In the order in which they stand in the start-up table. */
async function lineUpAll(config: Config, tools: ProviderTools, observer: Observer): Promise<Lines> {
  const { log } = tools;
  const hasModel = config.OPENAI_API_KEY !== undefined || config.LLM.every((name) => name === 'scripted');
  const ollama = hasModel ? null : await findOllama();
  const vad = watched(vadCandidates(tools), watchedVad, observer);
  const endOfTurn = await turnCandidates(config, tools);
  const stt = watched(sttCandidates(config, tools), watchedStt, observer);
  const llm = watched(llmCandidates(config, tools, ollama), watchedLlm, observer);
  const tts = watched(ttsCandidates(config, tools), watchedTts, observer);
  const face = watched(faceCandidates(config, tools), watchedFace, observer);
  return {
    vad: lineUp('voice detector', config.VAD, vad, { log, isAlone: true }),
    endOfTurn: lineUp('end of turn', ['auto'], endOfTurn, { log, isAlone: true }),
    stt: lineUp('recogniser', config.STT, stt, { log }),
    llm: lineUp('language model', config.LLM, llm, { log }),
    tts: lineUp('voice', config.TTS, tts, { log }),
    face: lineUp('face', config.FACE, face, { log }),
  };
}

function enginesOf(lines: Lines, config: Config, tools: ProviderTools, observer: Observer): ChosenEngines {
  const { vad, stt, llm, tts, face } = lines;
  const { patience, idleMs } = retrying(config);
  const tookOver = (job: Job) => (from: string, to: string) => observer.tookOver(job, from, to);
  const thinking = { ...patience(config.LLM_DEADLINE), idleMs };
  const model = chained(llm.links, (links) => llmChain(links, thinking, tookOver('llm')));
  const hearing = chained(stt.links, (links) => sttChain(links, patience(config.STT_DEADLINE), tookOver('stt')));
  const voice = () => ttsChain(tts.links, patience(config.TTS_DEADLINE), tookOver('tts'));
  const animating = face.links.length === 0 ? null : faceChain(face.links);
  const folder = resolve(tools.root, config.DATA_DIR, 'lines');
  const keeping = { ...tools.byHeart, folder, manner: manner(config), log: tools.log };
  const speaking = tts.links.length === 0 ? null : keepingTts(voice(), keeping);
  return {
    vad: needed(vad.links[0]?.engine, vad, 'VAD', config.VAD),
    endOfTurn: lines.endOfTurn.links[0]?.engine ?? null,
    stt: mayLack(config.STT) ? hearing : needed(hearing, stt, 'STT', config.STT),
    llm: needed(model, llm, 'LLM', config.LLM),
    tts: mayLack(config.TTS) ? speaking : needed(speaking, tts, 'TTS', config.TTS),
    face: mayLack(config.FACE) ? animating : needed(animating, face, 'FACE', config.FACE),
    observer,
  };
}

/** The same, but their engines tell what they are asked. */
const watched = <E extends Engine<unknown>>(
  candidates: readonly Candidate<E>[],
  watch: (engine: E, watching: Watching) => E,
  observer: Observer,
): Candidate<E>[] =>
  candidates.map((candidate) => ({
    ...candidate,
    start: (place) => candidate.start(place).map((engine) => watch(engine, { service: candidate.name, observer })),
  }));

const statesOf = ({ job, links }: LineUp<Engine<unknown>>): EngineState[] =>
  links.map((link) => ({ job, engine: link.engine.name, trouble: troubleOf(link) }));

/** Of one job: a line, if none of its engines can do it. */
function troubleIn(states: readonly EngineState[]): string[] {
  if (states.length === 0 || states.some(({ trouble }) => trouble === null)) return [];
  return [`${states[0]!.job}: ${states.map(({ engine, trouble }) => `${engine}: ${trouble}`).join('; ')}`];
}

/** What a voice sounds like besides whose it is. Where it is computed, and by which Python, does not change it. */
const manner = (config: Config): string =>
  JSON.stringify(
    Object.entries(config).filter(
      ([name]) =>
        /^(ELEVENLABS|KOKORO|COQUI)_/.test(name) && !/_(API_KEY|TIMEOUT|PYTHON|DEVICE|TOS_AGREED|VOICE)$/.test(name),
    ),
  );

/** An engine that runs here and has nobody behind it looks after itself. */
function chained<E extends Engine<unknown>>(
  links: readonly Link<E>[],
  chain: (links: readonly Link<E>[]) => E,
): E | null {
  const [first] = links;
  if (first === undefined) return null;
  return links.length === 1 && runsHere(first) ? first.engine : chain(links);
}

/** Whoever names engines, and neither leaves the choice to us nor does without, is not to find out by a silent server. */
const mayLack = (wanted: readonly string[]): boolean => wanted.includes('auto') || wanted.includes('none');

function needed<E>(
  engine: E | null | undefined,
  line: LineUp<Engine<unknown>>,
  name: string,
  wanted: readonly string[],
): E {
  if (engine !== null && engine !== undefined) return engine;
  const { why, better } = line.row();
  const enabling = better.map(({ engine: one, enable }) => `${enable} enables ${one}`).join(', ');
  throw new ParleyError(
    'bad_settings',
    `${name}="${wanted.join(',')}" cannot start: ${why}. ${enabling}; or leave ${name} out.`,
  );
}

/** One after the other: a probe that waits while something is read in would be late through no fault of its own. */
async function firstLook(lines: readonly LineUp<Engine<unknown>>[]): Promise<void> {
  for (const { engine } of lines.flatMap(({ links }) => links)) await engine.load?.();
  // What runs here is only starting.
  const vendors = lines.flatMap(({ links }) => links.filter((link) => !runsHere(link)));
  const checks = vendors.map(({ breaker }) => breaker?.check());
  await orLate(Promise.all(checks), FIRST_LOOK_MS);
}
