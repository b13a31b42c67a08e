/**
 * `npm run test:live`: whatever has a key here is given one spoken turn to do, and what it sends is held against what the
 * simulators send; whatever speaks on this machine says ten sentences. What lacks something is named.
 */
import type { Logger } from 'pino';
import { type Config, keysOf, readConfig } from '../config.js';
import { faceCandidates } from '../engines/providers/face.js';
import { llmCandidates } from '../engines/providers/llm.js';
import { sttCandidates } from '../engines/providers/stt.js';
import { ttsCandidates } from '../engines/providers/tts.js';
import { openLog } from '../observe/log.js';
import { liveSettings, type Prices } from './live-options.js';
import { type LocalVoice, proveVoices } from './live-speech.js';
import { type LiveStage, runStages } from './live-stages.js';
import { stageTable, usedLines, voiceLines, wireLines } from './live-table.js';
import { compareWires } from './live-wires.js';
import { anyAvatar, providerTools } from './provider-tools.js';
import { loadRecordings, type Question } from './questions.js';

const GOOD = 0;
const FAILED = 1;
/** Nothing has a key. */
const NOTHING = 2;

/** These are always there, and the other tests try them. A face is given what the voices have made. */
const EMBEDDED: readonly string[] = ['pocketsphinx', 'scripted', 'espeak', 'simulated', 'none'];
/** These speak and hear on this machine, once somebody has fetched their weights. */
const LOCAL_VOICES: readonly string[] = ['kokoro', 'coqui'];
const isLocalEar = ({ name }: { readonly name: string }, { WHISPER_BASE_URL }: Config): boolean =>
  name === 'whisper' && WHISPER_BASE_URL === undefined;

/** Resolves to the exit code. */
export async function live(
  root: string,
  environment: Readonly<Record<string, string | undefined>>,
  prices: Prices,
  signal: AbortSignal,
): Promise<number> {
  const config = readConfig(liveSettings(root, environment));
  const log = openLog('error', keysOf(config));
  const say = (text: string) => process.stdout.write(`${text}\n`);
  const question = loadRecordings(root).questions[0]!;
  say(`\nA spoken turn through whatever needs a key and has it: "${question.text}"\n`);
  const stages = await stagesOf(root, config, question, log, signal);
  say(stageTable(stages));
  say(usedLines(stages, prices));
  const voices = await voicesOf(root, config, log, signal);
  say(voiceLines(voices));
  const wires = await compareWires(root, config, question, log, signal);
  say(wireLines(wires));
  const outcomes = [...stages, ...voices, ...wires].map(({ outcome }) => outcome.kind);
  if (outcomes.includes('failed')) return FAILED;
  return outcomes.includes('ran') ? GOOD : NOTHING;
}

async function stagesOf(
  root: string,
  config: Config,
  question: Question,
  log: Logger,
  signal: AbortSignal,
): Promise<LiveStage[]> {
  const tools = await providerTools(root, log, signal);
  const notEmbedded = (one: { readonly name: string }) =>
    ![...EMBEDDED, ...LOCAL_VOICES].includes(one.name) && !isLocalEar(one, config);
  const candidates = {
    stt: sttCandidates(config, tools).filter(notEmbedded),
    llm: llmCandidates(config, tools, null).filter(notEmbedded),
    tts: ttsCandidates(config, tools).filter(notEmbedded),
    face: faceCandidates(config, tools).filter(notEmbedded),
    avatar: await anyAvatar(root, config),
  };
  return runStages(candidates, question, keysOf(config), { signal, log, turn: 'live' });
}

async function voicesOf(root: string, config: Config, log: Logger, signal: AbortSignal): Promise<LocalVoice[]> {
  const tools = await providerTools(root, log, signal);
  const voices = ttsCandidates(config, tools).filter(({ name }) => LOCAL_VOICES.includes(name));
  const ears = sttCandidates(config, tools).filter((candidate) => isLocalEar(candidate, config));
  return proveVoices(voices, ears, { signal, log, turn: 'live' });
}
