import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** docs/workers.md against the golden frames, which both languages are held to. */
const docs = readFileSync(new URL('../../docs/workers.md', import.meta.url), 'utf8');
const frames = new URL('../fixtures/worker-frames/', import.meta.url);

it('shows the bytes of a frame that is really read', () => {
  const example = docs.match(/^(?:[0-9a-f]{2} )+ .*$/gm)!;
  const bytes = example.map((line) => line.split('  ')[0]!.replaceAll(' ', '')).join('');
  expect(bytes).toBe(readFileSync(new URL('to-worker-chunk-without-data.bin', frames)).toString('hex'));
});

it('has a row with all fields for every message', () => {
  const headers = readdirSync(frames)
    .filter((file) => /^(to|from)-worker.*\.json$/.test(file))
    .map((file) => JSON.parse(readFileSync(new URL(file, frames), 'utf8')).header);
  expect(headers.length).toBeGreaterThan(15);
  const rows = docs.split('\n').filter((line) => /^\| `\w+` \| [→←⇄] \|/.test(line));
  for (const { type, ...fields } of headers) {
    const found = rows.some(
      (row) =>
        row.startsWith(`| \`${type}\` |`) &&
        Object.keys(fields).every((field) => new RegExp(`\`${field}[\`:]`).test(row)),
    );
    expect(found, `${type} with ${Object.keys(fields)}`).toBe(true);
  }
});
