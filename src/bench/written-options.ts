/** The options of a run as they stand in its file: nothing that opens a door, and nothing of where things lie here. Pure. */
import { basename } from 'node:path';
import type { Options } from './options.js';
import { type ScenarioOfRun, written } from './scenario.js';

export type WrittenOptions = Omit<Options, 'token' | 'scenario'> & { readonly scenario: ScenarioOfRun };

export function writtenOptions({ token: _, ...shown }: Options): WrittenOptions {
  const { scenario, url, json, html } = shown;
  return {
    ...shown,
    scenario: written(scenario),
    url: url === null ? null : withoutSecrets(url),
    json: json === null ? null : basename(json),
    html: html === null ? null : basename(html),
  };
}

/** Who calls, and with what key, stands before the host or behind the path. */
function withoutSecrets(address: string): string {
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${host}${pathname}`;
}
