/**
 * Films on their way to become avatars: files in a folder of their own, named after the process that keeps them, so
 * that a start finds those that an earlier one left behind.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { ParleyError } from '../errors.js';

/** What servers that are gone have left. Our own number is one of theirs: in a container every server has the same. */
export async function clearUploads(folder: string): Promise<void> {
  const files = await readdir(folder).catch(() => []);
  const left = files.filter((file) => {
    const pid = /^(\d+)-/.exec(file)?.[1];
    return pid !== undefined && (Number(pid) === process.pid || !isRunning(Number(pid)));
  });
  await Promise.all(left.map((file) => rm(join(folder, file), { force: true })));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Resolves to the file's path. Leaves the stream open when it fails, so that its sender can still be answered. */
export async function keepUpload(body: Readable, folder: string, mostBytes: number): Promise<string> {
  const path = join(folder, `${process.pid}-${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    await write(body, path, mostBytes);
    return path;
  } catch (error) {
    await rm(path, { force: true });
    throw uploadFailure(error, body);
  }
}

async function write(body: Readable, path: string, mostBytes: number): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    let size = 0;
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.byteLength;
      if (size > mostBytes) throw new ParleyError('upload_too_large');
      await file.writeFile(chunk);
    }
    if (size === 0) throw new ParleyError('unsupported_media', 'The body is empty.');
  } finally {
    await file.close();
  }
}

function uploadFailure(error: unknown, body: Readable): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new ParleyError('disk_full', undefined, { cause: error });
  if (!(error instanceof ParleyError) && body.destroyed) return new ParleyError('client_gone');
  return error;
}
