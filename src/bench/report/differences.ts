/** What two runs differ in beside their figures, and whether those may be compared at all. Pure. */
import { HIDDEN } from '../settings.js';
import { machineText } from './circumstances.js';
import type { Reading } from './reading.js';
import { isDisturbed } from './warnings.js';

export interface Difference {
  readonly name: string;
  readonly a: string;
  readonly b: string;
  /**
   * `subject`: what one compares two runs for. `spoiling`: the figures differ for that reason as well. `drawn`: other
   * questions and pauses, of which the intervals know.
   */
  readonly kind: 'subject' | 'spoiling' | 'drawn';
}

export function differencesOf(a: Reading, b: Reading): Difference[] {
  const subject = [
    ...engines(a, b),
    ...differing('subject', 'Parley', a.version, b.version),
    ...differing('subject', 'working copy of', a.commit ?? 'unknown', b.commit ?? 'unknown'),
    ...settings(a, b),
  ];
  const spoiling = [
    ...differing('spoiling', 'scenario', scenario(a), scenario(b)),
    ...differing('spoiling', 'callers of each step', steps(a), steps(b)),
    ...named('spoiling', unseeded(a), unseeded(b)),
    ...differing('spoiling', 'machine', machineText(a), machineText(b)),
    ...differing('spoiling', 'bench', a.bench, b.bench),
  ];
  return [
    ...spoiling,
    ...subject,
    ...differing('drawn', 'seed', a.options.seed ?? 'unknown', b.options.seed ?? 'unknown'),
  ];
}

function unseeded({ options: { seed: _, ...others } }: Reading): Readonly<Record<string, string>> {
  return others;
}

/** In which run the callers themselves were late: no figure of it is the server's alone. */
export function overloaded(a: Reading, b: Reading): string[] {
  const names = { A: a, B: b };
  return Object.entries(names).flatMap(([name, { summary }]) => (summary.load.isBottleneck ? [name] : []));
}

/** Which runs others have slowed on the same machine. */
export function disturbed(a: Reading, b: Reading): string[] {
  return Object.entries({ A: a, B: b }).flatMap(([name, { summary }]) => (isDisturbed(summary) ? [name] : []));
}

function engines(a: Reading, b: Reading): Difference[] {
  const by = ({ engines }: Reading) =>
    Object.fromEntries(
      engines.map(({ job, engine, why }) => [job, why === '' ? engine : `${engine}, ${placeless(why)}`]),
    );
  const [ours, theirs] = [by(a), by(b)];
  const jobs = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])];
  return jobs.flatMap((job) => differing('subject', job, ours[job] ?? 'none', theirs[job] ?? 'none'));
}

/** What stands in neither file has its default in both; an older bench did not name what it hid. */
function settings({ settings: ours }: Reading, { settings: theirs }: Reading): Difference[] {
  if (ours === null || theirs === null) return [];
  const names = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort();
  return names.flatMap((name) => {
    const [from, to] = [ours, theirs].map((all) => (Object.hasOwn(all, name) ? all[name] : undefined));
    const missing = from === HIDDEN || to === HIDDEN ? 'the default, or not written down' : 'the default';
    return differing('subject', name, from ?? missing, to ?? missing);
  });
}

/** Null where those of both are known, as far as they are written down. */
export function settingsUnknown(a: Reading, b: Reading): string | null {
  const names = Object.entries({ A: a, B: b }).flatMap(([name, { settings: told }]) => (told === null ? [name] : []));
  return names.length === 0 ? null : `of the settings of ${names.join(' and ')} nothing is known`;
}

/** What is said of two runs that differ in nothing, as far as that is known. */
export function sameness(a: Reading, b: Reading): string {
  const unknown = settingsUnknown(a, b);
  const rest = unknown === null ? ', and the same settings, as far as they are written down' : `; ${unknown}`;
  return `the same scenario, engines, options and machine${rest}`;
}

/** Simulators listen on another port each time; that is no difference. */
function placeless(why: string): string {
  return why.replace(/(127\.0\.0\.1|localhost|\[::1\]):\d+/g, '$1');
}

function scenario({ scenario: { name, about } }: Reading): string {
  return about === '' ? name : `${name}: ${about}`;
}

function steps({ steps: all }: Reading): string {
  return all.length === 0 ? 'unknown' : all.map(({ callers }) => callers).join(', ');
}

function named(
  kind: Difference['kind'],
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): Difference[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.flatMap((name) => differing(kind, name, own(a, name), own(b, name)));
}

/** What an older bench did not know as an option is unknown; of one that it knew (`vendors`), a part may be missing. */
function own(record: Readonly<Record<string, string>>, name: string): string {
  if (Object.hasOwn(record, name)) return record[name]!;
  const family = name.split('.')[0]!;
  return Object.keys(record).some((other) => other.split('.')[0] === family) ? 'none' : 'unknown';
}

/** What is not in an older file is not known to differ. */
function differing(kind: Difference['kind'], name: string, a: string, b: string): Difference[] {
  return a === b || a === 'unknown' || b === 'unknown' ? [] : [{ name, a, b, kind }];
}
