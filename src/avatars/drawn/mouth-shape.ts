/**
 * From the six values of a Mouth to the outlines of lips, teeth and tongue. Everything is a continuous function of all
 * six, so that any path between two mouths is a smooth motion. Pure geometry; mouth.ts paints it.
 */
import type { Mouth } from '../../engines/contract.js';
import type { MouthDesign } from './design.js';
import { bell, clamp, ease, lerp, type Point } from './paint.js';
import type { Jaw } from './skin.js';

/** Points across a lip. 49 lie 1.5 units apart at rest, closer than a pixel's worth of bend. */
const ACROSS = 49;

export interface MouthShape {
  /** Left to right. The outer edges meet at the corners, and so do the inner ones. */
  readonly upperOuter: readonly Point[];
  readonly upperInner: readonly Point[];
  readonly lowerInner: readonly Point[];
  readonly lowerOuter: readonly Point[];
  /** Height of the opening in its middle. */
  readonly gap: number;
  readonly half: number;
  /** How far the lower edge of the upper teeth and the upper edge of the lower teeth lie below the mouth's line. */
  readonly upperTeeth: number;
  readonly lowerTeeth: number;
  /** Top of the tongue, and half its width; a raised tip is narrow. */
  readonly tongueTop: number;
  readonly tongueHalf: number;
  /** Lips pushed forward: 1 for "who". */
  readonly pout: number;
}

/** The point of an edge that lies on the mouth's axis. */
export const middle = (edge: readonly Point[]): Point => edge[edge.length >> 1]!;

/** The chin follows the opening, but lags behind at first: small vowels are made by the lips alone. */
export function jawOf(mouth: Mouth): Jaw {
  const opening = mouth.open * (1 - mouth.press);
  return { drop: 15 * opening ** 1.15 + 1.5 * mouth.teeth * (1 - opening), narrow: opening };
}

interface Measures {
  readonly half: number;
  readonly innerHalf: number;
  readonly up: number;
  readonly down: number;
  readonly upperLip: number;
  readonly lowerLip: number;
  readonly corner: number;
  readonly round: number;
  readonly bite: number;
  readonly pout: number;
}

export function mouthShape(design: MouthDesign, mouth: Mouth): MouthShape {
  const m = measures(design, mouth);
  const across = Array.from({ length: ACROSS }, (_, at) => (at / (ACROSS - 1)) * 2 - 1);
  const upperInner = across.map((u): Point => [u * m.innerHalf, line(m, u) - m.up * roof(m, u) + rolled(m, u)]);
  const lowerInner = across.map((u): Point => [u * m.innerHalf, line(m, u) + m.down * bowl(m, u) + rolled(m, u)]);
  const upperOuter = across.map(
    (u): Point => [u * m.half, line(m, u) - m.up * roof(m, u) - m.upperLip * bow(u, m.pout)],
  );
  const lowerOuter = across.map(
    (u): Point => [u * m.half, line(m, u) + m.down * bowl(m, u) + m.lowerLip * belly(u, m.pout)],
  );
  const gap = m.up + m.down;
  return {
    upperInner,
    lowerInner,
    upperOuter,
    lowerOuter,
    gap,
    half: m.half,
    pout: m.pout,
    ...insideOf(mouth, m),
  };
}

