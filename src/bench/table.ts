/** A summary as a person reads it in a terminal. */
import type { Taken } from './calm.js';
import { interruptionRows, interruptionStages, type StageGroup } from './interruption-table.js';
import { cutOffText, gapText, transcriptText } from './report/quality-text.js';
import { kilobytes } from './report/wording.js';
import { serverLine } from './server-summary.js';
import type { Summary } from './summary.js';

const COLUMNS = ['count', 'p50', 'p90', 'p95', 'p99', 'max'] as const;

export function summaryTable(summary: Summary): string {
  const { turns, transcripts, pictures, gaps, failures } = summary;
  const rows: [string, string][] = [
    ['turns', `${turns.answered} of ${turns.asked} answered, ${turns.failed} failed`],
    ...Object.entries(failures).map(([reason, count]): [string, string] => ['', `${count} x ${reason}`]),
  ];
  if (transcripts !== null) rows.push(['transcripts', transcriptText(transcripts)]);
  if (summary.cutOffs !== null && summary.cutOffs.times > 0) {
    const asked = turns.asked + (summary.interruptions?.questions.asked ?? 0);
    rows.push(['cut-offs', `${cutOffText(summary.cutOffs, asked)}: taken for ended before they were`]);
  }
  rows.push(['pictures', `${pictures.expected}, ${pictures.late} late, ${pictures.missing} missing`]);
  rows.push(['gaps in the sound', gapText(gaps)]);
  if (summary.interruptions !== null) rows.push(...interruptionRows(summary.interruptions));
  rows.push(['server', serverLine(summary.server)], ...toldRows(summary));
  rows.push(...disturbanceRows(summary));
  rows.push(['load', loadLine(summary.load)]);
  if (summary.load.isBottleneck)
    rows.push(['', 'the callers themselves were late, or near it: the figures are not the server’s alone']);
  const stages = stageTable([
    ['ms from the end of the question', summary.stages],
    ...undisturbedStages(summary),
    ...interruptionStages(summary),
    ...(summary.serverStages.length === 0 ? [] : [['by the server’s own marks', summary.serverStages] as const]),
  ]);
  return `${stages}\n${twoColumns(rows)}\n`;
}

/** If they are others than all of them. */
function undisturbedStages({ disturbance }: Summary): StageGroup[] {
  if (disturbance === null) return [];
  const { turns: count, of, stages } = disturbance.undisturbed;
  return count === 0 || count === of ? [] : [[`of the ${count} that others hardly disturbed`, stages]];
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

function toldRows({ told, bytes }: Summary): [string, string][] {
  const { lagMs, speculations, mostSessions, heap } = told;
  const rows: [string, string][] = [];
  if (lagMs !== null) rows.push(['event loop', `late by p99 ${lagMs.p99} ms, at most ${lagMs.max} ms`]);
  if (mostSessions !== null) rows.push(['sessions', `${mostSessions} at most`]);
  if (bytes !== null) {
    const { sent, received } = bytes;
    rows.push(['bytes', `a session p50 ${kilobytes(sent.p50)} sent, ${kilobytes(received.p50)} received`]);
  }
  if (speculations !== null) {
    const { kept, dropped, wasted } = speculations;
    rows.push(['begun ahead', `${kept} kept, ${dropped} dropped${wasted === null ? '' : `, ${wasted} wasted`}`]);
  }
  if (heap !== null) {
    const { bytesPerSession, errorBytes, sessions, windows } = heap;
    const over = `over ${sessions} sessions in ${windows} windows`;
    rows.push(['heap', `${bytesPerSession} bytes more a session (standard error ${errorBytes}), ${over}`]);
  }
  return rows;
}

function disturbanceRows({ disturbance }: Summary): [string, string][] {
  if (disturbance === null) return [];
  const { share, worst, undisturbed } = disturbance;
  return [
    ['others', `${tookText({ share, worst })}; ${undisturbed.turns} of ${undisturbed.of} turns hardly disturbed`],
  ];
}

export const tookText = ({ share, worst }: Taken): string =>
  `took ${percent(share)} of what this machine wanted to run, ${percent(worst)} in the worst second`;

const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

function loadLine({ processes, cores, late, busiest }: Summary['load']): string {
  const lateness =
    late === null ? '' : `; beats late by p99 ${late.p99.toFixed(1)} ms, at most ${late.max.toFixed(1)} ms`;
  const most = processes === 1 ? 'process' : `processes, ${busiest.toFixed(2)} in the busiest`;
  return `${cores.toFixed(2)} cores in ${processes} ${most}${lateness}`;
}
