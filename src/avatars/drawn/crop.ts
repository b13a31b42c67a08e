/**
 * Short, tightly curled hair: a soft undercoat, then small curls in the order of chance. Near the sideburns it thins
 * out into the skin and turns grey.
 */
import type { Path2D } from '@napi-rs/canvas';
import type { ShortHair } from './design.js';
import { toneColour } from './hair-tone.js';
import {
  along,
  bell,
  between,
  curve,
  dice,
  ease,
  glow,
  inside,
  lerp,
  mix,
  type Point,
  polyline,
  ramp,
  type Sheet,
  softly,
  tint,
} from './paint.js';

const STEPS = 120;

export function cropShape({ outer, inner }: ShortHair): Path2D {
  return curve([...outer, ...inner.toReversed()], true);
}

/** Ends before the hairline: that is made of single curls. */
function undercoat({ outer, inner }: ShortHair): Path2D {
  const middle = outer.length >> 1;
  const raised = inner.map(([x, y], at): Point => [x, y - 2.5 * bell((at - middle) / middle, 0.5)]);
  return curve([...outer, ...raised.toReversed()], true);
}

export function paintCrop(sheet: Sheet, hair: ShortHair): void {
  const shape = cropShape(hair);
  const { ink } = sheet;
  const low = Math.max(...hair.outer.map(([, y]) => y));
  const colours = [1, 0.62, 0].map((opacity) => tint(mix(hair.dark, hair.base, 0.5), opacity));
  softly(sheet, 1.3, () => {
    ink.fillStyle = ramp(sheet, [0, hair.fadesFrom], [0, low], colours);
    ink.fill(undercoat(hair));
  });
  inside(sheet, shape, () => paintLight(sheet, hair));
  paintCurls(sheet, hair);
}

/** The crown is a ball: lit on its upper left, dark on the far side and along the forehead. */
function paintLight(sheet: Sheet, { outer, inner, dark, light, base }: ShortHair): void {
  const [left, right] = [Math.min(...outer.map(([x]) => x)), Math.max(...outer.map(([x]) => x))];
  const top = Math.min(...outer.map(([, y]) => y));
  const width = right - left;
  glow(sheet, {
    x: left + width * 0.36,
    y: top + 22,
    rx: width * 0.36,
    ry: 34,
    colour: light,
    opacity: 0.8,
    turn: -0.3,
  });
  glow(sheet, { x: right - 6, y: top + 84, rx: 44, ry: 120, colour: dark, opacity: 0.8, turn: 0.1 });
  const brow = along(inner, 60).slice(12, 48);
  softly(sheet, 5, () => {
    sheet.ink.strokeStyle = tint(mix(dark, base, 0.2), 0.7);
    sheet.ink.lineWidth = 9;
    sheet.ink.stroke(polyline(brow.map(([x, y]): Point => [x, y - 3])));
  });
}

function paintCurls(sheet: Sheet, hair: ShortHair): void {
  const chance = dice(67);
  const outer = along(hair.outer, STEPS);
  const inner = along(hair.inner, STEPS);
  const widths = outer.map(([x, y], at) => Math.hypot(x - inner[at]![0], y - inner[at]![1]));
  const widest = Math.max(...widths);
  const low = Math.max(...outer.map(([, y]) => y));
  const light = lightOn(hair);
  for (let curl = 0; curl < hair.curls; curl++) {
    const [way, across, luck, shade, greyness] = [chance() * (STEPS - 1.01), chance(), chance(), chance(), chance()];
    const at = Math.floor(way);
    // As many curls for each unit of area, not for each unit of the way.
    if (luck * widest > widths[at]! + 3) continue;
    const edge = (points: readonly Point[]): Point => between(points[at]!, points[at + 1]!, way - at);
    const place = between(edge(outer), edge(inner), across * 1.02 - 0.01);
    // Down the sides, and over the last units before the hairline.
    const thin =
      (1 - 0.85 * ease(hair.fadesFrom, low, place[1])) * (1 - 0.75 * ease(-4, 0, (across - 1) * widths[at]!));
    if (chance() > thin) continue;
    const tone = toneColour(hair, light(place) + 0.3 * (shade - 0.5));
    const end = Math.min(way, STEPS - 1 - way) / (STEPS - 1);
    const grey = greyness < hair.grey.share * (1 - ease(hair.grey.reach * 0.6, hair.grey.reach * 1.5, end));
    const colour = grey ? mix(tone, hair.grey.colour, 0.4 + 0.45 * shade) : tone;
    paintCurl(sheet, place, { colour, opacity: 0.55 * thin, chance });
  }
}

interface Curl {
  readonly colour: string;
  readonly opacity: number;
  readonly chance: () => number;
}

/** A short stroke that turns twice. */
function paintCurl({ ink }: Sheet, [x, y]: Point, { colour, opacity, chance }: Curl): void {
  let angle = chance() * 6.28;
  const turn = chance() < 0.5 ? 1.3 : -1.3;
  const points: Point[] = [[x, y]];
  for (let step = 0; step < 4; step++) {
    const [fromX, fromY] = points.at(-1)!;
    const length = lerp(0.7, 1.5, chance());
    points.push([fromX + Math.cos(angle) * length, fromY + Math.sin(angle) * length]);
    angle += turn * lerp(0.5, 1, chance());
  }
  ink.strokeStyle = tint(colour, opacity);
  ink.lineWidth = 0.8;
  ink.stroke(curve(points));
}

/** How light a place of the crown is: from the lamp on its upper left, and in tufts. */
function lightOn({ outer }: ShortHair): (place: Point) => number {
  const xs = outer.map(([x]) => x);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const top = Math.min(...outer.map(([, y]) => y));
  return ([x, y]) => {
    const sideways = (x - left) / (right - left);
    const lit = bell(sideways - 0.34, 0.2) * bell(y - top - 16, 26);
    const tufts = 0.07 * Math.sin(x * 0.55 + Math.sin(y * 0.4) * 2) * Math.sin(y * 0.62 + Math.sin(x * 0.3) * 2);
    return 0.24 + 0.56 * lit + tufts - 0.2 * ease(0.6, 1, sideways);
  };
}
