import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import type { RunFile } from '../../src/bench/run-file.js';
import { variables } from '../../src/config.js';
import { findSphinx } from '../../src/engines/stt/pocketsphinx-package.js';

import { startServer } from './server.js';

const folder = mkdtempSync(join(tmpdir(), 'parley-'));
const file = join(folder, 'bench.json');
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !variables.includes(name)));

const running: ChildProcess[] = [];
const servers: Server[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill();
  for (const server of servers.splice(0)) server.close();
});

async function bench(...args: string[]): Promise<{ code: number; out: string; said: string }> {
  const child = spawn(process.execPath, ['dist/bench/main.js', ...args], {
    env: { ...environment, PARLEY_ENV_FILE: 'none' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let [out, said] = ['', ''];
  child.stdout.on('data', (data) => {
    out += data;
  });
  child.stderr.on('data', (data) => {
    said += data;
  });
  const [code] = await once(child, 'close');
  return { code: code as number, out, said };
}

/** A recogniser may be too late for a question on a busy machine; its server says so, and it is asked again. */
async function spokenBench(...args: string[]) {
  for (let tries = 1; ; tries += 1) {
    const run = await bench('--callers', '1', '--turns', '1', '--json', file, ...args);
    if (tries === 4 || !run.said.includes('did not answer in time')) return run;
  }
}

const report = (): RunFile => JSON.parse(readFileSync(file, 'utf8'));

// Each starts a server of its own and talks to it in real time.
describe('a small bench of the real server', { timeout: 180_000 }, () => {
  it('has a typed turn answered, and writes everything down', async () => {
    const page = join(folder, 'bench.html');
    const args = ['--callers', '1', '--turns', '1', '--typed', '--json', file, '--html', page];
    const { code, out, said } = await bench(...args);
    expect(code, said).toBe(0);
    expect(out).toMatch(/first sound +1 +\d+\.\d/);
    expect(out).toMatch(/own marks[\s\S]*first audio sent +1 +\d+\.\d/);
    expect(out).toMatch(/\[#{20}\] 1 of 1 turns, 0 failed/);
    expect(readFileSync(page, 'utf8')).toMatch(/^<!doctype html>/i);
    const { summary, about, machine, results, options, scenario, steps, samples, settings } = report();
    expect(settings).toEqual({});
    expect(scenario.name).toBe('questions');
    expect(steps).toMatchObject([{ callers: 1, summary: { turns: { asked: 1, answered: 1 } } }]);
    expect(results[0]!.server!.first_sent).toBeGreaterThan(0);
    expect(results[0]!.responseId).toMatch(/^resp_/);
    expect(summary.told.mostSessions).toBe(1);
    expect(summary.bytes!.received.max).toBeGreaterThan(10_000);
    if (process.platform === 'linux') expect(samples.at(-1)!.megabytes).toBeGreaterThan(50);
    const compared = await bench('--compare', file, file);
    expect(compared, compared.said).toMatchObject({ code: 0 });
    expect(compared.out).toMatch(/first sound/i);
    expect(summary.turns).toEqual({ asked: 1, answered: 1, failed: 0 });
    expect(summary.transcripts).toBeNull();
    expect(about.engines.map(({ engine }) => engine)).toEqual(expect.arrayContaining(['scripted', 'espeak', 'drawn']));
    expect(machine.cores).toBeGreaterThan(0);
    expect(options.callers).toBe(1);
    const { marks, pictures, audioMs } = results[0]!;
    expect(marks.response_created).toBeLessThanOrEqual(marks.first_sound!);
    expect(marks.first_sound).toBeLessThanOrEqual(marks.heard!);
    expect(audioMs).toBeGreaterThan(500);
    expect(pictures.expected - pictures.missing).toBeGreaterThan(0);
    if (process.platform === 'linux') expect(summary.server!.idleMegabytes).toBeGreaterThan(50);
  });

  it('counts what sessions leave in the heap, if the scenario says so', async () => {
    const scenario = join(folder, 'leftovers.json');
    const script = [[{ type: 'What time is it?' }]];
    const sessions = { callers: 2, turns: 2, turnsPerSession: 1, leftovers: { warmUp: 1 } };
    writeFileSync(scenario, JSON.stringify({ name: 'leftovers', about: 'Short.', ...sessions, script }));
    const { code, out, said } = await bench('--scenario', scenario, '--json', file);
    expect(code, said).toBe(0);
    const { leftovers, summary } = report();
    expect(summary.turns).toEqual({ asked: 4, answered: 4, failed: 0 });
    if (process.platform === 'win32') return expect(leftovers).toBeNull();
    expect(leftovers).toMatchObject({ sessions: 4, bytes: expect.any(Number), codeBytes: expect.any(Number) });
    expect(out).toMatch(/Warming up, which is not measured: turns of each 1\.[\s\S]*Counting what/);
    expect(out).toMatch(/left in the heap by each of 4 sessions: -?\d+ bytes, and -?\d+ of compiled code/);
  });

  it.skipIf(!('python' in findSphinx('var/python')))('has a spoken turn heard and answered', async () => {
    const { code, said } = await spokenBench();
    expect(code, said).toBe(0);
    const { summary, results } = report();
    expect(summary.turns.answered).toBe(1);
    expect(summary.stages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['speech stopped', 'transcript', 'response created', 'first sound', 'heard']),
    );
    expect(results[0]!.transcript).not.toBeNull();
  });

  // Real time runs in it: where the machine stands still in the wrong moment, that is what it measures.
  it.skipIf(!('python' in findSphinx('var/python')))(
    'interrupts, and is let go on over a noise',
    { retry: 2, timeout: 400_000 },
    async () => {
      const { said } = await spokenBench('--interrupt', '--turns', '2');
      const { results, interruptions, summary } = report();
      expect(
        results.map(({ failure }) => failure),
        said,
      ).toEqual([null, null]);
      const [question, noise] = interruptions;
      expect(question, said).toMatchObject({ kind: 'question', outcome: 'cut_off', staleFrames: 0 });
      // Nothing, but on a machine so busy that the player's word comes too late: then it is reckoned, to about a frame.
      expect(question!.historyMs).toBeLessThanOrEqual(40);
      expect(question!.atMs).toBeGreaterThanOrEqual(3500);
      expect(question!.stillMs).toBeGreaterThan(0);
      expect(noise).toMatchObject({ kind: 'noise', answer: null, movedSamples: 0 });
      expect(summary.interruptions).toMatchObject({ questions: { asked: 1, cutOff: 1 }, noises: { made: 1 } });
    },
  );

  it('measures a server that runs already, if it knows the token, and never writes that down', async () => {
    const token = 'a-token-of-the-bench';
    const server = await startServer({ ACCESS_TOKEN: token });
    try {
      const args = ['--url', server.realtime, '--callers', '1', '--turns', '1', '--typed', '--json', file];
      const refused = await bench(...args);
      expect(refused.code).toBe(2);
      expect(refused.said).toMatch(/answers 401\. Name its access token with --token\./);
      const { code, out } = await bench(...args, '--token', token);
      expect(code).toBe(0);
      expect(out).toMatch(/server +its main process, by its own word: \d+\.\d\d cores/);
      expect(readFileSync(file, 'utf8')).not.toContain(token);
    } finally {
      await server.stop();
    }
  });
});

describe('a bench that finds something wrong', () => {
  /** A server that says what `about` and `hello` say, and closes every connection after it. */
  async function closingServer(): Promise<string> {
    const server = createServer((_request, response) => {
      response.end(JSON.stringify({ version: '0', engines: [{ job: 'face', engine: 'none' }] }));
    });
    new WebSocketServer({ server }).on('connection', (socket) => {
      const session = { audio: { input: { turn_detection: null } } };
      socket.send(JSON.stringify({ type: 'session.created', session }));
      socket.once('message', () => socket.close(1011, 'internal'));
    });
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/realtime`;
  }

  it('counts every turn of a lost session as failed, and ends with 1', async () => {
    const url = await closingServer();
    const { code, out } = await bench('--url', url, '--callers', '2', '--turns', '3', '--typed', '--json', file);
    expect(code).toBe(1);
    expect(out).toMatch(/turns +0 of 6 answered, 6 failed/);
    expect(report().summary.failures).toEqual({ 'the connection was closed: 1011 internal': 6 });
  });

  it('says plainly that a server cannot hear', async () => {
    const { code } = await bench('--url', await closingServer(), '--callers', '1', '--turns', '1', '--json', file);
    expect(code).toBe(1);
    expect(report().results[0]!.failure).toBe('this server has no recogniser; measure it with --typed');
  });

  it('ends with 2 and a sentence where nothing could be measured', async () => {
    const nobody = await bench('--url', 'ws://127.0.0.1:9/v1/realtime');
    expect(nobody).toMatchObject({
      code: 2,
      said: expect.stringContaining('There is no server at http://127.0.0.1:9.'),
    });
    const wrong = await bench('--callers', 'four');
    expect(wrong).toMatchObject({ code: 2, said: expect.stringContaining('--callers four is not a whole number') });
  });

  it('shows its scenarios, and says where the mistake is in one of somebody else', async () => {
    const list = await bench('--list');
    expect(list).toMatchObject({ code: 0, out: expect.stringMatching(/^questions +Short questions/m) });
    const mine = join(folder, 'mine.json');
    writeFileSync(mine, '{ "name": "mine", "about": "Mine.", "callers": 1, "turns": 1, "script": [[{ "say": 3 }]] }');
    const wrong = await bench('--scenario', mine);
    expect(wrong).toMatchObject({
      code: 2,
      said: expect.stringContaining(`${mine}: script[0][0].say: must be the name`),
    });
    const unlike = await bench('--compare', mine, mine);
    expect(unlike).toMatchObject({ code: 2, said: expect.stringContaining('is no file that --json has written') });
  });
});
