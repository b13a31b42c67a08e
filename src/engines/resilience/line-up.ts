/** Who does a job: the engines that can start here, in the order in which they are wanted, and how each is right now. */
import type { Logger } from 'pino';
import type { EngineRow } from '../../observe/start-table.js';
import type { Engine } from '../contract.js';
import { type Link, linkOf, runsHere, troubleOf } from './chain.js';

/** A provider that may do a job here, or the reason why not and the line that would change it. */
export interface Candidate<E extends Engine<unknown>> {
  readonly name: string;
  readonly why: string;
  /** Null: it can start. */
  readonly obstacle: { readonly why: string; readonly enable: string } | null;
  /** One engine, or several ways to reach the same provider. None: nobody does the job, and nobody else is asked. */
  readonly start: (place: 'first' | 'fallback') => readonly E[];
  /** It answers at once, but only so well: it has its turn when the others have had theirs. */
  readonly isStandIn?: boolean;
  /** The setting of its key, and the key as it may be shown: for when it is not accepted. */
  readonly key?: { readonly setting: string; readonly shown: string };
}

export interface LineUp<E extends Engine<unknown>> {
  readonly job: string;
  readonly links: readonly Link<E>[];
  /** As it is now: who is asked first, who takes over, and why nobody better is. */
  row(): EngineRow;
}

interface LineUpTools {
  readonly log: Logger;
  /** Nobody takes over where the first one fails. */
  readonly isAlone?: boolean;
}

export function lineUp<E extends Engine<unknown>>(
  job: string,
  wanted: readonly string[],
  candidates: readonly Candidate<E>[],
  { log, isAlone = false }: LineUpTools,
): LineUp<E> {
  const named = wanted.flatMap((name) =>
    name === 'auto' ? candidates : candidates.filter((candidate) => candidate.name === name),
  );
  const order = [...new Set(named)];
  const started: { readonly candidate: Candidate<E>; readonly links: readonly Link<E>[] }[] = [];
  for (const candidate of order) {
    if (candidate.obstacle !== null) continue;
    const engines = candidate.start(started.length === 0 ? 'first' : 'fallback');
    const links = engines.map((engine) => linkOf(engine, candidate.isStandIn ?? false, log));
    started.push({ candidate, links });
    if (engines.length === 0 || isAlone) break;
  }
  return {
    job,
    links: started.flatMap(({ links }) => links),
    row: () => rowOf(job, order, started),
  };
}

type Started<E extends Engine<unknown>> = readonly {
  readonly candidate: Candidate<E>;
  readonly links: readonly Link<E>[];
}[];

function rowOf<E extends Engine<unknown>>(job: string, order: readonly Candidate<E>[], started: Started<E>): EngineRow {
  // What only starts up is not passed over: it will be there when somebody comes.
  const isRefused = ({ links }: Started<E>[number]) =>
    links.length > 0 && links.every((link) => !runsHere(link) && troubleOf(link) !== null);
  const acting = started.find((one) => !isRefused(one)) ?? started[0];
  const before = order.slice(0, acting === undefined ? order.length : order.indexOf(acting.candidate));
  const better = before.flatMap((candidate) => {
    const refused = started.find((one) => one.candidate === candidate)?.links[0];
    if (candidate.obstacle !== null) return [{ engine: candidate.name, ...candidate.obstacle }];
    return refused === undefined ? [] : [{ engine: candidate.name, ...troubleShown(refused, candidate) }];
  });
  if (acting === undefined) {
    const why = better.map(({ engine, why: reason }) => `${engine}: ${reason}`).join('; ');
    return { job, engine: null, why, fallbacks: [], better };
  }
  const others = started.slice(started.indexOf(acting) + 1).filter(({ links }) => links.length > 0);
  return {
    job,
    engine: acting.candidate.name,
    why: isRefused(acting) ? (troubleOf(acting.links[0]!) ?? '') : acting.candidate.why,
    fallbacks: others.map(({ candidate }) => candidate.name),
    better,
  };
}

/** Why it is passed over, and what would change that. */
function troubleShown<E extends Engine<unknown>>(link: Link<E>, { key }: Candidate<E>) {
  const why = troubleOf(link) ?? '';
  switch (link.breaker?.trouble?.code) {
    case 'bad_key':
      return { why, enable: key === undefined ? 'a key' : `another ${key.setting}; this one ends in ${key.shown}` };
    case 'quota_exceeded':
      return { why, enable: 'an account with something left in it' };
    default:
      return { why, enable: 'it is asked again by itself' };
  }
}
