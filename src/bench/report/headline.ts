/** The three numbers that matter, and whether they can be believed. */
import { distribution } from '../statistics.js';
import { html, type Markup, type Part } from './markup.js';
import type { Fact } from './quality.js';
import { judged, type Reading, stops } from './reading.js';
import { counted, percentage, whole } from './wording.js';

export function headline(reading: Reading): Markup {
  return html`<div class="headline">${firstSound(reading)}${interruptionStop(reading)}${failures(reading)}</div>
`;
}

interface Number {
  readonly name: string;
  readonly value: Part;
  readonly unit: string;
  readonly note: Part;
  readonly isBad?: boolean;
}

function firstSound({ turns, steps }: Reading): Markup {
  const of = distribution(turns.flatMap((turn) => judged(turn) ?? []));
  const all = steps.length > 1 ? `, of all ${steps.length} steps together` : '';
  return number({
    name: 'First sound and its picture',
    value: of === null ? 'none' : html`${whole(of.p50)} <i>/</i> ${whole(of.p95)}`,
    unit: of === null ? '' : 'ms',
    note: of === null ? 'no turn got as far' : html`<b>p50 / p95</b>, ${counted(of.count, 'turn')}${all}`,
    isBad: of === null,
  });
}

function interruptionStop(reading: Reading): Markup {
  const of = distribution(stops(reading));
  const asked = reading.interruptions.filter(({ kind }) => kind === 'question').length;
  const none =
    asked === 0 ? 'nobody interrupted in this run' : `none of ${counted(asked, 'question')} cut an answer off`;
  return number({
    name: 'An interruption stops the answer',
    value: of === null ? '–' : whole(of.p95),
    unit: of === null ? '' : 'ms',
    note: of === null ? none : html`<b>p95</b>, ${of.count} of ${counted(asked, 'question')}; p50 ${whole(of.p50)} ms`,
    isBad: of === null && asked > 0,
  });
}

function failures({ summary, interruptions }: Reading): Markup {
  const { asked, failed } = summary.turns;
  const wrong = interruptions.filter(({ failure }) => failure !== null).length;
  const others = wrong === 0 ? '' : `; ${wrong} of ${counted(interruptions.length, 'interruption')} failed`;
  return number({
    name: 'Failures',
    value: failed,
    unit: '',
    note:
      asked === 0
        ? `no turn was asked for${others}`
        : `of ${counted(asked, 'turn')}, ${percentage(failed / asked)}${others}`,
    isBad: failed > 0 || wrong > 0 || asked === 0,
  });
}

function number({ name, value, unit, note, isBad }: Number): Markup {
  return html`<div class="number"><h2>${name}</h2><p class="value ${isBad ? 'bad' : ''}">${value} <span>${unit}</span></p><p class="note">${note}</p></div>`;
}

export function loadFact({ summary: { load } }: Reading): Fact {
  const took = `${load.cores.toFixed(2)} cores in ${counted(load.processes, 'process', 'processes')}`;
  const late = load.late === null ? '' : `, beats late by p99 ${load.late.p99} ms`;
  return [
    'Load side',
    load.isBottleneck
      ? html`<b class="bad">was the bottleneck</b>: ${took}${late}`
      : `not the bottleneck: ${took}${late}`,
  ];
}
