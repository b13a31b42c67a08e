import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { judge } from '../../src/gateway/token.js';
import { NODE_FLAGS } from '../../src/node-flags.js';

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

interface Stage {
  readonly base: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

const instructions: readonly Instruction[] = readFileSync('Dockerfile', 'utf8')
  .replace(/^#.*\n/gm, '')
  .replace(/\\\n\s*/g, '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => ({ name: line.split(' ')[0]!, rest: line.slice(line.indexOf(' ') + 1) }));

const stages: Stage[] = [];
for (const instruction of instructions) {
  if (instruction.name === 'FROM') {
    const [base, , name] = instruction.rest.split(' ');
    stages.push({ base: base!, name, instructions: [] });
  } else {
    const stage = stages.pop()!;
    stages.push({ ...stage, instructions: [...stage.instructions, instruction] });
  }
}
const last = stages.at(-1)!;

const restsOf = (stage: Stage, name: string) =>
  stage.instructions.filter((instruction) => instruction.name === name).map(({ rest }) => rest);
const variablesOf = (stage: Stage) =>
  Object.fromEntries(restsOf(stage, 'ENV').flatMap((rest) => rest.split(' ').map((pair) => pair.split('='))));
const theOnly = (stage: Stage, name: string) => {
  const rests = restsOf(stage, name);
  expect(rests, name).toHaveLength(1);
  return rests[0]!;
};

const copies = stages.flatMap((stage, at) =>
  restsOf(stage, 'COPY').map((rest) => {
    const words = rest.split(' ');
    const from = words[0]!.startsWith('--from=') ? words.shift()!.slice('--from='.length) : null;
    return { at, from, sources: words.slice(0, -1) };
  }),
);

describe('the Dockerfile', () => {
  it('copies only what is there and what the context has', () => {
    const left = readFileSync('.dockerignore', 'utf8').split('\n');
    const sources = copies.filter(({ from }) => from === null).flatMap(({ sources }) => sources);
    expect(sources.length).toBeGreaterThan(8);
    expect(sources.filter((path) => !existsSync(path) || left.includes(path))).toEqual([]);
  });

  it('copies from stages that were built before, and from them what the set-up makes', () => {
    const made = copies.filter(({ from }) => from !== null);
    expect(made.length).toBeGreaterThan(3);
    for (const { at, from, sources } of made) {
      expect(stages.slice(0, at).map(({ name }) => name)).toContain(from);
      expect(sources.filter((path) => !existsSync(join('.', path.replace('/app/', ''))))).toEqual([]);
    }
  });

  it('gives the set-up every file that a step of it reads', () => {
    const building = copies.filter(({ at, from }) => at === 0 && from === null).flatMap(({ sources }) => sources);
    const read = [...readFileSync('setup/packages.mjs', 'utf8').matchAll(/fingerprint\(('[^)]*')\)/g)]
      .flatMap((match) => match[1]!.split(','))
      .map((name) => name.trim().slice(1, -1).split('/')[0]!);
    expect(read.length).toBeGreaterThan(8);
    expect(read.filter((name) => !building.includes(name))).toEqual([]);
  });

  it('keeps secrets and what was built elsewhere out of the context', () => {
    const left = readFileSync('.dockerignore', 'utf8').split('\n');
    expect(left).toEqual(expect.arrayContaining(['.env', '.env.*', '.git', 'node_modules', 'dist', 'var']));
  });

  it('fetches no GPU libraries in any stage that installs packages', () => {
    const installing = stages.filter((stage) => restsOf(stage, 'RUN').some((rest) => /\bnpm\b|setup\.mjs/.test(rest)));
    expect(installing.map(({ name }) => name)).toEqual(['build']);
    for (const stage of installing) expect(variablesOf(stage).ONNXRUNTIME_NODE_INSTALL).toBe('skip');
  });

  it('runs Python where it was set up: same system, same folder, an interpreter in both', () => {
    expect(new Set(stages.map(({ base }) => base)).size).toBe(1);
    expect(new Set(stages.map((stage) => theOnly(stage, 'WORKDIR')))).toEqual(new Set(['/app']));
    for (const stage of stages) expect(restsOf(stage, 'RUN').join()).toMatch(/apt-get install [^&]*\bpython3\b/);
  });

  it('runs the server as somebody who is not root, and as the first process', () => {
    const user = last.instructions.findLast(({ name }) => name === 'USER')?.rest ?? '0';
    expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(JSON.parse(theOnly(last, 'CMD'))).toEqual(['node', ...NODE_FLAGS, 'dist/main.js']);
    // With the same flags without a container.
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(scripts.start).toBe(['node', ...NODE_FLAGS, 'setup.mjs start'].join(' '));
  });

  it('listens where it says, with settings that the server knows', () => {
    const { HOST, PORT } = readConfig(variablesOf(last));
    expect(HOST).toBe('0.0.0.0');
    expect(theOnly(last, 'EXPOSE')).toBe(String(PORT));
  });

  it('asks for its health at an address that needs no token', () => {
    const probe = theOnly(last, 'HEALTHCHECK');
    const path = /\$\{process\.env\.PORT\}(\/\w+)/.exec(probe)?.[1] ?? '';
    expect(JSON.parse(/CMD (.*)$/.exec(probe)![1]!)[0]).toBe('node');
    expect(judge({ url: path, headers: {}, isEncrypted: false }, 'some-other-token', () => false)).toEqual({
      kind: 'admitted',
    });
  });
});
