/** The person of writeAvatar under another name: another pack, and the face that belongs to it. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `name`: four letters, so that no length in the two files changes. */
export function renameAvatar(folder: string, name: string): void {
  const packFile = join(folder, 'pack.bin');
  const faceFile = join(folder, 'face.safetensors');
  const before = readFileSync(packFile);
  const pack = Buffer.from(before.toString('latin1').replace('"Anna"', `"${name}"`), 'latin1');
  const face = readFileSync(faceFile, 'latin1').replace(sha256(before), sha256(pack));
  writeFileSync(packFile, pack);
  writeFileSync(faceFile, face, 'latin1');
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