function measures(design: MouthDesign, { open, wide, teeth, bite, tongue, press }: Mouth): Measures {
  const pursed = clamp((0.5 - wide) * 2);
  const spread = clamp((wide - 0.5) * 2);
  const free = 1 - press;
  const bitten = bite * free;
  // Teeth need 10 units to be seen, a tongue between them 9; a bite shows a strip of the upper ones only.
  const least = Math.max(10 * teeth, 9 * tongue, 7.5 * bitten) * free;
  const gap = Math.hypot(open * 38 * (1 - 0.45 * bitten) * (1 - 0.3 * pursed) * free, least);
  const upShare = lerp(0.2, 0.46, teeth * (1 - open) * free) * (1 - 0.4 * pursed * open);
  const half =
    design.half * (1 - 0.44 * pursed + 0.18 * spread) * (1 - 0.1 * open * (1 - pursed) + 0.1 * open * pursed);
  const cornerLip = 1.2 + 5.5 * pursed + 2.4 * open;
  return {
    half: half * (1 - 0.05 * press),
    innerHalf: half - cornerLip,
    up: Math.max(gap * upShare, bitten * 7),
    down: gap * (1 - upShare) * (1 - bitten) - bitten * 0.6,
    upperLip:
      design.upper * (1 + 0.22 * pursed - 0.14 * spread - 0.14 * open) * (1 - 0.52 * press) * (1 - 0.12 * bitten),
    lowerLip: design.lower * (1 + 0.16 * pursed - 0.12 * spread - 0.1 * open) * (1 - 0.55 * press) * (1 - 0.4 * bitten),
    // Speech pulls the corners level: a mouth that opens with its smile kept is a sickle.
    corner: design.smile * (1 - pursed) * (1 + 0.1 * spread) * (1 - 0.5 * press) * (1 - 0.6 * ease(0, 0.35, open)),
    round: clamp(clamp(open * 1.3) * (1 - 0.4 * spread) + pursed * 0.7),
    bite: bitten,
    pout: pursed,
  };
}

/** Where the lips meet: corners raised at rest, drawn level when the mouth opens. */
const line = (m: Measures, u: number): number => -m.corner * Math.abs(u) ** 2.2;

/** How the opening tapers to the corners, above and below. The upper lip hangs nearly straight; the lower one is a U. */
const roof = (m: Measures, u: number): number => Math.max(0, 1 - u * u) ** lerp(0.9, 0.52, m.round);
const bowl = (m: Measures, u: number): number => Math.max(0, 1 - u * u) ** lerp(0.66, 0.48, m.round);

/** The little bead of the upper lip presses the closed line down in its middle. */
const rolled = (m: Measures, u: number): number =>
  (1.1 * bell(u, 0.17) - 0.5 * bell(Math.abs(u) - 0.4, 0.17)) * (1 - clamp((m.up + m.down) / 8)) * (1 - 0.6 * m.pout);

/** Height of the upper lip across: two peaks beside a dip, thinning out to the corners. */
function bow(u: number, pout: number): number {
  const body = Math.max(0, 1 - Math.abs(u) ** 2.1) ** 0.95;
  return (
    body * (0.86 + 0.22 * bell(Math.abs(u) - 0.24, 0.15) - 0.1 * bell(u, 0.09)) +
    0.3 * pout * bell(Math.abs(u) - 0.8, 0.16) * (1 - u * u)
  );
}

/** Height of the lower lip across: full in the middle. */
function belly(u: number, pout: number): number {
  return Math.max(0, 1 - Math.abs(u) ** lerp(2, 2.4, pout)) ** 0.85;
}

function insideOf(mouth: Mouth, m: Measures) {
  const { open, wide, teeth, bite, tongue } = mouth;
  const spread = clamp((wide - 0.5) * 2);
  const gap = m.up + m.down;
  const shown = lerp(0.25, 1, ease(0.1, 0.62, wide));
  // Upper teeth hang from the gum: the lip uncovers them, up to 9 units.
  const natural = -m.up + Math.min(9, gap * (0.46 + 0.2 * spread)) * shown;
  const meet = -m.up + gap * 0.56;
  const upperTeeth = Math.max(
    lerp(natural, meet, teeth * (1 - 0.6 * open)),
    bite > 0 ? lerp(natural, m.down + 1, bite) : natural,
  );
  const lowerNatural = m.down + 5 - 9.5 * ease(0.45, 1, open) * shown;
  const lowerTeeth = lerp(lowerNatural, meet + 0.9, teeth * (1 - open));
  const resting = m.down - gap * 0.34 * ease(0.2, 0.75, open) + 4 * (1 - ease(0.1, 0.5, open));
  const raised = upperTeeth - 3.4;
  return {
    upperTeeth,
    lowerTeeth,
    tongueTop: lerp(resting, raised, ease(0.05, 0.9, tongue)),
    tongueHalf: m.innerHalf * lerp(0.8, 0.5, tongue),
  };
}
