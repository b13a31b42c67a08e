/** The machine, its Node, and its Python environments: looked at, and nothing changed. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { pythonOf, pythonSet } from '../engines/python-environment.js';
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

export interface Environment {
  readonly name: string;
  /** Where the operator has it; null: where the set-up puts it. */
  readonly python: string | null;
  readonly packages: readonly string[];
  readonly needs: readonly Need[];
  /** What makes it. */
  readonly mend: string;
  /** What brings the dictionary of English into it; null: it needs none. */
  readonly dictionary: string | null;
}

/** What an engine cannot do without: any of these packages. */
export interface Need {
  readonly packages: readonly string[];
  readonly isAsked: boolean;
  readonly mend: string;
}

export const DICTIONARY = 'en_core_web_sm';

export const environments = async (root: string, wanted: readonly Environment[]): Promise<Finding[]> =>
  (await Promise.all(wanted.map((one) => environment(root, one)))).flat();

async function environment(root: string, wanted: Environment): Promise<Finding[]> {
  const { name, python, mend } = wanted;
  const found = python === null ? pythonOf(join(root, name)) : pythonSet(root, python);
  const about = { part: 'python', name };
  if (found === null) return [{ ...about, state: 'absent', says: 'has not been made', mend, isAsked: false }];
  const where = python === null ? '' : `${python}: `;
  try {
    const { python: version, packages } = await look(found, [
      ...new Set([...wanted.packages, ...wanted.needs.flatMap((need) => need.packages)]),
    ]);
    // Of those that do as well as another one, only what is there.
    const named = Object.entries(packages).filter(([name, at]) => at !== null || wanted.packages.includes(name));
    const shown = named.map(([name, version]) => `${version === null ? 'no ' : ''}${name} ${version ?? ''}`.trim());
    const says = `${where}Python ${version}: ${shown.join(', ')}`;
    const missing = wanted.needs.filter((need) => need.isAsked && need.packages.every((one) => packages[one] === null));
    if (missing.length > 0) {
      const mends = [...new Set(missing.map((need) => need.mend))];
      return [{ ...about, state: 'wrong', says, mend: mends.join('; '), isAsked: true }];
    }
    return [{ ...about, state: 'well', says, mend: null, isAsked: true }, ...dictionary(wanted, packages)];
  } catch (error) {
    const says = where + (existsSync(found) ? `cannot be started: ${firstLine(error)}` : 'is not there');
    const way = python === null ? `rm -rf ${name}` : `no setting that leads to ${python}`;
    return [{ ...about, state: 'wrong', says, mend: `${way}; ${mend}`, isAsked: true }];
  }
}

/** Without misaki, which some versions of Python have not, a dictionary would be of no use. */
function dictionary({ name, dictionary: mend }: Environment, packages: Packages): Finding[] {
  if (mend === null || packages.misaki == null || packages[DICTIONARY] !== null) return [];
  const says = `${name} has no ${DICTIONARY}: Kokoro says English by rule (espeak-ng)`;
  return [{ part: 'python', name: 'dictionary', state: 'absent', says, mend, isAsked: false }];
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

type Packages = Readonly<Record<string, string | null>>;

const answer = z.object({ python: z.string(), packages: z.record(z.string(), z.string().nullable()) });

async function look(python: string, names: readonly string[]) {
  const { stdout } = await ask(python, ['-c', LOOK, ...names], { timeout: PATIENCE_MS });
  return answer.parse(JSON.parse(stdout));
}

const firstLine = (error: unknown): string => String(error instanceof Error ? error.message : error).split('\n')[0]!;
