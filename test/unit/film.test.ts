/** The face file of a filmed avatar as the server sees it: whether it is one, and whose. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readFilm } from '../../src/avatars/film.js';

const pack = 'cd'.repeat(32);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-film-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** A safetensors file without tensors, but with a description. */
function faceFile(about: unknown): Uint8Array {
  const header = JSON.stringify({ __metadata__: { parley: JSON.stringify(about) } });
  const bytes = new Uint8Array(8 + header.length + 4);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(new TextEncoder().encode(header), 8);
  return bytes;
}

const place = () => ({
  id: 'anna',
  pack,
  packFile: join(folder, 'pack.bin'),
  faceFile: join(folder, 'face.safetensors'),
});
const good = { version: 1, id: 'anna', pack, more: 'is not looked at' };

describe('a face file', () => {
  it('is known by its hash, and read again when a worker wants it', async () => {
    const bytes = faceFile(good);
    await writeFile(place().faceFile, bytes);
    await writeFile(place().packFile, 'the pack');
    const film = await readFilm(place());
    expect(film?.hash).toBe(createHash('sha256').update(bytes).digest('hex'));
    const read = await film!.read();
    expect([Buffer.from(read.face), Buffer.from(read.pack).toString()]).toEqual([Buffer.from(bytes), 'the pack']);
  });

  it('that is not there is no mistake: the avatar was drawn', async () => {
    expect(await readFilm(place())).toBeNull();
  });

  it.each([
    ['of nothing', new Uint8Array(0), /does not describe a face/],
    ['that is no safetensors file', new Uint8Array(200).fill(0xff), /header does not fit/],
    ['that is cut off in its header', faceFile(good).subarray(0, 60), /header does not fit/],
    ['without a description', faceFile(undefined), /does not describe a face/],
    ['of a later version', faceFile({ ...good, version: 2 }), /version/],
    ['of another avatar', faceFile({ ...good, id: 'berta' }), /another pack/],
    ['of another pack', faceFile({ ...good, pack: 'ef'.repeat(32) }), /another pack/],
  ])('%s is refused', async (_name, bytes, reason) => {
    await writeFile(place().faceFile, bytes);
    await expect(readFilm(place())).rejects.toMatchObject({ code: 'bad_pack', message: expect.stringMatching(reason) });
  });
});
