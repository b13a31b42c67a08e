/**
 * English writing that the embedded synthesiser reads badly by itself, and how it is said. Tried from the top at every
 * character; the first that matches wins. All patterns are sticky (`y`), and none can backtrack without bound.
 */

export interface SpeakingRule {
  readonly written: RegExp;
  readonly spoken: string | ((match: RegExpExecArray) => string);
}

/** A full stop is kept where a sentence may end with it: before a capital, or at the end. */
const stopIf = (lookedAhead: string | undefined): string => (lookedAhead === undefined ? '' : '.');

const abbreviations: Record<string, string> = {
  Dr: 'Doctor',
  Mr: 'Mister',
  Mrs: 'Missiz',
  Ms: 'Miz',
  Prof: 'Professor',
  St: 'Saint',
  Mt: 'Mount',
  vs: 'versus',
  approx: 'approximately',
  'e.g': 'for example',
  'i.e': 'that is',
};

const units: Record<string, string> = {
  'km/h': 'kilometres an hour',
  mph: 'miles an hour',
  km: 'kilometres',
  kg: 'kilograms',
  cm: 'centimetres',
  mm: 'millimetres',
  ms: 'milliseconds',
  GB: 'gigabytes',
  MB: 'megabytes',
  '°C': 'degrees Celsius',
  '°F': 'degrees Fahrenheit',
};

const currencies: Record<string, { one: string; many: string; small: string }> = {
  $: { one: 'dollar', many: 'dollars', small: 'cents' },
  '€': { one: 'euro', many: 'euros', small: 'cents' },
  '£': { one: 'pound', many: 'pounds', small: 'pence' },
};

const months = 'January February March April May June July August September October November December'.split(' ');

const oneOf = (table: Record<string, unknown>): string =>
  Object.keys(table)
    .map((key) => key.replace(/[.$/]/g, '\\$&'))
    .join('|');

