/** The bench over simulated vendors, and the pipeline that it is compared with; real processes, real time, few turns. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { joinedSamples } from '../../src/audio/pcm.js';
import { wavFile } from '../../src/audio/wav.js';
import type { Baseline } from '../../src/bench/baseline.js';
import type { RunFile } from '../../src/bench/run-file.js';
import { loadSound } from '../../src/bench/sound.js';
import type { Summary } from '../../src/bench/summary.js';
import { variables } from '../../src/config.js';
import { asStudioWav } from '../fixtures/any-wav.js';

interface Report {
  readonly about: { readonly engines: { job: string; engine: string }[] };
  readonly summary: Summary;
  readonly baseline: Baseline | null;
}

const folder = mkdtempSync(join(tmpdir(), 'parley-'));
const file = join(folder, 'bench.json');
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !variables.includes(name)));
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill();
});

async function bench(...args: string[]): Promise<{ code: number; out: string }> {
  const child = spawn(process.execPath, ['dist/bench/main.js', ...args], {
    env: { ...environment, PARLEY_ENV_FILE: 'none' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      out += data;
    });
  }
  const [code] = await once(child, 'close');
  return { code: code as number, out };
}

describe('a bench over simulated vendors', { timeout: 180_000 }, () => {
  it('has two callers heard rightly at once, and runs the sequential pipeline beside it', async () => {
    const args = ['--vendors', 'quick', '--baseline', 'sequential', '--callers', '2', '--turns', '1', '--json', file];
    const { code, out } = await bench(...args);
    expect(code, out).toBe(0);
    const { about, summary, baseline } = JSON.parse(readFileSync(file, 'utf8')) as Report;
    expect(about.engines.map(({ engine }) => engine).slice(1)).toEqual(['openai', 'openai', 'elevenlabs', 'simulated']);
    expect(summary.turns).toEqual({ asked: 2, answered: 2, failed: 0 });
    expect(summary.transcripts).toEqual({ right: 2, wrong: 0, missing: 0 });
    const pair = summary.stages.find(({ name }) => name === 'first sound and its picture')!.of;
    expect(pair.count).toBe(2);
    expect(baseline!.turns).toHaveLength(2);
    for (const turn of baseline!.turns) {
      expect(turn).toMatchObject({ transcriptIsRight: true, pictures: Math.ceil(turn.audioMs / 40) });
      // Its stages cannot be shorter than the vendors are slow.
      expect(turn.totalMs).toBeGreaterThan(100 + 150 + 23 * 20 + 100 + turn.pictures * 2);
    }
    expect(baseline!.ratio).toBeCloseTo(pair.p50 / baseline!.total.p50, 3);
    expect(out).toMatch(/ratio +\d\.\d\d\n/);
  });

  it("has recordings of one's own heard rightly, and writes down what their scenario says of them", async () => {
    const recordings = [
      { name: 'mine', wav: 'sounds/mine.wav', text: 'What is your name, and how old are you?' },
      { name: 'door', wav: 'sounds/door.wav' },
    ];
    mkdirSync(join(folder, 'sounds'));
    // Two shipped questions as one, by words that only those know who have been told.
    const voices = ['what-is-your-name', 'how-old-are-you'].map((name) => {
      const { samples, voiced } = loadSound(`src/bench/voices/${name}.wav`);
      return samples.subarray(voiced.from, voiced.to);
    });
    const said = wavFile(joinedSamples([new Int16Array(4800), ...voices, new Int16Array(4800)]), 24_000);
    writeFileSync(join(folder, 'sounds/mine.wav'), asStudioWav(said));
    writeFileSync(join(folder, 'sounds/door.wav'), asStudioWav(readFileSync('src/bench/voices/knock.wav')));
    const script = [[{ say: 'mine' }]];
    const scenario = { name: 'mine', about: 'Mine.', callers: 2, turns: 1, recordings, script };
    writeFileSync(join(folder, 'mine.json'), JSON.stringify(scenario));
    const { code, out } = await bench('--vendors', 'quick', '--scenario', join(folder, 'mine.json'), '--json', file);
    expect(code, out).toBe(0);
    const { summary, options } = JSON.parse(readFileSync(file, 'utf8')) as RunFile;
    expect(summary.turns).toEqual({ asked: 2, answered: 2, failed: 0 });
    expect(summary.transcripts).toEqual({ right: 2, wrong: 0, missing: 0 });
    const sha256 = expect.stringMatching(/^[0-9a-f]{12}$/);
    const known = recordings.map(({ wav: _, ...each }) => ({ ...each, sha256 }));
    expect(options.scenario).toEqual({ ...scenario, recordings: known });
  });

  it('refuses a recording that cannot be used before anything is started', async () => {
    const recordings = [{ name: 'mine', wav: 'nothing.wav', text: 'Hello.' }];
    const scenario = { name: 'mine', about: 'Mine.', callers: 1, turns: 1, recordings, script: [[{ say: 'mine' }]] };
    writeFileSync(join(folder, 'nothing.json'), JSON.stringify(scenario));
    const { code, out } = await bench('--vendors', 'quick', '--scenario', join(folder, 'nothing.json'));
    expect(code).toBe(2);
    expect(out).toBe(
      `The bench cannot run: ${join(folder, 'nothing.json')}: recordings[0].wav: The file ${join(folder, 'nothing.wav')} ` +
        "is not there; in a scenario a path counts from the scenario's folder.\n",
    );
  });

  it('says why there are no vendors', async () => {
    const { code, out } = await bench('--vendors', 'seed', '--pace', 'chat=1');
    expect(code).toBe(2);
    expect(out).toMatch(/--chat 1 is not a pace[\s\S]*The simulated vendors did not start/);
  });

  it('leaves no vendors behind when it is gone', async () => {
    const vendors = fork('dist/bench/simulate.js', [], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    running.push(vendors);
    await once(vendors.stdout!, 'data');
    const ended = once(vendors, 'exit');
    vendors.disconnect();
    expect(await ended).toEqual([0, null]);
  });
});
