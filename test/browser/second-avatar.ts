/** A folder of data with two avatars: Ada, and Zoe, who is Ada under another name and on another ground. */
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeBankInfo } from '../../src/avatars/bank.js';
import { decodePack, encodePack } from '../../src/protocol/pack.js';

const ADA = join(import.meta.dirname, '../../var/avatars/ada');
/** "PARLEYMB" and the version; the length of the description follows. */
const BANK_HEAD = 12;

export const ZOE = { id: 'zoe', name: 'Zoe', background: '#d9b48a' } as const;

export interface TwoAvatars {
  /** For `DATA_DIR`. */
  readonly folder: string;
  remove(): Promise<void>;
}

export async function twoAvatars(): Promise<TwoAvatars> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-avatars-'));
  const zoe = join(folder, 'avatars', ZOE.id);
  await mkdir(zoe, { recursive: true });
  await cp(ADA, join(folder, 'avatars/ada'), { recursive: true });
  const { info, pictures } = decodePack(await readFile(join(ADA, 'pack.bin')));
  const { pictures: _lengths, ...described } = info;
  const pack = encodePack({ ...described, ...ZOE }, pictures);
  await writeFile(join(zoe, 'pack.bin'), pack);
  await writeFile(join(zoe, 'mouths.bin'), renamed(await readFile(join(ADA, 'mouths.bin')), pack));
  return { folder, remove: () => rm(folder, { recursive: true }) };
}

/** The same mouths, described as Zoe's. */
function renamed(bank: Buffer, pack: Uint8Array): Buffer {
  const { info, blobsAt } = decodeBankInfo(bank);
  const hash = createHash('sha256').update(pack).digest('hex');
  const description = Buffer.from(JSON.stringify({ ...info, id: ZOE.id, pack: hash }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(description.byteLength);
  return Buffer.concat([bank.subarray(0, BANK_HEAD), length, description, bank.subarray(blobsAt)]);
}