const markup: SpeakingRule[] = [
  // Tags, comments and instructions of SSML, HTML and XML; what stands between them is said.
  { written: /<\/?[a-z][\w:.-]{0,40}(?:\s[^<>]{0,400}=[^<>]{0,400})?\s?\/?>/iy, spoken: ' ' },
  { written: /<[!?][^<>]{0,400}>/y, spoken: ' ' },
  { written: /&(?:lt|gt|quot|apos|nbsp|#\d{1,7});/y, spoken: ' ' },
  { written: /&(?:amp;)?/y, spoken: ' and ' },
  { written: /<(?=\s?[\p{L}\d])(?<=[\p{L}\d]\s?<)/uy, spoken: ' less than ' },
  { written: />(?=\s?[\p{L}\d])(?<=[\p{L}\d]\s?>)/uy, spoken: ' greater than ' },
];

const addresses: SpeakingRule[] = [
  // The host and the path; what follows ? or # is for machines.
  {
    written:
      /(?:https?:\/\/(?:www\.)?|www\.)([\w.-]{1,200}\w(?:\/[\w./~-]{0,200}\w)?)(?:\/|[?#][^\s<>"]{0,400}[\w/])?/iy,
    spoken: (match) => ` ${spelled(match[1]!)} `,
  },
  { written: /(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,200}\w/y, spoken: (match) => ` ${spelled(match[0])} ` },
  { written: /(?<=\p{L})\/(?=\p{L})/uy, spoken: ' ' },
];

const spelled = (address: string): string =>
  address
    .replace(/@/g, ' at ')
    .replace(/\./g, ' dot ')
    .replace(/\//g, ' slash ')
    .replace(/-/g, ' dash ')
    .replace(/_/g, ' underscore ');

const numbers: SpeakingRule[] = [
  {
    written: /(?<![\d:])([01]?\d|2[0-4]):([0-5]\d)(?![\d:])(?=(\s?[ap]\.?m\b)?)/iy,
    spoken: ([, hour, minute, half]) => clock(Number(hour), minute!, half !== undefined),
  },
  {
    written: /([$€£])(\d(?:[\d,]{0,14}\d)?(?:\.\d{1,6})?) (thousand|million|billion|trillion)\b/y,
    spoken: ([, sign, amount, scale]) => `${amount} ${scale} ${currencies[sign!]!.many}`,
  },
  {
    written: /([$€£])(\d(?:[\d,]{0,14}\d)?)(?:\.(\d\d))?(?![\d.]\d)/y,
    spoken: ([, sign, whole, hundredths]) => price(sign!, whole!, hundredths),
  },
  {
    written: /(?<![\d-])(1\d{3}|2\d{3})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?![\d-])/y,
    spoken: ([, year, month, day]) => `${months[Number(month) - 1]} ${ordinal(Number(day))} ${yearInPairs(year!)}`,
  },
  { written: /(?<![\d-])(\d{1,2})[-–](\d{1,2})(?![\d-])/y, spoken: ([, low, high]) => `${low} to ${high}` },
  { written: /–(?<=\d–)(?=\d)/y, spoken: ' to ' },
  { written: /\b24\/7\b/y, spoken: '24 7' },
  { written: /(?<![\d/])1\/2(?![\d/])/y, spoken: 'one half' },
  {
    written: /(?<![\d.,:/$€£#+-])(?:1[89]\d\d|20[1-9]\d)(?![\d%€/-]|[.,:]\d)/y,
    spoken: ([year]) => yearInPairs(year),
  },
  {
    written: new RegExp(`(?<=\\d\\s?)(${oneOf(units)})(?![\\p{L}\\d])`, 'uy'),
    spoken: ([, unit]) => ` ${units[unit!]}`,
  },
  { written: /#(?=\d)/y, spoken: ' number ' },
  { written: /\bNo\.(?=\s?\d)/y, spoken: 'Number ' },
];

function clock(hour: number, minute: string, halfFollows: boolean): string {
  if (minute === '00') return halfFollows ? `${hour}` : `${hour} o'clock`;
  return minute.startsWith('0') ? `${hour} oh ${minute[1]}` : `${hour} ${minute}`;
}

function price(sign: string, whole: string, hundredths: string | undefined): string {
  const { one, many, small } = currencies[sign]!;
  if (whole === '0' && hundredths !== undefined) return `${Number(hundredths)} ${small}`;
  const amount = `${whole} ${whole === '1' ? one : many}`;
  return hundredths === undefined || hundredths === '00' ? amount : `${amount} ${Number(hundredths)}`;
}

/** 1999: nineteen ninety-nine; 1905: nineteen oh five; 1900: nineteen hundred; 2005: as a number. */
function yearInPairs(year: string): string {
  const [century, rest] = [year.slice(0, 2), year.slice(2)];
  if (century === '20' && rest.startsWith('0')) return year;
  if (rest === '00') return `${century} hundred`;
  return rest.startsWith('0') ? `${century} oh ${rest[1]}` : `${century} ${rest}`;
}

function ordinal(day: number): string {
  const ending = { 1: 'st', 2: 'nd', 3: 'rd' }[day % 10] ?? 'th';
  return `${day}${day >= 11 && day <= 13 ? 'th' : ending}`;
}

const letters: SpeakingRule[] = [
  {
    written: new RegExp(`(?<![\\p{L}.])(${oneOf(abbreviations)})\\.`, 'uy'),
    spoken: ([, short]) => abbreviations[short!]!,
  },
  { written: /\betc\.(?=(\s+\p{Lu}|\s*$)|)/uy, spoken: ([, end]) => `et cetera${stopIf(end)}` },
  {
    written: /(?<!\p{L})([aApP])\.\s?[mM]\.(?=(\s+\p{Lu}|\s*$)|)/uy,
    spoken: ([, half, end]) => `${half}m${stopIf(end)}`,
  },
  {
    written: /(?<![\p{L}.])(?:\p{Lu}\.){2,8}(?=(\s+\p{Lu}|\s*$)|)/uy,
    // Apart, so that "I.T." is not "it"; but an A in front by itself would be the article.
    spoken: ([initials, end]) =>
      `${initials.replace(/\./g, initials.startsWith('A') ? '' : ' ').trimEnd()}${stopIf(end)}`,
  },
  { written: /(?<=\bC)#/y, spoken: ' sharp' },
];

const pauses: SpeakingRule[] = [
  { written: /\s?—\s?|\s[-–]\s/y, spoken: ', ' },
  { written: /\((?<=\s\()(?=\w)/y, spoken: ', ' },
  { written: /\)(?=\s\w)/y, spoken: ',' },
  { written: /…/y, spoken: '. ' },
];

export const speakingRules: readonly SpeakingRule[] = [...markup, ...addresses, ...numbers, ...letters, ...pauses];
