/** The colour of a hair from how much light falls on it. */
import type { Hair } from './design.js';
import { mix } from './paint.js';

/** 0 is the darkest hair, 0.4 its own colour, 0.75 lit, 1 the gleam. */
export function toneColour({ dark, base, light, gleam }: Hair, tone: number): string {
  if (tone < 0.4) return mix(dark, base, tone / 0.4);
  if (tone < 0.75) return mix(base, light, (tone - 0.4) / 0.35);
  return mix(light, gleam, (tone - 0.75) / 0.25);
}
