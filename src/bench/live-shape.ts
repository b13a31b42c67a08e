/** What an answer on the wire looks like, without what it says: its headers, and its fields with the kinds of values. */

export interface Shape {
  readonly headers: ReadonlySet<string>;
  /** `choices[].delta.content` -> string, null */
  readonly fields: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface Differences {
  readonly onlyVendor: { readonly headers: readonly string[]; readonly fields: readonly string[] };
  readonly onlySimulator: { readonly headers: readonly string[]; readonly fields: readonly string[] };
  /** Fields that both have, with kinds of values of which the simulator has none. */
  readonly otherKinds: readonly string[];
}

export function shapeOf(headers: Iterable<string>, messages: readonly unknown[]): Shape {
  const fields = new Map<string, Set<string>>();
  for (const message of messages) walk(message, '', fields);
  return { headers: new Set([...headers].map((name) => name.toLowerCase())), fields };
}

export function differences(vendor: Shape, simulator: Shape): Differences {
  const lacking = (all: Iterable<string>, there: { has(name: string): boolean }) =>
    [...all].filter((name) => !there.has(name)).sort();
  const only = (one: Shape, other: Shape) => ({
    headers: lacking(one.headers, other.headers),
    fields: outermost(lacking(one.fields.keys(), other.fields)),
  });
  const otherKinds = [...vendor.fields].flatMap(([path, kinds]) => {
    const there = simulator.fields.get(path);
    const strange = there === undefined ? [] : lacking(kinds, there);
    return strange.length === 0 ? [] : [`${path} (${strange.join(', ')})`];
  });
  return { onlyVendor: only(vendor, simulator), onlySimulator: only(simulator, vendor), otherKinds: otherKinds.sort() };
}

/** What lies within a field that is not there need not be named. */
function outermost(paths: readonly string[]): string[] {
  const isWithin = (path: string, other: string) => path.startsWith(`${other}.`) || path.startsWith(`${other}[]`);
  return paths.filter((path) => !paths.some((other) => isWithin(path, other)));
}

function walk(value: unknown, path: string, fields: Map<string, Set<string>>): void {
  if (path !== '') fields.set(path, (fields.get(path) ?? new Set()).add(kindOf(value)));
  if (Array.isArray(value)) for (const item of value) walk(item, `${path}[]`, fields);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) walk(inner, path === '' ? name : `${path}.${name}`, fields);
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}
