/** Says what is wrong with a request as the vendor says it: its words, the path in `param`, a code. */
import type { z } from 'zod';
import { invalid, type Refused } from './refusals.js';

type Issue = z.core.$ZodIssue;

/** The value, or the first mistake in it as a refusal that is thrown. */
export function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const { success, data, error } = schema.safeParse(value, { reportInput: true });
  if (success) return data;
  throw refusalFor(error.issues[0]!, []);
}

function refusalFor(issue: Issue, above: readonly PropertyKey[]): Refused {
  const path = [...above, ...issue.path];
  const param = pathOf(path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownField(path, issue.keys[0]!);
    case 'invalid_union':
      return inUnion(issue, path);
    case 'invalid_type':
      return wrongType(param, [nounFor(issue.expected)], issue.input);
    case 'invalid_value':
      return wrongValue(param, issue.values, issue.input);
    case 'too_small':
    case 'too_big':
      return outOfBounds(param, issue);
    default:
      return invalid(`Invalid '${param}': ${issue.message}.`, param, 'invalid_value');
  }
}

/** At the top of a request the vendor has other words than further down. */
function unknownField(path: readonly PropertyKey[], key: string): Refused {
  if (path.length === 0) return invalid(`Unrecognized request argument supplied: ${key}`);
  const param = pathOf([...path, key]);
  return invalid(`Unknown parameter: '${param}'.`, param, 'unknown_parameter');
}

type UnionIssue = Extract<Issue, { code: 'invalid_union' }>;

function inUnion(issue: UnionIssue, path: readonly PropertyKey[]): Refused {
  const param = pathOf(path);
  if (issue.discriminator !== undefined) {
    return wrongValue(param, ROLES, (issue.input as Record<string, unknown>)[issue.discriminator]);
  }
  // The alternative that was meant is the one whose own type is right.
  const meant = issue.errors.find(([first]) => first !== undefined && (first.path.length > 0 || isAboutContent(first)));
  if (meant !== undefined) return refusalFor(meant[0]!, path);
  const nouns = issue.errors.flatMap(([first]) => {
    if (first?.code === 'invalid_type') return [nounFor(first.expected)];
    return first?.code === 'invalid_value' ? ['a string'] : [];
  });
  return wrongType(param, nouns, issue.input);
}

/** Messages are the only thing whose fields hang on one of them. */
const ROLES = ['system', 'developer', 'user', 'assistant', 'tool'];

function isAboutContent(issue: Issue): boolean {
  if (issue.code === 'invalid_value') return typeof issue.input === 'string';
  return issue.code !== 'invalid_type';
}

function wrongType(param: string, expected: readonly string[], input: unknown): Refused {
  if (input === undefined) return missing(param);
  const wanted = expected.length === 1 ? expected[0]! : `one of ${expected.join(' or ')}`;
  const message = `Invalid type for '${param}': expected ${wanted}, but got ${nounOf(input)} instead.`;
  return invalid(message, param, 'invalid_type');
}

export function missing(param: string): Refused {
  return invalid(`Missing required parameter: '${param}'.`, param, 'missing_required_parameter');
}

function wrongValue(param: string, values: readonly unknown[], input: unknown): Refused {
  if (input === undefined) return missing(param);
  if (typeof input !== 'string') return wrongType(param, ['a string'], input);
  const list = values.map((value) => `'${String(value)}'`).join(', ');
  return invalid(`Invalid value: '${input}'. Supported values are: ${list}.`, param, 'invalid_value');
}

type BoundIssue = Extract<Issue, { code: 'too_small' | 'too_big' }>;

function outOfBounds(param: string, issue: BoundIssue): Refused {
  const isBelow = issue.code === 'too_small';
  const bound = String(isBelow ? issue.minimum : issue.maximum);
  if (issue.origin === 'array') return wrongLength(param, isBelow, bound, issue.input);
  const noun = issue.origin === 'int' || Number.isInteger(issue.input) ? 'integer' : 'decimal';
  const side = isBelow
    ? `below minimum value. Expected a value >= ${bound}`
    : `above maximum value. Expected a value <= ${bound}`;
  const code = `${noun}_${isBelow ? 'below_min' : 'above_max'}_value`;
  return invalid(`Invalid '${param}': ${noun} ${side}, but got ${String(issue.input)} instead.`, param, code);
}

function wrongLength(param: string, isShort: boolean, bound: string, input: unknown): Refused {
  const length = Array.isArray(input) ? input.length : 0;
  if (length === 0) {
    return invalid(
      `Invalid '${param}': empty array. Expected an array with minimum length ${bound}.`,
      param,
      'empty_array',
    );
  }
  const message = `Invalid '${param}': array too ${isShort ? 'short' : 'long'}. The bound is ${bound}, but got ${length}.`;
  return invalid(message, param, isShort ? 'array_below_min_length' : 'array_above_max_length');
}

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a decimal',
  int: 'an integer',
  boolean: 'a boolean',
  array: 'an array',
  object: 'an object',
  record: 'an object',
};

const nounFor = (type: string): string => NOUNS[type] ?? type;

function nounOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal';
  return nounFor(typeof value);
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((written, part) => {
    if (typeof part === 'number') return `${written}[${part}]`;
    return written === '' ? String(part) : `${written}.${String(part)}`;
  }, '');
}
