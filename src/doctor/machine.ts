/** The machine, its Node, and its Python environments: looked at, and nothing changed. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { pythonOf } from '../engines/python-environment.js';
import type { Finding } from './findings.js';

const ask = promisify(execFile);

const PATIENCE_MS = 30_000;

export async function machine(): Promise<Finding[]> {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB of memory`;
  const about = { part: 'machine', state: 'well', mend: null, isAsked: true } as const;
  return [
    { ...about, name: 'node', says: process.versions.node },
    { ...about, name: 'cpu', says: `${availableParallelism()} cores, ${memory}` },
    { ...about, name: 'gpu', ...(await graphics()) },
  ];
}

async function graphics(): Promise<Pick<Finding, 'state' | 'says'>> {
  try {
    const query = ['--query-gpu=name,memory.total', '--format=csv,noheader'];
    const { stdout } = await ask('nvidia-smi', query, { timeout: PATIENCE_MS });
    const cards = stdout.trim().split('\n').filter(Boolean);
    if (cards.length > 0) return { state: 'well', says: cards.join('; ') };
  } catch {
    // There is no such program, or no card that it can speak to.
  }
  if (process.platform === 'darwin' && process.arch === 'arm64') return { state: 'well', says: "Apple's (mps)" };
  return { state: 'absent', says: 'none that nvidia-smi knows: everything runs on the CPU' };
}

interface Environment {
  readonly name: string;
  /** Where the operator has it; null: where the set-up puts it. */
  readonly python: string | null;
  readonly packages: readonly string[];
  /** What makes it. */
  readonly mend: string;
}

export const environments = (root: string, wanted: readonly Environment[]): Promise<Finding[]> =>
  Promise.all(wanted.map((one) => environment(root, one)));

async function environment(root: string, { name, python, packages, mend }: Environment): Promise<Finding> {
  const found = python ?? pythonOf(join(root, name));
  const about = { part: 'python', name };
  const where = python === null ? '' : `${python}: `;
  if (found === null) return { ...about, state: 'absent', says: 'has not been made', mend, isAsked: false };
  try {
    return { ...about, state: 'well', says: where + (await versions(found, packages)), mend: null, isAsked: true };
  } catch (error) {
    const says = where + (existsSync(found) ? `cannot be started: ${firstLine(error)}` : 'is not there');
    const way = python === null ? `rm -rf ${name}` : `no setting that leads to ${python}`;
    return { ...about, state: 'wrong', says, mend: `${way}; ${mend}`, isAsked: true };
  }
}

/** Looks at what is installed without importing it: torch alone would take ten seconds. */
const LOOK = `
import importlib.metadata as metadata, json, platform, sys
def version(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
print(json.dumps({"python": platform.python_version(), "packages": {name: version(name) for name in sys.argv[1:]}}))
`;

const answer = z.object({ python: z.string(), packages: z.record(z.string(), z.string().nullable()) });

async function versions(python: string, packages: readonly string[]): Promise<string> {
  const { stdout } = await ask(python, ['-c', LOOK, ...packages], { timeout: PATIENCE_MS });
  const told = answer.parse(JSON.parse(stdout));
  const shown = Object.entries(told.packages).map(([name, version]) =>
    version === null ? `no ${name}` : `${name} ${version}`,
  );
  return `Python ${told.python}: ${shown.join(', ')}`;
}

const firstLine = (error: unknown): string => String(error instanceof Error ? error.message : error).split('\n')[0]!;
