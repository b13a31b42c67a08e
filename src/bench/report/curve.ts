/** Paths of curves, as SVG writes them. Pure. */

export type Point = readonly [x: number, y: number];

/** A line that is broken where nothing is known. */
export function linePath(points: readonly (Point | null)[]): string {
  let pen = 'M';
  let path = '';
  for (const point of points) {
    if (point !== null) path += `${pen}${pair(point)}`;
    pen = point === null ? 'M' : 'L';
  }
  return path;
}

/** A staircase: level until the next point's x, and there up or down to its y. */
export function stepPath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  return `M${pair(first)}${rest.map(([x, y]) => `H${short(x)}V${short(y)}`).join('')}`;
}

/** Two digits are a tenth of a pixel at a thousand pixels. */
export function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function pair([x, y]: Point): string {
  return `${short(x)} ${short(y)}`;
}
