/**
 * For whom the avatar would be cut off, and how soon, by what overhear.py kept in OUT/overheard.json: a word that is no
 * listener's word, in a partial transcript or in the final one.
 *
 *     node tools/hearing/cuts.mjs OUT      after npx tsc -p .
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const { wordsOf } = await import(join(root, 'dist/conversation/completeness.js'));
const [out] = process.argv.slice(2);
const rows = JSON.parse(readFileSync(join(out, 'overheard.json')));

const isWish = ({ text = '' }) => ['complete', 'incomplete'].includes(wordsOf(text));
const at = (times, share) => {
  const sorted = times.sort((a, b) => a - b);
  return sorted.length === 0 ? '-' : `${Math.round(1000 * sorted[Math.ceil(share * sorted.length) - 1])} ms`;
};
const share = (count, of) => `${count} of ${of} (${((100 * count) / of).toFixed(1)} %)`;

function report(name, some) {
  const turns = some.filter(({ opens }) => opens !== null);
  const firsts = (wanted) => turns.flatMap(({ said }) => said.find((one) => wanted(one) && isWish(one)) ?? []);
  const partials = firsts(({ kind }) => kind === 'partial');
  const finals = firsts(({ kind }) => kind === 'final');
  const either = firsts(() => true).map((one) => one.at);
  console.log(`${name}: ${share(turns.length, some.length)} open a turn`);
  for (const [what, list] of [
    ['partial', partials],
    ['final', finals],
  ]) {
    const times = list.map((one) => one.at);
    console.log(`  ${what}: ${share(list.length, some.length)}, after ${at(times, 0.5)}, 90 % ${at(times, 0.9)}`);
  }
  console.log(`  either: ${share(either.length, some.length)}, after ${at(either, 0.5)}, 90 % ${at(either, 0.9)}`);
}

const kinds = new Set(rows.map(({ kind }) => kind));
for (const kind of kinds)
  report(
    kind,
    rows.filter((row) => row.kind === kind),
  );
for (const voice of new Set(rows.filter(({ kind }) => kind === 'noise').map((row) => row.voice))) {
  report(
    `noise: ${voice}`,
    rows.filter((row) => row.kind === 'noise' && row.voice === voice),
  );
}
for (const text of new Set(rows.filter(({ kind }) => kind === 'interruption').map((row) => row.text))) {
  report(
    `"${text}"`,
    rows.filter((row) => row.text === text),
  );
}
for (const { kind, text, voice, room, said } of rows) {
  const found = said.find(isWish);
  if (kind !== 'interruption' && found !== undefined) {
    console.log(`${kind} "${text}" by ${voice} (${room}): ${found.kind} "${found.text}" at ${found.at.toFixed(2)} s`);
  }
}
