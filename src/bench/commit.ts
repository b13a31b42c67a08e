/**
 * Which commit a folder is a working copy of, read from its `.git`. Whether something was changed since then, and what was
 * built from it, it does not tell.
 */
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Null: it is no working copy, or not one that can be read here. */
export function commitOf(root: string): string | null {
  try {
    const folder = gitFolder(join(root, '.git'));
    const head = read(folder, 'HEAD');
    const ref = /^ref: (\S+)$/.exec(head)?.[1];
    return idIn(ref === undefined ? head : (loose(folder, ref) ?? packed(folder, ref)));
  } catch {
    return null;
  }
}

/** A second working copy of a repository has a file that says where its folder is. */
function gitFolder(path: string): string {
  if (statSync(path).isDirectory()) return path;
  return resolve(path, '..', /^gitdir: (.+)$/m.exec(readFileSync(path, 'utf8'))![1]!);
}

/** All working copies share the branches of the first. */
function shared(folder: string): string {
  return resolve(folder, readOr('.', folder, 'commondir'));
}

function loose(folder: string, ref: string): string | null {
  return idIn(readOr('', folder, ref)) ?? idIn(readOr('', shared(folder), ref));
}

function packed(folder: string, ref: string): string | null {
  const lines = readOr('', shared(folder), 'packed-refs').split('\n');
  return lines.find((line) => line.endsWith(` ${ref}`))?.split(' ')[0] ?? null;
}

/** Only what looks like one is a commit. */
function idIn(text: string | null): string | null {
  return text !== null && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text) ? text : null;
}

const read = (...path: [string, string]) => readFileSync(join(...path), 'utf8').trim();

function readOr(otherwise: string, ...path: [string, string]): string {
  try {
    return read(...path);
  } catch {
    return otherwise;
  }
}
