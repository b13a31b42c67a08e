/** The packages of npm, the build, and the drawn presenters. */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fingerprint, must, root, step } from './steps.mjs';

/**
 * onnxruntime-node would fetch its files for GPUs, which we do not use, and fail where it cannot reach them. Not said in
 * .npmrc, because newer versions of npm complain of a line that they do not know with every command.
 */
const NO_GPU_FILES = { ONNXRUNTIME_NODE_INSTALL: 'skip' };

export async function installPackages() {
  const inputs = fingerprint('package.json', 'package-lock.json', '.npmrc');
  await step(
    'packages',
    'Installing packages (about 590 MB)',
    { inputs, outcome: 'node_modules/.package-lock.json' },
    async () => {
      const npm = process.env.npm_execpath;
      const command = npm?.endsWith('js') ? [process.execPath, npm] : ['npm'];
      // Not `npm ci`: it refuses a lock file made where the registry lacks some platform's optional binaries.
      const args = [...command.slice(1), 'install', '--no-save', '--include=dev', '--loglevel=error'];
      await must(
        command[0],
        args,
        'The packages could not be installed. Is a package registry reachable?',
        NO_GPU_FILES,
      );
      removeForeignBinaries();
    },
  );
}

/** onnxruntime-node brings its library for every platform, 290 MB of it; what this machine cannot run goes again. */
function removeForeignBinaries() {
  const binaries = join(root, 'node_modules/onnxruntime-node/bin');
  const ours = join(process.platform, process.arch);
  const builds = subfolders(binaries).flatMap(subfolders).flatMap(subfolders);
  for (const build of builds.filter((folder) => !folder.endsWith(ours))) rmSync(build, { recursive: true });
}

const subfolders = (folder) => (existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []);

export async function build() {
  await buildServer();
  const pageInputs = fingerprint('package-lock.json', 'vite.config.ts', 'web-client', 'src/protocol');
  await step('page', 'Building the page', { inputs: pageInputs, outcome: 'dist/web/index.html' }, () =>
    must(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--logLevel=warn'], 'The page does not build.'),
  );
}

export async function buildServer() {
  const inputs = fingerprint('package-lock.json', 'tsconfig.json', 'src');
  await step('server', 'Building the server', { inputs, outcome: 'dist/main.js' }, () =>
    must(process.execPath, ['node_modules/typescript/bin/tsc', '-p', '.'], 'The server does not compile.'),
  );
}

/** Draws what is missing; the drawing program itself knows what is up to date. */
export async function drawAvatars(dataDir) {
  const folder = join(dataDir, 'avatars');
  const inputs = fingerprint('src/avatars') + folder;
  const { presenters } = await import('../dist/avatars/drawn/presenters.js');
  const files = presenters.map(({ id }) => join(folder, id, 'mouths.bin'));
  const outcome = relative(root, files.find((file) => !existsSync(file)) ?? folder);
  await step('avatars', 'Drawing the presenters (once)', { inputs, outcome }, () =>
    must(process.execPath, ['dist/avatars/drawn/main.js', folder], 'The presenters could not be drawn.'),
  );
}
