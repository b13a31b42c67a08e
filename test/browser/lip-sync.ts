/**
 * Whether the lips go with the sound: from what is seen and what is heard, and not from what the element says of itself.
 * Only whether its pictures come in time is the element's own count, against the frames that the browser gave it.
 */
/** One look at the page: how loud it is, and how far the mouth is from the pack's own picture, in levels. */
export interface Look {
  readonly time: number;
  readonly level: number;
  readonly opening: number;
  /** The picture that is heard now, and how many the element says it has shown. */
  readonly due: number;
  readonly shown: number;
}

/** A page that can be watched. */
interface Evaluating {
  evaluate<T>(script: string): Promise<T>;
}

export interface LipSync {
  /** Milliseconds by which the mouth is behind the sound. */
  readonly lag: number;
  /** Of loudness and opening at that lag: 1 is the same curve. */
  readonly correlation: number;
  /** Of the pictures that were due when this browser drew, the share that was there. */
  readonly inTime: number;
}

export const goesWithTheSound = ({ lag, correlation, inTime }: LipSync): boolean =>
  Math.abs(lag) <= 120 && correlation > 0.3 && inTime > 0.5;

const STEP_MS = 20;
const WIDEST_LAG_MS = 600;
/** By so many pictures the head may be behind where it should be. */
const MOST_BEHIND = 12;

export const watchLips = (page: Evaluating, ms: number): Promise<readonly Look[]> => page.evaluate<Look[]>(WATCH(ms));

/** The lag at which loudness and opening are most alike, over everything that was watched. */
export function lipSync(watched: readonly (readonly Look[])[]): LipSync {
  const curves = watched.map((looks) => ({ level: evenly(looks, 'level'), opening: evenly(looks, 'opening') }));
  const widest = WIDEST_LAG_MS / STEP_MS;
  const tried = Array.from({ length: 2 * widest + 1 }, (_, at) => {
    const lag = at - widest;
    const seen = curves.flatMap(({ opening }) => opening.slice(Math.max(0, lag), opening.length + Math.min(0, lag)));
    const heard = curves.flatMap(({ level }) => level.slice(Math.max(0, -lag), level.length - Math.max(0, lag)));
    return { lag: lag * STEP_MS, correlation: correlation(heard, seen) };
  });
  const best = tried.reduce((best, next) => (next.correlation > best.correlation ? next : best));
  const shown = sum(watched.map((looks) => (looks.at(-1)?.shown ?? 0) - (looks[0]?.shown ?? 0)));
  const due = sum(watched.map((looks) => new Set(looks.map((look) => look.due)).size - 1));
  return { ...best, inTime: shown / due };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** One curve of the looks at even steps: each step takes the last look before it. */
function evenly(looks: readonly Look[], curve: 'level' | 'opening'): number[] {
  const [first, last] = [looks[0], looks.at(-1)];
  if (first === undefined || last === undefined) return [];
  const steps = Math.floor((last.time - first.time) / STEP_MS);
  return Array.from({ length: steps }, (_, step) => {
    const time = first.time + step * STEP_MS;
    return (looks.findLast((look) => look.time <= time) ?? first)[curve];
  });
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [centred(a), centred(b)];
  const product = (left: readonly number[], right: readonly number[]) =>
    left.reduce((sum, value, at) => sum + value * (right[at] as number), 0);
  return product(x, y) / Math.sqrt(product(x, x) * product(y, y) || 1);
}

function centred(values: readonly number[]): number[] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/**
 * Runs in the page. After every drawing it keeps the loudness and the pixels around the mouth; afterwards it compares
 * them with the pack's picture they were drawn on. That is the best match of those around the one the element names:
 * its head may have moved on by one since it was drawn, and by more where pictures are not decoded in time.
 */
const WATCH = (ms: number) => `(async () => {
  const element = document.querySelector('parley-avatar');
  const canvas = element.shadowRoot.querySelector('canvas');
  const context = canvas.getContext('2d');
  const { width, height } = canvas;
  const place = [width * 0.38, height * 0.48, width * 0.24, height * 0.14].map(Math.round);
  const kept = [];
  const since = performance.now();
  while (performance.now() - since < ${ms}) {
    await new Promise(requestAnimationFrame);
    // The element's own frame may come after this one; a message does not come before both are through.
    await new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      port2.postMessage(0);
    });
    const { level, base, heard, shown } = element.debug;
    const due = Math.floor(heard / 960);
    kept.push({ time: performance.now() - since, level, base, due, shown, seen: context.getImageData(...place).data });
  }
  const { avatars } = await (await fetch('/v1/avatars')).json();
  const { avatar } = await (await fetch('/v1/about')).json();
  const bytes = await (await fetch(avatars.find(({ id }) => id === avatar).pack.url)).arrayBuffer();
  const json = new DataView(bytes).getUint32(12, true);
  const { pictures } = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 16, json)));
  const surface = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  const decoded = new Map();
  const plain = async (base) => {
    if (decoded.has(base)) return decoded.get(base);
    const offset = pictures.slice(0, base).reduce((sum, length) => sum + length, 16 + json);
    surface.drawImage(await createImageBitmap(new Blob([bytes.slice(offset, offset + pictures[base])])), 0, 0);
    decoded.set(base, surface.getImageData(...place).data);
    return decoded.get(base);
  };
  const looks = [];
  for (const { time, level, base, due, shown, seen } of kept) {
    let opening = Infinity;
    for (let near = base - ${MOST_BEHIND}; near <= base + 1; near += 1) {
      const rest = await plain((near + pictures.length) % pictures.length);
      let sum = 0;
      for (let at = 0; at < seen.length; at += 1) sum += Math.abs(seen[at] - rest[at]);
      opening = Math.min(opening, sum / seen.length);
    }
    looks.push({ time, level, opening, due, shown });
  }
  return looks;
})()`;
