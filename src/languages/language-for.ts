/** The table of a language, by whatever names it: a tag as "de-AT", or its English name, as recognisers tell it. */
import { anyLanguage } from './any.js';
import { german } from './de.js';
import { english } from './en.js';
import { spanish } from './es.js';
import { french } from './fr.js';
import { italian } from './it.js';
import { japanese } from './ja.js';
import { korean } from './ko.js';
import type { Language } from './language.js';
import { dutch } from './nl.js';
import { portuguese } from './pt.js';
import { chinese } from './zh.js';

const BY_CODE = {
  de: german,
  en: english,
  es: spanish,
  fr: french,
  it: italian,
  ja: japanese,
  ko: korean,
  nl: dutch,
  pt: portuguese,
  zh: chinese,
};
const BY_NAME = {
  ...{ german, english, spanish, french, italian, japanese, korean, dutch, portuguese, chinese },
  // Whisper's other names.
  ...{ castilian: spanish, flemish: dutch, mandarin: chinese },
};
const LANGUAGES: ReadonlyMap<string, Language> = new Map(Object.entries({ ...BY_CODE, ...BY_NAME }));

/** Of a language without a table, what holds in any. */
export const languageFor = (name: string): Language =>
  LANGUAGES.get(name.trim().split(/[-_]/)[0]!.toLowerCase()) ?? anyLanguage;
