/** A row of a comparison: what it is, and how it was in both runs. Pure. */
import type { Summary } from '../summary.js';

export interface Row {
  readonly name: string;
  readonly a: string;
  readonly b: string;
}

/** What a file may lack that an older bench has written. */
type Older<Value> = Value extends readonly unknown[]
  ? Value
  : Value extends object
    ? { readonly [Name in keyof Value]?: Older<Value[Name]> }
    : Value;

/** What makes rows of two runs, or of the same part of both. Null: that file does not tell; no row, if neither does. */
export function facing<Part>(a: Part, b: Part) {
  return (name: string, of: (part: Part) => string | null): Row[] => {
    const [ours, theirs] = [of(a), of(b)];
    return ours === null && theirs === null ? [] : [{ name, a: ours ?? 'unknown', b: theirs ?? 'unknown' }];
  };
}

export type OlderSummary = Older<Summary>;

export function figure(value: number | null | undefined, unit = '', digits = 0): string | null {
  if (typeof value !== 'number') return null;
  return unit === '' ? value.toFixed(digits) : `${value.toFixed(digits)} ${unit}`;
}
