/** Keys, and how they are kept out of everything that people read. */

/** Shorter ones are placeholders ("ollama", "none"), and would be found in innocent words. */
const LEAST = 8;
/** So many characters in a row that also stand in a key are taken for a part of it. */
const TELLING = 6;

/** A key as it may be shown: its last four characters, if those are few of it. */
export const shownKey = (key: string): string => (key.length >= 2 * LEAST ? `…${key.slice(-4)}` : '…');

/** The text with every word in it that has something of a key replaced by the key as it may be shown. */
export function redacted(text: string, keys: readonly string[]): string {
  return keys
    .filter((key) => key.length >= LEAST)
    .reduce((safe, key) => {
      const rest = formsOf(key).reduce((found, form) => found.replaceAll(form, shownKey(key)), safe);
      return mayTell(rest, key) ? withoutKey(rest, key) : rest;
    }, text);
}

/** As it is, and as it stands in JSON and in addresses. */
const formsOf = (key: string): string[] => [key, JSON.stringify(key).slice(1, -1), encodeURIComponent(key)];

function mayTell(text: string, key: string): boolean {
  for (let at = 0; at + TELLING <= key.length; at += 1) {
    if (text.includes(key.slice(at, at + TELLING))) return true;
  }
  return false;
}

/** Blanks, quotes and what escapes them stay, so that JSON stays JSON. */
function withoutKey(text: string, key: string): string {
  return text.replace(/[^\s"\\]+/g, (word) => (mayTell(word, key) ? shownKey(key) : word));
}
