/** How this server makes avatars out of films and removes them, put together from its settings. */
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import type { Logger } from 'pino';
import type { Catalogue } from './avatars/catalogue.js';
import { createJobs, type Jobs } from './avatars/jobs.js';
import { type PreparingProgram, prepare } from './avatars/preparing.js';
import { clearRemoved, removeAvatar } from './avatars/removing.js';
import { clearUploads, keepUpload } from './avatars/uploads.js';
import type { Config } from './config.js';
import { findMuseTalk } from './engines/face/musetalk-package.js';
import { ParleyError } from './errors.js';
import type { AvatarJob, AvatarMaking, AvatarOrder } from './gateway/avatar-jobs.js';
import { type PreparingSetting, preparingOptions } from './preparing-options.js';

export interface MakingTools {
  readonly config: Pick<
    Config,
    'DATA_DIR' | 'MUSETALK_PYTHON' | 'MUSETALK_MODELS_DIR' | 'MAX_CONCURRENT_TASKS' | 'MAX_UPLOAD' | PreparingSetting
  >;
  /** The package's own folder. */
  readonly root: string;
  readonly catalogue: Catalogue;
  /** The id of the avatar that callers meet who name nobody. */
  readonly own: string | null;
  readonly log: Logger;
}

export interface Making extends AvatarMaking {
  close(): Promise<void>;
}

export async function openMaking(tools: MakingTools): Promise<Making> {
  const { config, root, catalogue, own, log } = tools;
  const dataDir = resolve(root, config.DATA_DIR);
  const uploads = join(dataDir, 'uploads');
  const into = join(dataDir, 'avatars');
  const warn = (words: string, err: unknown) => log.warn({ err }, words);
  await Promise.all([clearUploads(uploads), clearRemoved(into, warn)]);
  const mostBytes = config.MAX_UPLOAD * 1_000_000;
  const jobs = createJobs({ atOnce: config.MAX_CONCURRENT_TASKS, log });
  return {
    mostBytes,
    begin: (order, film) => begin({ ...tools, jobs, uploads, into, mostBytes }, order, film),
    async remove(id) {
      if (id === own) {
        throw new ParleyError('avatar_stays', `"${id}" is whom callers meet who name nobody; AVATAR names another.`);
      }
      try {
        await removeAvatar(into, id, warn);
      } finally {
        await catalogue.look();
      }
      // Whoever has somebody removed may have been asked to by the person shown.
      catalogue.forget(id);
    },
    list: jobs.list,
    get: jobs.get,
    cancel: jobs.cancel,
    close: jobs.close,
  };
}

interface Bench extends MakingTools {
  readonly jobs: Jobs;
  readonly uploads: string;
  readonly into: string;
  readonly mostBytes: number;
}

async function begin(bench: Bench, { name, ...order }: AvatarOrder, film: Readable): Promise<AvatarJob> {
  const { catalogue, jobs, uploads, into, log } = bench;
  const { models, program } = museTalkHere(bench.config, bench.root);
  // It may have come from the command line.
  await catalogue.look();
  if (catalogue.get(name) !== undefined) {
    throw new ParleyError('avatar_exists', `There is an avatar "${name}".`, { param: 'name' });
  }
  const place = jobs.hold(name);
  try {
    const source = await keepUpload(film, uploads, bench.mostBytes);
    const cleanUp = () => rm(source, { force: true });
    try {
      return place.start({
        async run(reports, signal) {
          await prepare(program, { ...order, name, source, into, models }, { ...reports, signal, log });
          await catalogue.add(name);
        },
        cleanUp,
      });
    } catch (error) {
      await cleanUp();
      throw error;
    }
  } finally {
    place.leave();
  }
}

/** Looked for each time: it may have been set up since the start. Throws cannot_prepare, with what to run. */
function museTalkHere(
  config: MakingTools['config'],
  root: string,
): { readonly models: string; readonly program: PreparingProgram } {
  const found = findMuseTalk({
    root,
    python: config.MUSETALK_PYTHON ?? null,
    models: config.MUSETALK_MODELS_DIR ?? null,
    dataDir: resolve(root, config.DATA_DIR),
  });
  if ('enable' in found)
    throw new ParleyError('cannot_prepare', `Avatars cannot be made: ${found.why}. ${found.enable}`);
  const program: PreparingProgram = {
    file: found.python,
    args: ['-m', 'parley_workers.musetalk'],
    options: preparingOptions(config, root),
    cwd: join(root, 'python'),
  };
  return { models: resolve(root, found.models), program };
}
