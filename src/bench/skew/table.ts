/** How far apart sound and picture were, as a person reads it in a terminal. */
import { tookText } from '../table.js';
import type { SkewResult } from './result.js';

const COLUMNS = ['p50', 'p90', 'p99', 'max'] as const;

export function skewTable(result: SkewResult): string {
  const { clicks, pairs, lost, skew, apart, refresh, latency, element, others } = result;
  const head = ['ms', 'n', 'min', ...COLUMNS];
  const numbers = (of: Readonly<Record<(typeof COLUMNS)[number], number>> | null) =>
    COLUMNS.map((name) => of?.[name].toFixed(1) ?? '-');
  const lines = [
    head,
    ['picture behind sound', String(pairs), skew?.min.toFixed(1) ?? '-', ...numbers(skew)],
    ['apart, either way', String(pairs), '', ...numbers(apart)],
    ...(others === null || others.calm.pairs === pairs
      ? []
      : [['apart, hardly disturbed', String(others.calm.pairs), '', ...numbers(others.calm.apart)]]),
  ];
  const rows = [
    [
      'pairs',
      `${pairs} of ${clicks} clicks; ${lost.clicks} clicks without a flash, ${lost.flashes} flashes without a click`,
    ],
    ['refresh', `every ${refresh.ms.toFixed(1)} ms, ${(100 * refresh.missed).toFixed(1)} % missed`],
    ['element', elementLine(element)],
    ...(others === null ? [] : [['others', tookText(others)]]),
    ...(latency === null
      ? []
      : [
          ['sound', `${latency.base.toFixed(0)} ms in the browser, ${latency.output.toFixed(0)} ms behind it, it says`],
        ]),
  ];
  const shown = lines.map(
    ([name, ...cells]) => `  ${name!.padEnd(24)}${cells.map((cell) => cell.padStart(8)).join('')}`,
  );
  return `${[...shown, '', ...rows.map(([name, text]) => `  ${name!.padEnd(8)}${text}`)].join('\n')}\n`;
}

function elementLine({ shown, late, missing, underruns, skew }: SkewResult['element']): string {
  const [p50, p99] = [skew.p50.toFixed(1), skew.p99.toFixed(1)];
  return (
    `says its pictures were behind by ${p50} ms, p99 ${p99}; ${shown} shown, ${late} late, ${missing} missing, ` +
    `sound ran dry ${underruns} times`
  );
}
