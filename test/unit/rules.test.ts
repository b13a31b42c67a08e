import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('quotes every rule of the conversation in a test', () => {
  const rules = [...readFileSync('src/conversation/RULES.md', 'utf8').matchAll(/^- \*\*(R\d+)\*\*/gm)].map(
    (match) => match[1]!,
  );
  const tests = ['test/unit', 'test/e2e'].flatMap((folder) =>
    readdirSync(folder).map((file) => (file.endsWith('.test.ts') ? readFileSync(`${folder}/${file}`, 'utf8') : '')),
  );
  const quoted = (rule: string) => tests.some((text) => new RegExp(`(it|describe)\\('${rule} `).test(text));
  expect(rules.length).toBeGreaterThan(15);
  expect(rules.filter((rule) => !quoted(rule))).toEqual([]);
});
