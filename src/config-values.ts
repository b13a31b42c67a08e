/** What the values of settings may be: each gives the sentence that stands in the error when one is something else. */
import { z } from 'zod';

/** `a, b,c` as a list without blanks. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean),
);

/** A comma list of engines: the first healthy one does the job. `auto` lets the server choose. */
export const engines = <const Names extends readonly [string, ...string[]]>(...names: Names) =>
  list
    .default(['auto'])
    .pipe(z.array(z.enum(['auto', ...names], `expected a comma list of: auto, ${names.join(', ')}`)).min(1));

export const wholeNumber = (min: number, max: number) =>
  z.string().regex(/^\d+$/, 'expected a whole number').transform(Number).pipe(z.number().min(min).max(max));

/** Seconds, and other things that need not be whole. */
export const decimal = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'expected a number')
    .transform(Number)
    .pipe(z.number().min(min).max(max));

export const onOff = z.enum(['true', 'false'], 'expected true or false').transform((word) => word === 'true');

/** Nobody's password: an address is shown in many places. Paths are put behind it, so nothing may follow its own. */
const isHttp = (text: string): boolean => {
  if (!URL.canParse(text) || /[?#]/.test(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
};

/** The address of a vendor, or of a server in its place; without the slash that people put at its end. */
export const baseUrl = z
  .string()
  .refine(
    isHttp,
    'expected an address without a password, a query (?...) or a fragment (#...), as https://api.example.org/v1',
  )
  .transform((text) => text.replace(/\/+$/, ''));

/** The vendor's examples end in /v1, which stands in every path that is put behind this one. */
export const withoutVersion = (url: string): string => url.replace(/\/v1$/, '');

/** Some readers of env files keep the quotes around a value. */
const withoutQuotes = (text: string): string => text.replace(/^(["'])(.*)\1$/, '$2').trim();

/** What cannot stand in a header is no key: a line break that came along in copying. Nor is a quote part of any. */
export const key = z
  .string()
  .trim()
  .transform(withoutQuotes)
  .pipe(z.string().regex(/^[!#-&(-~]+$/, 'expected a key, without blanks and quotes'))
  .optional();

/** `none` is for those who mean it. What can be guessed, or cannot stand in a header, is no token. */
export const isToken = (text: string): boolean => text === 'none' || /^[\x21-\x7e]{16,}$/.test(text);

/** A path of a file; whoever puts a key itself here should not see it printed as one that was not found. */
export const isPath = (text: string): boolean => !/[\r\n]|-----BEGIN/.test(text);

export const ELEVENLABS_FORMATS = [
  'pcm_16000',
  'pcm_22050',
  'pcm_24000',
  'pcm_44100',
  'mp3_22050_32',
  'mp3_44100_128',
  'mp3_44100_192',
] as const;

/** As CTranslate2 calls them. */
export const WHISPER_COMPUTE = [
  'auto',
  'int8',
  'int8_float16',
  'int8_float32',
  'int8_bfloat16',
  'float16',
  'bfloat16',
  'float32',
] as const;

/** `5,80,8`: ms for a picture, ms of look-ahead, pictures in a batch. */
export const facePace = z
  .string()
  .regex(/^\d{1,4}(\.\d+)?,\d{1,3},[1-9]\d?$/, 'expected ms for a picture, ms of look-ahead and a batch, as 5,80,8')
  .transform((text) => {
    const [pictureMs = 0, lookAheadMs = 0, batch = 1] = text.split(',').map(Number);
    return { pictureMs, lookAheadMs, batch };
  });

/** As `{"decoder": "small"}`. */
export const jsonObject = z.string().transform((text, context): Record<string, unknown> => {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    context.addIssue('expected a JSON object');
    return z.NEVER;
  }
});

/** torch's names, and `auto`: the GPU if there is one. */
export const torchDevice = z.string().regex(/^(auto|cpu|mps|cuda(:\d+)?)$/, 'expected auto, cpu, cuda, cuda:1 or mps');

/** What local voices speak at. Callers get what they ask for, whatever it is. */
export const speechRate = z.enum(['24000'], 'expected 24000: that is what it speaks at').default('24000');

export const isOrigin = (text: string): boolean =>
  text === '*' || (URL.canParse(text) && new URL(text).origin === text);
