/** The name of a drawing: the same design drawn by the same code has the same key, and need not be drawn again. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export function drawingKey(settings: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(settings));
  const here = fileURLToPath(import.meta.url);
  const folder = dirname(here);
  // Only the drawing code itself: files of its own kind (.js once compiled), without maps and declarations.
  const files = readdirSync(folder).filter((name) => extname(name) === extname(here) && !name.endsWith('.d.ts'));
  for (const name of files.sort())
    hash
      .update(name)
      .update('\0')
      .update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}
