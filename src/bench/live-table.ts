/** What a live run found, as a person reads it. */
import type { Prices } from './live-options.js';
import { figures, type LocalVoice, type SpokenOutcome } from './live-speech.js';
import type { LiveStage, Outcome, StageName, Used } from './live-stages.js';
import type { Wire, WireOutcome } from './live-wires.js';

/** What each stage took in the pipeline that Parley is measured against: until all of it was there. */
const SEED_MS: Readonly<Record<StageName, number>> = { transcript: 500, answer: 1000, speech: 500, pictures: 1000 };

export function stageTable(stages: readonly LiveStage[]): string {
  const head = row(['stage', 'engine', 'first ms', 'whole ms', 'seed ms'], '');
  const lines = stages.map(({ stage, engine, outcome }) => {
    const [first, whole] = outcome.kind === 'ran' ? [outcome.firstMs, outcome.wholeMs] : ['', ''];
    return row([stage, engine, `${first}`, `${whole}`, `${SEED_MS[stage]}`], remark(outcome));
  });
  return `${[head, ...lines].join('\n')}\n`;
}

function row([stage = '', engine = '', ...numbers]: readonly string[], rest: string): string {
  const columns = numbers.map((number) => number.padStart(8)).join('  ');
  return `  ${stage.padEnd(10)}  ${engine.padEnd(15)}  ${columns}  ${rest}`.trimEnd();
}

function remark(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'ran':
      return outcome.gave;
    case 'skipped':
      return `skipped: ${outcome.why}${outcome.enable === null ? '' : `  ->  ${outcome.enable}`}`;
    case 'failed':
      return `FAILED: ${outcome.code}: ${outcome.why}`;
  }
}

/** Nothing where nothing was tried and nothing is missing. */
export function voiceLines(voices: readonly LocalVoice[]): string {
  if (voices.length === 0) return '';
  const lines = voices.map(({ engine, outcome }) => `  ${engine.padEnd(10)}  ${spoken(outcome)}`);
  return `  ten sentences, spoken on this machine and written down by whisper:\n${lines.join('\n')}\n`;
}

function spoken(outcome: SpokenOutcome): string {
  if (outcome.kind === 'skipped') return `skipped: ${outcome.why}  ->  ${outcome.enable}`;
  if (outcome.kind === 'failed') return `FAILED: ${outcome.code}: ${outcome.why}`;
  return figures(outcome);
}

const COUNTS: readonly (readonly [keyof Prices, unit: string, scale: number])[] = [
  ['minute', 's of audio transcribed', 60],
  ['input', 'tokens read', 1e6],
  ['output', 'tokens written', 1e6],
  ['characters', 'characters spoken', 1000],
];

/** Of the turn alone; the requests that show the wire come on top. */
export function usedLines(stages: readonly LiveStage[], prices: Prices): string {
  const used = sumOf(stages.flatMap(({ outcome }) => (outcome.kind === 'ran' ? [outcome.used] : [])));
  const counts = COUNTS.flatMap(([name, unit, scale]) => {
    const amount = used[name];
    return amount === undefined ? [] : [`${(amount * scale).toFixed(name === 'minute' ? 1 : 0)} ${unit}`];
  });
  if (counts.length === 0) return '';
  const parts = COUNTS.flatMap(([name]) => (used[name] === undefined ? [] : [[name, used[name]] as const]));
  const unknown = parts.filter(([name]) => prices[name] === undefined).map(([name]) => `--price ${name}=...`);
  const cost = parts.reduce((sum, [name, amount]) => sum + amount * (prices[name] ?? 0), 0);
  const money = unknown.length === 0 ? `costs ${cost.toFixed(6)}` : `what it costs needs ${unknown.join(' ')}`;
  return `  the turn used ${counts.join(', ')}; ${money}\n`;
}

function sumOf(all: readonly Used[]): Used {
  const sum: { -readonly [Name in keyof Used]: Used[Name] } = {};
  for (const used of all) for (const [name] of COUNTS) if (name in used) sum[name] = (sum[name] ?? 0) + used[name]!;
  return sum;
}

export function wireLines(wires: readonly Wire[]): string {
  if (wires.length === 0) return '  no vendor has a key, so that no wire was compared with its simulator\n';
  const lines = wires.flatMap(({ vendor, endpoint, outcome }) => {
    const [first, ...more] = told(outcome);
    return [`  ${`${vendor} ${endpoint}`.padEnd(22)}  ${first}`, ...more.map((line) => `  ${' '.repeat(22)}  ${line}`)];
  });
  return `  the wires, each beside its simulator's:\n${lines.join('\n')}\n`;
}

function told(outcome: WireOutcome): string[] {
  if (outcome.kind === 'failed') return [`FAILED: ${outcome.why}`];
  if (outcome.kind === 'unknown') return [`answers; there is nothing to compare it with: ${outcome.why}`];
  const { onlyVendor, onlySimulator, otherKinds } = outcome.differences;
  const lines = [
    listed('headers of the vendor alone', onlyVendor.headers),
    listed('fields of the vendor alone', onlyVendor.fields),
    listed('headers of the simulator alone', onlySimulator.headers),
    listed('fields of the simulator alone', onlySimulator.fields),
    listed('values of other kinds', otherKinds),
  ].flat();
  return lines.length === 0 ? ['the same headers and fields'] : lines;
}

const listed = (what: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`${what}: ${names.join(', ')}`];
