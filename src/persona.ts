/** Reads persona files. A mistake is named with its file, line and column, and all mistakes of a file at once. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { findNodeAtLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { z } from 'zod';
import { ParleyError } from './errors.js';
import { checkPersona, type Mistake } from './persona-check.js';
import { spokenWordings } from './persona-grammar.js';
import { type Persona, personaSchema } from './persona-schema.js';

export type { Intent, Persona } from './persona-schema.js';

/** More than this on one start-up message helps nobody. */
const MAX_MISTAKES = 20;

/** Every persona of a folder, by id. */
export async function loadPersonas(folder: string): Promise<Map<string, Persona>> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new ParleyError('bad_persona', `${folder}: the folder cannot be read`, { cause });
  });
  const files = names.filter((name) => name.endsWith('.json')).sort();
  if (files.length === 0) throw new ParleyError('bad_persona', `${folder}: there is no persona (*.json) in it`);
  const results = await Promise.allSettled(files.map((name) => loadPersona(join(folder, name))));
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  if (failures.length > 0) {
    const details = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)));
    throw new ParleyError('bad_persona', details.join('\n'), { cause: failures[0] });
  }
  const personas = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  return new Map(personas.map((persona) => [persona.id, persona]));
}

export async function loadPersona(file: string): Promise<Persona> {
  const id = basename(file, '.json');
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(id)) {
    throw new ParleyError('bad_persona', `${file}: the file name is the id: lower-case letters, digits and dashes`);
  }
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ParleyError('bad_persona', `${file}: the file cannot be read`, { cause });
  });
  return readPersona(text, id, file);
}

/** What callers may say, every wording of it: the grammar for a recogniser. */
export function everyPhrase(persona: Persona): { intent: string; phrase: string }[] {
  return persona.script.intents.flatMap((intent) =>
    intent.phrases.flatMap((pattern) =>
      spokenWordings(pattern, persona.language).map((phrase) => ({ intent: intent.id, phrase })),
    ),
  );
}

function readPersona(text: string, id: string, file: string): Persona {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  const at = (offset: number) => `${file}:${lineAndColumn(text, offset)}`;
  const syntax = errors.map((error) => `${at(error.offset)} JSON: ${spaced(printParseErrorCode(error.error))}`);
  if (syntax.length > 0 || tree === undefined) throw mistaken(syntax.length > 0 ? syntax : [`${file}:1:1 JSON: empty`]);

  const name = (mistake: Mistake) =>
    `${at(nodeAt(tree, mistake.path).offset)} ${pathName(mistake.path)}: ${mistake.reason}`;
  const doubled = doubledKeys(tree).map((key) => `${at(key.offset)} "${String(key.value)}" stands here twice`);
  const parsed = personaSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw mistaken([...doubled, ...parsed.error.issues.flatMap(fromIssue).map(name)]);
  const mistakes = [...doubled, ...checkPersona(parsed.data).map(name)];
  if (mistakes.length > 0) throw mistaken(mistakes);
  return { id, ...parsed.data };
}

function mistaken(mistakes: readonly string[]): ParleyError {
  const shown = mistakes.slice(0, MAX_MISTAKES);
  if (mistakes.length > shown.length) shown.push(`and ${mistakes.length - shown.length} more`);
  return new ParleyError('bad_persona', shown.join('\n'));
}

function fromIssue(issue: z.core.$ZodIssue): Mistake[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], reason: 'there is no such field' }));
  }
  return [{ path, reason: issue.message }];
}

/** The node at a path, or the nearest one above it: a field that is missing is reported where it should stand. */
function nodeAt(tree: Node, path: Mistake['path']): Node {
  const node = findNodeAtLocation(tree, [...path]);
  if (node) return node;
  return path.length === 0 ? tree : nodeAt(tree, path.slice(0, -1));
}

function doubledKeys(node: Node): Node[] {
  const keys = node.type === 'object' ? (node.children ?? []).flatMap((property) => property.children?.[0] ?? []) : [];
  const doubled = keys.filter((key, i) => keys.findIndex((other) => other.value === key.value) < i);
  return [...doubled, ...(node.children ?? []).flatMap(doubledKeys)];
}

function lineAndColumn(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `${before.length}:${before.at(-1)!.length + 1}`;
}

/** ['script', 'intents', 3] -> "script.intents[3]" */
function pathName(path: Mistake['path']): string {
  const name = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return name === '' ? 'persona' : name.replace(/^\./, '');
}

/** "ValueExpected" -> "value expected" */
const spaced = (code: string) => code.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
