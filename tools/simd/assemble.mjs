/** Assembles kernel.wat into src/simd/kernel.ts: `node tools/simd/assemble.mjs`, after every change of it. */
import { readFileSync, writeFileSync } from 'node:fs';
import wabtTools from 'wabt';

const SOURCE = new URL('kernel.wat', import.meta.url);
const TARGET = new URL('../../src/simd/kernel.ts', import.meta.url);

/** What src/simd/kernel.ts has to say. */
export async function assembled() {
  const wabt = await wabtTools();
  const module = wabt.parseWat('kernel.wat', readFileSync(SOURCE, 'utf8'), { simd: true });
  module.validate();
  const bytes = Buffer.from(module.toBinary({}).buffer);
  module.destroy();
  const lines = bytes.toString('base64').match(/.{1,100}/g) ?? [];
  return `/** WebAssembly, made of tools/simd/kernel.wat by tools/simd/assemble.mjs; do not edit. */
export const KERNEL =
${lines.map((line) => `  '${line}'`).join(' +\n')};
`;
}

if (process.argv[1] === new URL(import.meta.url).pathname) writeFileSync(TARGET, await assembled());
