/** The scenarios in the folder `scenarios` beside this file's source, and those of anybody else. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import { asParleyError, ParleyError } from '../errors.js';
import { digestOf, loadOwnSound } from './own-recordings.js';
import { recordingIds } from './questions.js';
import { ANY_QUESTION, namesIn, type Scenario, scenarioSchema, type WrittenScenario } from './scenario.js';

const ENDING = '.json';
const folderOf = (root: string) => join(root, 'src/bench/scenarios');

/** `name`: of a shipped one, or the path of a file, which ends with `.json`. Throws bad_settings. */
export function loadScenario(root: string, name: string): Scenario {
  if (name.endsWith(ENDING)) return parseScenario(textOf(name), name, root);
  const known = shippedNames(root);
  if (!known.includes(name))
    throw wrong(`There is no scenario "${name}"; there are: ${known.join(', ')}. A file's name ends with ${ENDING}.`);
  const file = join(folderOf(root), `${name}${ENDING}`);
  return parseScenario(textOf(file), `${name}${ENDING}`, root, folderOf(root));
}

export const shippedScenarios = (root: string): Scenario[] =>
  shippedNames(root).map((name) => loadScenario(root, name));

function shippedNames(root: string): string[] {
  return readdirSync(folderOf(root))
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .sort();
}

/** `folder`: from which the paths of its recordings count. Throws bad_settings, with the place of the first mistake. */
export function parseScenario(text: string, file: string, root: string, folder = dirname(file)): Scenario {
  const { success, data, error } = scenarioSchema.safeParse(jsonOf(text, file));
  if (!success) throw wrong(`${file}: ${sentence(error.issues[0]!)}`);
  const complaint = nameComplaint(data, recordingIds(root));
  if (complaint !== null) throw wrong(`${file}: ${complaint}`);
  const { recordings, ...rest } = data;
  if (recordings === undefined) return rest;
  const placed = recordings.map((each, at) => {
    const sound = resolve(folder, each.wav);
    try {
      loadOwnSound(sound);
      return { ...each, file: sound, sha256: digestOf(sound) };
    } catch (cause) {
      const { message } = asParleyError(cause);
      throw new ParleyError('bad_settings', `${file}: recordings[${at}].wav: ${message}`, { cause });
    }
  });
  return { ...rest, recordings: placed };
}

function nameComplaint(scenario: WrittenScenario, { speech, noises }: ReturnType<typeof recordingIds>): string | null {
  const { recordings = [] } = scenario;
  const taken = recordings.findIndex(({ name }) => [...speech, ...noises].includes(name));
  if (taken >= 0) return `recordings[${taken}].name: "${recordings[taken]!.name}" is the name of a shipped one.`;
  const own = (isSpeech: boolean) =>
    recordings.filter(({ text }) => (text !== undefined) === isSpeech).map(({ name }) => name);
  const known = { say: [ANY_QUESTION, ...speech, ...noises, ...own(true)], noise: [...noises, ...own(false)] };
  for (const { place, kind, name } of namesIn(scenario)) {
    if (known[kind].includes(name)) continue;
    if (own(false).includes(name)) return `${place}: "${name}" has no text, so that it is a noise.`;
    if (own(true).includes(name)) return `${place}: "${name}" has a text, so that it is no noise.`;
    return `${place}: there is no "${name}"; there are: ${known[kind].join(', ')}.`;
  }
  return null;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ParleyError('bad_settings', `The scenario ${file} cannot be read.`, { cause });
  }
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw wrong(`${file} is no JSON: ${(thrown as Error).message}.`);
  }
}

/** As it is written in JavaScript: `script[0][2].pause`. */
function sentence({ path, message }: z.core.$ZodIssue): string {
  const place = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return `${place === '' ? '' : `${place.replace(/^\./, '')}: `}${message}.`;
}

const wrong = (why: string) => new ParleyError('bad_settings', why);
