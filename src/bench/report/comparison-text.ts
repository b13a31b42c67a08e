/** A comparison as a person reads it in a terminal. */
import { capacityOf } from '../capacity.js';
import { verdict as held } from './capacity-chart.js';
import type { Row } from './compared-row.js';
import { type Comparison, type Verdict, WORDS } from './compared-stages.js';
import { type Difference, differencesOf, disturbed, overloaded, sameness, settingsUnknown } from './differences.js';
import type { Reading } from './reading.js';
import { moment, signed, whole } from './wording.js';

export function comparisonText(a: Reading, b: Reading, comparison: Comparison, rows: readonly Row[]): string {
  const lines = [
    `A  ${moment(a.at)}, ${a.scenario.name}, ${a.summary.turns.failed} of ${a.summary.turns.asked} turns failed`,
    `B  ${moment(b.at)}, ${b.scenario.name}, ${b.summary.turns.failed} of ${b.summary.turns.asked} turns failed`,
    '',
    ...circumstances(a, b),
    '',
    ...table(comparison),
    ...comparison.alone.map(({ name, of }) => `${name}: only in ${of}`),
    ...ramps(a, b),
    '',
    ...facing(rows),
  ];
  return `${lines.map((line) => `  ${printable(line)}`.trimEnd()).join('\n')}\n`;
}

function circumstances(a: Reading, b: Reading): string[] {
  const all = differencesOf(a, b);
  const late = overloaded(a, b).map(
    (name) => `the callers of ${name} themselves were late: its figures are not the server’s alone`,
  );
  const lines = (kind: Difference['kind'], before: string) => {
    const some = all.filter((one) => one.kind === kind);
    return some.length === 0 ? [] : [before, ...some.map(({ name, a: from, b: to }) => `  ${name}: ${from} | ${to}`)];
  };
  const slowed = disturbed(a, b).map(
    (name) => `others took processors from ${name}: its figures are not the server’s alone`,
  );
  const said = [
    ...late,
    ...slowed,
    ...lines('spoiling', 'not comparable as they stand, these differ:'),
    ...lines('subject', 'what is compared:'),
    ...lines('drawn', 'drawn differently, which the intervals reckon with:'),
  ];
  if (said.length === 0) return [sameness(a, b)];
  const unknown = settingsUnknown(a, b);
  return unknown === null ? said : [...said, unknown];
}

function table({ stages }: Comparison): string[] {
  const rows = stages.flatMap(({ name, verdicts }) =>
    verdicts.map((verdict, at) => [at === 0 ? name : '', ...cells(verdict)]),
  );
  const all = [['ms', '', 'A', 'B', 'B-A', '95 % between', 'B/A', ''], ...rows];
  return aligned(all, (column) => column < 2 || column === 7);
}

/** Counts and figures as they are. */
function facing(rows: readonly Row[]): string[] {
  return aligned([['beside the times', 'A', 'B'], ...rows.map(({ name, a, b }) => [name, a, b])], () => true);
}

function aligned(rows: readonly (readonly string[])[], isLeft: (column: number) => boolean): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row.map((text, at) => (isLeft(at) ? text.padEnd(widths[at]!) : text.padStart(widths[at]!))).join('  '),
  );
}

function cells({ quantile, a, b, difference, ratio, interval, kind }: Verdict): string[] {
  const between = interval === null ? '' : `${signed(interval.low)} to ${signed(interval.high)}`;
  return [
    quantile,
    whole(a),
    whole(b),
    signed(difference),
    between,
    ratio === null ? '' : ratio.toFixed(2),
    WORDS[kind],
  ];
}

function ramps(a: Reading, b: Reading): string[] {
  return Object.entries({ A: a, B: b }).flatMap(([name, { steps }]) =>
    steps.length < 2 ? [] : [held({ name, capacity: capacityOf(steps) })],
  );
}

/** A file's words must not move a terminal's cursor. */
function printable(line: string): string {
  return line.replace(/\p{Cc}/gu, '\ufffd');
}
