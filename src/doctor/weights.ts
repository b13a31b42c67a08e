/** Whether weights are still what the set-up has fetched: held against the record that lies beside them, weights.json. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import type { Finding } from './findings.js';

export interface WeightsPlace {
  readonly name: string;
  /** A folder, or the model itself, with the rest beside it. */
  readonly place: string;
  /** Sets of files, by pattern; where one of these sets is there, the weights are whole. */
  readonly whole: readonly (readonly RegExp[])[];
  /** What brings them; `damaged` is a file that is in its way, `names` are those that it is about. */
  mend(damaged: string | null, names: readonly string[]): string;
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
type Known = z.infer<typeof file>;
const NO_RECORD: Recorded = { files: {}, made: {} };

/** Of downloads that were ended before they were whole. */
const UNFINISHED = '.unfinished';
/** Enough to compare by eye. */
const SHORT_HASH = 12;

/** Null: there is nothing. */
export async function weights(wanted: WeightsPlace, looking: Looking): Promise<Finding | null> {
  const { name, place, isAsked, mend } = wanted;
  const about = { part: 'weights', name, isAsked };
  const isFile = existsSync(place) && statSync(place).isFile();
  const folder = isFile ? dirname(place) : place;
  if (!existsSync(folder) || readdirSync(folder).length === 0) return null;
  const wrong = (says: string, way: string): Finding => ({ ...about, state: 'wrong', says, mend: way });
  const path = join(folder, 'weights.json');
  const record = existsSync(path) ? read(path) : NO_RECORD;
  if (record === null) return wrong(`${path} cannot be read`, mend(path, []));
  const entries = { ...record.files, ...record.made };
  const names = Object.keys(entries);
  if (names.length === 0 || (isFile && entries[basename(place)] === undefined)) {
    const left = ownFiles(folder);
    if (!isFile && left.length === 0) return wrong(`${folder} has the beginning of a download only`, mend(null, []));
    const says = `${place} has no record (weights.json): it was not fetched by the set-up`;
    return { ...about, state: 'well', says, mend: null };
  }
  const present = Object.entries(entries).filter(([at]) => !hasGone(folder, at, record));
  for (const [at, known] of present) {
    const trouble = await troubleWith(folder, at, known, looking);
    if (trouble === null) continue;
    return wrong(trouble, mend(existsSync(join(folder, at)) ? join(folder, at) : null, [at]));
  }
  if (existsSync(join(folder, UNFINISHED)) || !isWhole(wanted, folder, names)) {
    return wrong(`${folder} is not whole: fetching it was ended before its end`, mend(null, names));
  }
  return { ...about, state: 'well', says: figures(present, looking), mend: null };
}

function figures(present: readonly (readonly [string, Known])[], { isThorough }: Looking): string {
  const bytes = present.reduce((sum, [, known]) => sum + known.bytes, 0);
  const [largest] = present.toSorted(([, one], [, other]) => other.bytes - one.bytes);
  const count = `${present.length} file${present.length === 1 ? '' : 's'}, ${Math.round(bytes / 1e6)} MB`;
  const how = isThorough ? 'hashes are those of the record' : 'sizes are those of the record';
  const main = largest === undefined ? '' : `, sha256 of ${largest[0]}: ${largest[1].sha256.slice(0, SHORT_HASH)}`;
  return `${count}; ${how}${main}`;
}

/** Whatever an operator has put there. */
const ownFiles = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name !== UNFINISHED && !name.startsWith('weights.json'));

function isWhole({ whole }: WeightsPlace, folder: string, names: readonly string[]): boolean {
  const here = names.filter((name) => existsSync(join(folder, name)));
  return whole.length === 0 || whole.some((set) => set.every((one) => here.some((name) => one.test(name))));
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
  known: Known,
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
