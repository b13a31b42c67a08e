/** What was measured, with what, where and when: without it no figure means anything. */

import { serverLine } from '../server-summary.js';
import { loadFact } from './headline.js';
import { html, type Markup, type Part } from './markup.js';
import { type Fact, factList } from './quality.js';
import type { Reading } from './reading.js';
import { capital, counted, moment, whole } from './wording.js';

export function circumstances(reading: Reading): Markup {
  const { scenario, at, summary, options, settings } = reading;
  const facts: Fact[] = [
    ['Scenario', html`<b>${scenario.name}</b>${scenario.about !== '' && html`: ${scenario.about}`}`],
    ['When', moment(at)],
    ['Callers', callers(reading)],
    ['Turns', `${summary.turns.asked}: ${summary.turns.answered} answered, ${summary.turns.failed} failed`],
    ['Seed', options.seed ?? 'unknown'],
    loadFact(reading),
    ['Server', serverLine(summary.server)],
    ['Machine', machineText(reading)],
    ['Parley', versionText(reading)],
    ['Options', optionText(options)],
    ['Settings of the server', settingText(settings)],
  ];
  return html`${factList(facts)}${engineTable(reading)}${baselineText(reading)}`;
}

function callers({ steps, options }: Reading): string {
  if (steps.length > 1) return `${steps.map((step) => step.callers).join(', ')}, one step after another`;
  return String(steps[0]?.callers ?? options.callers ?? 'unknown');
}

/** The commit is that of the folder in which the bench has started the server; what ran may have been changed since. */
export function versionText({ version, bench, commit }: Reading): string {
  const exact = commit === null ? version : `${version} (working copy of ${commit.slice(0, 10)})`;
  return version === bench ? exact : `${exact}, measured by the bench of ${bench}`;
}

export function machineText({ machine }: Reading): string {
  if (machine === null) return 'unknown';
  const { processor, cores, gigabytes, platform, node } = machine;
  return `${counted(cores, 'core')}, ${processor}, ${gigabytes} GB, ${platform}, Node ${node}`;
}

/** What has a line of its own, or was left at nothing, is not said again. */
function optionText(options: Reading['options']): Part {
  const said = new Set(['callers', 'seed']);
  const told = Object.entries(options).filter(
    ([name, value]) => !said.has(name) && !name.startsWith('scenario.') && value !== 'none' && value !== 'false',
  );
  return told.length === 0 ? 'none' : codes(told);
}

function settingText(settings: Reading['settings']): Part {
  if (settings === null) return 'unknown';
  const told = Object.entries(settings);
  return told.length === 0 ? 'the defaults, as far as they are written down' : codes(told);
}

const codes = (all: readonly (readonly [string, string])[]): Part =>
  all.map(([name, value]) => html`<code>${name} ${value}</code> `);

function engineTable({ engines }: Reading): Markup | null {
  if (engines.length === 0) return null;
  const rows = engines.map(
    ({ job, engine, why }) =>
      html`<div><dt>${capital(job)}</dt><dd><b>${engine}</b>${why !== '' && html` <span>${why}</span>`}</dd></div>`,
  );
  return html`<dl class="facts engines">${rows}</dl>
`;
}

/** The classic pipeline, if it was measured beside the server. */
function baselineText({ baseline }: Reading): Markup | null {
  if (baseline === null) return null;
  const { total, ratio, stages, turns } = baseline;
  const parts = Object.entries(stages).map(([name, of]) => `${name} ${whole(of.p50)}`);
  return factList([
    [
      'Sequential pipeline',
      html`p50 <b>${whole(total.p50)}</b>, p95 <b>${whole(total.p95)} ms</b> over ${counted(turns.length, 'turn')}: ${parts.join(' + ')}. ${ratio !== null && html`Parley’s median is <b>${ratio.toFixed(2)}</b> of it.`}`,
    ],
  ]);
}
