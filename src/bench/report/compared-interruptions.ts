/** What was heard over the answers of two runs, and what became of it. Pure. */
import { facing, figure, type OlderSummary, type Row } from './compared-row.js';
import type { Reading } from './reading.js';

type Interruptions = NonNullable<OlderSummary['interruptions']>;
type Questions = NonNullable<Interruptions['questions']>;
type Noises = NonNullable<Interruptions['noises']>;

/** No rows where nobody was asked anything over an answer in either run. */
export function interruptionRows(a: Reading, b: Reading): Row[] {
  const [ours, theirs] = [a, b].map((run) => heardOver(run, ({ questions }) => questions));
  if (!isAny(ours, ({ asked }) => asked) && !isAny(theirs, ({ asked }) => asked)) return [];
  const row = rowsOf(ours, theirs);
  return [
    ...row('Interruptions', ({ asked }) => figure(asked)),
    ...row('Interruptions, cut the answer off', ({ cutOff }) => figure(cutOff)),
    ...row('Interruptions, heard rightly', ({ heardRightly }) => figure(heardRightly)),
    ...row('Interruptions, answered', ({ answered }) => figure(answered)),
    ...row('Interruptions, failed', ({ failures }) => failed(failures)),
    ...row('Frames of the old answer after the cut', ({ staleFrames }) => figure(staleFrames)),
    ...row('History off by', ({ history }) => distances(history)),
    ...row('History not told', ({ historyMissing }) => figure(historyMissing)),
  ];
}

/** What cuts an answer off and is no wish to speak is a false interruption. */
export function noiseRows(a: Reading, b: Reading): Row[] {
  const [ours, theirs] = [a, b].map((run) => heardOver(run, ({ noises }) => noises));
  if (!isAny(ours, ({ made }) => made) && !isAny(theirs, ({ made }) => made)) return [];
  const row = rowsOf(ours, theirs);
  const names = new Set([ours, theirs].flatMap((noises) => (isTold(noises) ? Object.keys(noises.by ?? {}) : [])));
  return [
    ...row('Noises', ({ made }) => figure(made)),
    ...row('Noises, cut the answer off', ({ cutOff }) => figure(cutOff)),
    ...row('Noises, held the answer', ({ held }) => figure(held)),
    ...row('Noises, not noticed', ({ unnoticed }) => figure(unnoticed)),
    ...row('Noises, failed', ({ failures }) => failed(failures)),
    ...row('Held, stood still for', ({ heldMs }) => distances(heldMs)),
    ...row('Held, went on from another sample', ({ moved }) => figure(moved)),
    ...[...names].sort().flatMap((name) => row(`Noise: ${name}`, ({ by }) => outcomes(by, name))),
  ];
}

/** `none`: nothing was heard over an answer. Null: the file does not tell. */
type Heard<Part> = Part | 'none' | null | undefined;

function heardOver<Part>({ summary }: Reading, of: (all: Interruptions) => Part | undefined): Heard<Part> {
  const { interruptions }: OlderSummary = summary;
  return interruptions === null ? 'none' : interruptions && of(interruptions);
}

const isTold = <Part>(heard: Heard<Part>): heard is Part => heard !== 'none' && heard != null;

const isAny = <Part>(heard: Heard<Part>, count: (part: Part) => number | undefined) =>
  isTold(heard) && (count(heard) ?? 0) > 0;

function rowsOf<Part>(a: Heard<Part>, b: Heard<Part>) {
  const row = facing(a, b);
  return (name: string, of: (part: Part) => string | null) =>
    row(name, (heard) => (isTold(heard) ? of(heard) : (heard ?? null)));
}

function failed(failures: Questions['failures']): string | null {
  if (failures === undefined) return null;
  return String(Object.values(failures).reduce<number>((sum, count) => sum + (count ?? 0), 0));
}

/** Null in a file says that there was none. */
function distances(of: Questions['history']): string | null {
  if (of === null) return 'none';
  return of?.p50 === undefined ? null : `p50 ${of.p50} ms, at most ${of.max} ms`;
}

function outcomes(by: Noises['by'], name: string): string | null {
  if (by === undefined) return null;
  const each = Object.hasOwn(by, name) ? by[name] : undefined;
  if (each === undefined) return 'none';
  return `${each.cut_off ?? '?'} cut off, ${each.held ?? '?'} held, ${each.unnoticed ?? '?'} not noticed`;
}
