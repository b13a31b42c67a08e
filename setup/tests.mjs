/** The tests, and their counts. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { museTalkPython, venvPython } from './python.mjs';
import { coquiPython, speechPython } from './speech.mjs';
import { root, run, say } from './steps.mjs';

/** Tells main.ts, run by the tests, to leave an operator's `.env` alone, and onnxruntime not to report to its maker. */
const SETTINGS_OFF = { PARLEY_ENV_FILE: 'none', ORT_DISABLE_TELEMETRY: '1' };

export async function test() {
  mkdirSync(join(root, 'var/test'), { recursive: true });
  const node = (...args) => run(process.execPath, args, { show: true });
  const checks = [
    ['types of the tests', () => node('node_modules/typescript/bin/tsc', '-p', 'test/tsconfig.json')],
    ['types of the page', () => node('node_modules/typescript/bin/tsc', '-p', 'web-client/tsconfig.json', '--noEmit')],
    ['style', () => node('node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings')],
  ];
  let wrong = 0;
  for (const [name, check] of checks) {
    if ((await check()).code !== 0) {
      say(`\n  The check of ${name} failed.`);
      wrong += 1;
    }
  }
  const hasPython = existsSync(venvPython());
  const hasSpeech = existsSync(speechPython());
  const counts = await vitest(['server', 'pages', 'local'], {
    ...(hasPython ? { PARLEY_PYTHON: venvPython() } : {}),
    ...(hasSpeech ? { SPEECH_PYTHON: speechPython() } : {}),
  });
  const suites = [];
  if (hasPython && spawnSync(venvPython(), ['-c', 'import pytest']).status === 0) {
    suites.push(pytest(venvPython(), 'test/python', 'whole'));
  } else {
    skipLoudly(
      counts,
      `Python tests: no ${hasPython ? 'pytest' : 'Python environment; install python3 and python3-venv'}`,
    );
  }
  if (hasSpeech && spawnSync(speechPython(), ['-c', 'import pytest']).status === 0) {
    suites.push(pytest(speechPython(), 'test/speech', 'whole'));
  } else {
    skipLoudly(counts, 'tests of local speech: its environment could not be made; a package index must be reachable');
  }
  // Each runs one test at a time, and waits more than it works.
  for (const suite of await Promise.all(suites)) add(counts, suite);
  counts.failed += wrong;
  return told(counts);
}

/** Only what needs torch: the models, and whole answers and conversations of a server whose faces they draw. */
export async function testTorch() {
  mkdirSync(join(root, 'var/test'), { recursive: true });
  const counts = await pytest(museTalkPython(), 'test/torch');
  add(counts, await vitest(['torch', 'filmed'], { MUSETALK_PYTHON: museTalkPython() }));
  return told(counts);
}

/** XTTS, with a tiny model. Its conversations are heard by what hears them in the other tests of local speech. */
export async function testCoqui() {
  mkdirSync(join(root, 'var/test'), { recursive: true });
  const counts = await pytest(coquiPython(), 'test/coqui');
  const hears = existsSync(speechPython()) ? { SPEECH_PYTHON: speechPython() } : {};
  add(counts, await vitest(['coqui'], { ...hears, COQUI_PYTHON_UNDER_TEST: coquiPython() }));
  return told(counts);
}

/** Ends with the counts; resolves to the exit code. */
function told(counts) {
  for (const name of counts.skips) say(`  SKIPPED  ${name}`);
  if (process.env.PARLEY_NO_SKIPS === '1') {
    counts.failed += counts.skipped;
    counts.skipped = 0;
  }
  say(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

async function vitest(projects, env) {
  const file = join(root, 'var/test', `vitest-${projects[0]}.json`);
  rmSync(file, { force: true });
  const named = projects.flatMap((project) => ['--project', project]);
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...named, '--reporter=default', '--reporter=json'];
  const { code } = await run(process.execPath, [...args, `--outputFile.json=${file}`], {
    show: true,
    env: { ...env, ...SETTINGS_OFF },
  });
  const counts = countVitest(file);
  if (code !== 0 && counts.failed === 0) counts.failed += 1;
  return counts;
}

function countVitest(file) {
  const counts = { passed: 0, failed: 0, skipped: 0, skips: [] };
  if (!existsSync(file)) return { ...counts, failed: 1 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  for (const suite of report.testResults) {
    if (suite.assertionResults.length === 0 && suite.status === 'failed') counts.failed += 1;
    for (const { status, fullName } of suite.assertionResults) {
      if (status === 'passed') counts.passed += 1;
      else if (status === 'failed') counts.failed += 1;
      else skipLoudly(counts, fullName);
    }
  }
  return counts;
}

async function pytest(python, folder, show = true) {
  const file = join(root, 'var/test', `${folder.replace('/', '-')}.xml`);
  rmSync(file, { force: true });
  const { code } = await run(python, ['-m', 'pytest', '-q', folder, `--junitxml=${file}`], {
    show,
    env: { PYTHONPATH: join(root, 'python'), PYTHONDONTWRITEBYTECODE: '1' },
  });
  const counts = { passed: 0, failed: 0, skipped: 0, skips: [] };
  const suite = existsSync(file) ? /<testsuite [^>]*>/.exec(readFileSync(file, 'utf8'))?.[0] : undefined;
  if (suite === undefined) return { ...counts, failed: 1 };
  const number = (name) => Number(new RegExp(`${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  counts.failed = number('failures') + number('errors');
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  counts.passed = Math.max(0, number('tests') - counts.failed - number('skipped'));
  for (let index = 0; index < number('skipped'); index += 1)
    skipLoudly(counts, 'a Python test; the list above names it');
  return counts;
}

function skipLoudly(counts, name) {
  counts.skipped += 1;
  counts.skips.push(name);
}

function add(counts, more) {
  counts.passed += more.passed;
  counts.failed += more.failed;
  counts.skipped += more.skipped;
  counts.skips.push(...more.skips);
}
