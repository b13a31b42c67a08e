/**
 * HTML that is safe by its making: whatever stands in `${}` is escaped, unless it was made here itself. A run's file holds
 * what strangers wrote (a server's names for its engines, what it heard), and all of it passes through here.
 */

/** A symbol, so that nothing that came out of a JSON file can pass for markup. */
const MADE = Symbol('markup');

export interface Markup {
  readonly [MADE]: string;
}

export type Part = Markup | string | number | null | undefined | false | readonly Part[];

export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return made(texts.map((text, at) => text + (at < parts.length ? written(parts[at]) : '')).join(''));
}

/** Of something that this program itself wrote; never of anything that came with a run. */
export function trusted(text: string): Markup {
  return made(text);
}

export function written(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (Array.isArray(part)) return part.map(written).join('');
  if (typeof part === 'object' && MADE in part) return part[MADE];
  return escaped(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Of characters that would turn the reading direction round, or could not be seen, only a mark is left. */
function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (sign) => (/\s/.test(sign) ? ' ' : '\ufffd'))
    .replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);
}

function made(text: string): Markup {
  return { [MADE]: text };
}
