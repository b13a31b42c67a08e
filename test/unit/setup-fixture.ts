/** A copy of the set-up in a folder of its own, with a Python that makes environments of nothing and fetches nothing. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Packages become folders. Whatever FAKE_REFUSES occurs in is refused by pip. */
const PYTHON = `#!/bin/sh
echo "$*" >> "$FAKE_LOG"
case "$*" in
  -V) echo 'Python 3.11.0' ;;
  '-m venv '*)
    for folder; do :; done
    rm -rf "$folder"
    mkdir -p "$folder/bin" "$folder/lib/python3.11/site-packages"
    cp "$0" "$folder/bin/python"
    printf '#!%s/bin/python\\n' "$PWD/$folder" > "$folder/bin/pip" ;;
  '-m pip install '*)
    case "$*" in *"\${FAKE_REFUSES:-nothing at all}"*) echo 'ERROR: no index can be reached' >&2; exit 1 ;; esac
    shift 4
    for one; do mkdir -p "$(dirname "$0")/../lib/python3.11/site-packages/\${one%%[=<> @]*}"; done ;;
  *parley_workers.weights*--dry-run) echo '2 files of somebody, 1.0 MB: 1.0 MB are to come' >&2 ;;
  *parley_workers.weights*) for one in 3 10 11 47 100; do echo "$one%  model"; done ;;
esac
`;

export interface SetupCopy {
  readonly root: string;
  /** What the fake Python was asked for, one line each. */
  asked(): string[];
  /** Which packages an environment has. */
  has(environment: string, name: string): string;
  /** Node, in the folder of the copy; resolves to all that it printed, and its exit code. */
  run(args: readonly string[], env?: Record<string, string>): Promise<{ out: string; code: number }>;
}

export function setupCopy(): SetupCopy {
  const root = mkdtempSync(join(tmpdir(), 'parley-setup-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const name of ['setup', 'setup.mjs', 'python/pyproject.toml'])
    cpSync(name, join(root, name), { recursive: true });
  for (const name of ['var', 'fake']) mkdirSync(join(root, name));
  writeFileSync(join(root, 'fake/python3'), PYTHON, { mode: 0o755 });
  const log = join(root, 'fake/log');
  writeFileSync(log, '');
  // Of this process only what a program needs to run: its tests are told where a real Python is.
  const base = { PATH: `${join(root, 'fake')}:${process.env.PATH}`, FAKE_LOG: log };
  return {
    root,
    asked: () => readFileSync(log, 'utf8').split('\n').filter(Boolean),
    has: (environment, name) => join(root, environment, 'lib/python3.11/site-packages', name),
    run: (args, env = {}) =>
      new Promise((done) => {
        const child = execFile(process.execPath, args, { cwd: root, env: { ...base, ...env } }, (_, out, errors) =>
          done({ out: out + errors, code: child.exitCode ?? 1 }),
        );
      }),
  };
}

/** The arguments that let Node call a function of the set-up; what it gives becomes the exit code. */
export const calling = (file: string, call: string): string[] => [
  '--input-type=module',
  '-e',
  `const setup = await import('./setup/${file}'); process.exitCode = (await setup.${call}) ?? 0;`,
];
