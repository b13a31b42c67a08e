/**
 * Writes what the worker is set up with, and what every wording means, for the measurement in Python.
 *
 *     node tools/hearing/wordings.mjs parley OUT.json      after npx tsc -p .
 */
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const dist = (file) => import(join(root, 'dist', file));
const { everyPhrase, loadPersonas } = await dist('persona.js');
const { hearingGrammar, plainPhrase } = await dist('engines/stt/hearing-grammar.js');
const { withShortForms } = await dist('engines/stt/short-forms.js');
const { dictionaryWords, findSphinx } = await dist('engines/stt/pocketsphinx-package.js');

const [id = 'parley', out = 'wordings.json'] = process.argv.slice(2);
const persona = (await loadPersonas(join(root, 'personas'))).get(id);
const { dictionaryFile } = findSphinx(join(root, 'var/python'));
const { grammar } = hearingGrammar(persona, dictionaryWords(dictionaryFile));

/** A wording may belong to several intents: "sure" depends on what was asked. */
const intents = {};
for (const { intent, phrase } of everyPhrase(persona)) {
  for (const words of withShortForms(plainPhrase(phrase))) {
    const text = words.join(' ');
    intents[text] = [...new Set([...(intents[text] ?? []), intent])];
  }
}
writeFileSync(out, JSON.stringify({ grammar, phrases: everyPhrase(persona), intents }));
