import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, it } from 'vitest';

/**
 * The floors of the house (docs/architecture.md): imports go down only, and rooms on one floor are blind to each other.
 * A file belongs to the first row whose prefix it has.
 */
const FLOORS: readonly (readonly [prefix: string, floor: number])[] = [
  ['src/main.ts', 8],
  ['src/avatar-command.ts', 8],
  ['src/doctor.ts', 8],
  ['src/doctor/', 7],
  ['src/bench/', 7],
  ['src/rehearsal/', 7],
  ['src/server-parts.ts', 7],
  ['src/open-house.ts', 6],
  ['src/open-making.ts', 6],
  ['src/open-voices.ts', 6],
  ['src/face-places.ts', 6],
  ['src/preparing-options.ts', 2],
  ['src/standby-voices.ts', 6],
  ['src/server.ts', 6],
  ['src/engines/choose.ts', 5.5],
  ['src/engines/providers/', 5],
  ['src/engines/tokens.ts', 2.5],
  ['src/engines/python-environment.ts', 2],
  ['src/engines/contract.ts', 2],
  ['src/engines/learnt.ts', 1.5],
  ['src/engines/vendors/', 3],
  ['src/engines/resilience/', 3],
  // For every thread that runs native code.
  ['src/engines/native-door.ts', 2.5],
  ['src/engines/vad/', 4],
  ['src/engines/turn/', 4],
  ['src/engines/stt/', 4],
  ['src/engines/llm/', 4],
  ['src/engines/tts/', 4],
  ['src/engines/face/', 4],
  ['src/gateway/', 4],
  ['src/conversation/', 4],
  ['src/avatars/', 4],
  ['src/voices/', 4],
  ['src/workers/', 2],
  ['src/observe/', 2],
  ['src/env-file.ts', 2],
  ['src/config', 1],
  ['src/flow.ts', 1],
  ['src/persona', 1],
  ['src/languages/', 1],
  ['src/audio/', 1],
  ['src/simd/', 0],
  ['src/protocol/', 1],
  ['src/node-flags.ts', 0],
  ['src/secrets.ts', 0],
  ['src/errors.ts', 0],
];

interface Room {
  readonly prefix: string;
  readonly floor: number;
}

function roomOf(file: string): Room {
  const row = FLOORS.find(([prefix]) => file.startsWith(prefix));
  if (row === undefined) throw new Error(`${file} has no place in the house; give its folder a floor in this test`);
  return { prefix: row[0], floor: row[1] };
}

function sources(folder: string, ending: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path, ending);
    return name.endsWith(ending) ? [path] : [];
  });
}

/** The files of ours that a file imports, types too: a type that points up is still an arrow up. */
function imports(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const specifiers = [
    ...text.matchAll(/^\s*(?:import|export)\b[^;'"]*?from\s+'(\.[^']+)'/gm),
    ...text.matchAll(/\bimport\(\s*'(\.[^']+)'/g),
  ];
  return specifiers.map((match) => normalize(join(dirname(file), match[1]!)).replace(/\.js$/, '.ts'));
}

const files = sources('src', '.ts');
const arrows = files.flatMap((from) => imports(from).map((to) => ({ from, to })));

it('finds the arrows it judges', () => {
  expect(files.length).toBeGreaterThan(30);
  expect(arrows).toContainEqual({ from: 'src/conversation/session.ts', to: 'src/conversation/floor.ts' });
});

it('lets imports go down only, and never between rooms of one floor', () => {
  const wrong = arrows.filter(({ from, to }) => {
    const source = roomOf(from);
    const target = roomOf(to);
    if (source.prefix === target.prefix) return false;
    return target.floor >= source.floor;
  });
  expect(wrong).toEqual([]);
});

it('has no cycle', () => {
  const next = new Map<string, string[]>();
  for (const { from, to } of arrows) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const target of next.get(file) ?? []) {
      const cycle = walk(target, [...path, file]);
      if (cycle !== null) return cycle;
    }
    done.add(file);
    return null;
  };
  expect(files.map((file) => walk(file, [])).find((cycle) => cycle !== null)).toBeUndefined();
});

it('keeps protocol/ fit for browsers: nothing of ours, nothing of Node', () => {
  for (const file of files.filter((name) => name.startsWith('src/protocol/'))) {
    const text = readFileSync(file, 'utf8');
    expect(
      imports(file).filter((to) => !to.startsWith('src/protocol/')),
      file,
    ).toEqual([]);
    expect(text, file).not.toMatch(/from '(node:|fs|path|ws)|\bBuffer[.(<]/);
  }
});

it('lets the page import nothing of the server but protocol/', () => {
  const foreign = sources('web-client', '.ts')
    .flatMap((file) => imports(file))
    .filter((to) => !to.startsWith('web-client/') && !to.startsWith('src/protocol/'));
  expect(foreign).toEqual([]);
});

it('reads the environment in the composition roots only', () => {
  const readers = files.filter((file) => /process\.env\b/.test(readFileSync(file, 'utf8')));
  expect(readers).toEqual(['src/avatar-command.ts', 'src/bench/main.ts', 'src/doctor.ts', 'src/main.ts']);
});
