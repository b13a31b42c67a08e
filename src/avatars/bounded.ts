/** Files that anybody may have put into a folder of avatars: only ordinary ones are read, and only up to a size. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { ParleyError } from '../errors.js';

export async function readBounded(path: string, mostBytes: number): Promise<Uint8Array> {
  // Without it whoever opens a pipe waits until somebody writes into it. Windows has neither.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new ParleyError('bad_pack', 'it is no ordinary file');
    if (found.size > mostBytes) throw new ParleyError('bad_pack', `${found.size} bytes; at most ${mostBytes}`);
    return await file.readFile();
  } finally {
    await file.close();
  }
}
