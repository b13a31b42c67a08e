/** Whether weights are still what the set-up has fetched: held against the record that lies beside them, weights.json. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Finding } from './findings.js';

export interface WeightsPlace {
  readonly name: string;
  readonly folder: string;
  /** The command that fetches them. */
  readonly mend: string;
  readonly isAsked: boolean;
}

export interface Looking {
  /** Their hashes, too, which takes a second for every few hundred megabytes. */
  readonly isThorough: boolean;
  readonly tell: (progress: string) => void;
}

const file = z.looseObject({ sha256: z.string(), bytes: z.number() });
const schema = z.looseObject({
  files: z.record(z.string(), file),
  /** What was made here of several files, which may have gone then. */
  made: z.record(z.string(), file.extend({ made_of: z.array(z.string()) })).default({}),
});
type Recorded = z.infer<typeof schema>;

/** Null: there is nothing. */
export async function weights(
  { name, folder, mend, isAsked }: WeightsPlace,
  looking: Looking,
): Promise<Finding | null> {
  const about = { part: 'weights', name, isAsked };
  if (!existsSync(folder) || !statSync(folder).isDirectory() || readdirSync(folder).length === 0) return null;
  const path = join(folder, 'weights.json');
  if (!existsSync(path)) {
    const says = `${folder} has no record (weights.json): it was not fetched by the set-up`;
    return { ...about, state: 'well', says, mend: null };
  }
  const record = read(path);
  if (record === null) return { ...about, state: 'wrong', says: `${path} cannot be read`, mend: `rm ${path}; ${mend}` };
  const present = Object.entries({ ...record.files, ...record.made }).filter(([at]) => !hasGone(folder, at, record));
  for (const [at, known] of present) {
    const trouble = await troubleWith(folder, at, known, looking);
    if (trouble === null) continue;
    const remove = existsSync(join(folder, at)) ? `rm ${join(folder, at)}; ` : '';
    return { ...about, state: 'wrong', says: trouble, mend: `${remove}${mend}` };
  }
  const bytes = present.reduce((sum, [, known]) => sum + known.bytes, 0);
  const how = looking.isThorough ? 'hashes are those of the record' : 'sizes are those of the record';
  return {
    ...about,
    state: 'well',
    says: `${present.length} file${present.length === 1 ? '' : 's'}, ${Math.round(bytes / 1e6)} MB; ${how}`,
    mend: null,
  };
}

function read(path: string): Recorded | null {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return null;
  }
}

/** What something else was made of may go: voices that are all in one file, pickles beside their safetensors. */
function hasGone(folder: string, at: string, { made }: Recorded): boolean {
  if (existsSync(join(folder, at))) return false;
  if (Object.values(made).some(({ made_of }) => made_of.includes(at))) return true;
  return /\.(pth|bin)$/.test(at) && existsSync(join(folder, at.replace(/\.(pth|bin)$/, '.safetensors')));
}

async function troubleWith(
  folder: string,
  at: string,
  known: { readonly sha256: string; readonly bytes: number },
  { isThorough, tell }: Looking,
): Promise<string | null> {
  const path = join(folder, at);
  if (!existsSync(path)) return `${path} is missing`;
  const changed = `${path} is not what was fetched`;
  if (statSync(path).size !== known.bytes) return `${changed}: its size differs from the record`;
  if (!isThorough) return null;
  const hash = await sha256(path, (read) => tell(`${path} ${Math.floor((read * 100) / known.bytes)}%`));
  return hash === known.sha256 ? null : `${changed}: its hash differs from the record`;
}

async function sha256(path: string, tell: (read: number) => void): Promise<string> {
  const hash = createHash('sha256');
  let read = 0;
  for await (const block of createReadStream(path, { highWaterMark: 1 << 22 }) as AsyncIterable<Buffer>) {
    hash.update(block);
    read += block.length;
    tell(read);
  }
  return hash.digest('hex');
}
