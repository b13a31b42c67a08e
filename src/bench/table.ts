/** A summary as a person reads it in a terminal. */
import { interruptionRows, interruptionStages, type StageGroup } from './interruption-table.js';
import type { Summary } from './summary.js';

const COLUMNS = ['count', 'p50', 'p90', 'p95', 'p99', 'max'] as const;

export function summaryTable(summary: Summary): string {
  const { turns, transcripts, pictures, gaps, failures } = summary;
  const rows: [string, string][] = [
    ['turns', `${turns.answered} of ${turns.asked} answered, ${turns.failed} failed`],
    ...Object.entries(failures).map(([reason, count]): [string, string] => ['', `${count} x ${reason}`]),
  ];
  if (transcripts !== null) {
    rows.push([
      'transcripts',
      `${transcripts.right} right, ${transcripts.wrong} wrong, ${transcripts.missing} missing`,
    ]);
  }
  rows.push(['pictures', `${pictures.expected}, ${pictures.late} late, ${pictures.missing} missing`]);
  rows.push(['gaps in the sound', `${gaps.count}, ${gaps.ms} ms in ${gaps.audioSeconds} s of speech`]);
  if (summary.interruptions !== null) rows.push(...interruptionRows(summary.interruptions));
  rows.push(['server', serverLine(summary.server)], ['load', loadLine(summary.load)]);
  if (summary.load.isBottleneck)
    rows.push(['', 'the callers themselves were late: the figures are not the server’s alone']);
  const stages = stageTable([['ms from the end of the question', summary.stages], ...interruptionStages(summary)]);
  return `${stages}\n${twoColumns(rows)}\n`;
}

/** Groups of stages, each measured from a moment of its own. */
function stageTable(groups: readonly StageGroup[]): string {
  const lines = groups.flatMap(([from, stages]) => [
    [from, ...COLUMNS.map((name) => (name === 'count' ? 'n' : name))],
    ...stages.map(({ name, of }) => [
      name,
      ...COLUMNS.map((column) => (column === 'count' ? String(of.count) : of[column].toFixed(1))),
    ]),
  ]);
  const width = (column: number) => Math.max(...lines.map((line) => line[column]!.length));
  return lines
    .map((line) => line.map((text, at) => (at === 0 ? text.padEnd(width(0)) : text.padStart(width(at)))).join('  '))
    .map((line) => `  ${line}\n`)
    .join('');
}

function twoColumns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`).join('\n');
}

function serverLine(server: Summary['server']): string {
  if (server === null) return 'unknown: not started by this bench';
  const { cores, coresPerCaller, idleMegabytes, peakMegabytes, megabytesPerCaller } = server;
  return (
    `${cores.toFixed(2)} cores, ${coresPerCaller.toFixed(3)} a caller; ` +
    `${idleMegabytes} MB before, ${peakMegabytes} MB at most, ${megabytesPerCaller.toFixed(1)} MB a caller`
  );
}

function loadLine({ processes, cores, late }: Summary['load']): string {
  const lateness =
    late === null ? '' : `; beats late by p99 ${late.p99.toFixed(1)} ms, at most ${late.max.toFixed(1)} ms`;
  return `${cores.toFixed(2)} cores in ${processes} process${processes === 1 ? '' : 'es'}${lateness}`;
}
