/** What the engines need of Python, as python/pyproject.toml says it: what a person installs by hand is what the set-up does. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The requirements of these extras, ready for a shell. */
export function requirementsOf(root: string, ...extras: readonly string[]): string {
  const file = join(root, 'python/pyproject.toml');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return extras
    .flatMap((name) => {
      const list = new RegExp(`^${name} = \\[((?:[^"\\]]|"[^"]*")*)\\]`, 'm').exec(text)?.[1] ?? '';
      return [...list.matchAll(/"([^"]*)"/g)].map((match) => match[1]!);
    })
    .map((one) => (/^[\w.=-]+$/.test(one) ? one : `"${one}"`))
    .join(' ');
}
