/**
 * What makes one presenter look different from another, as data. All lengths and positions are in units of a 512 x 512
 * picture; colours are #rrggbb. The drawing code beside this file holds proportions, and the few colours that all people
 * share: the white of a catch light, the black of a pupil, the root of a tooth.
 */
import type { Glow, Point } from './paint.js';

export interface Skin {
  readonly light: string;
  readonly base: string;
  readonly shade: string;
  /** The darkest: nostrils, creases, the shadow under the chin. */
  readonly deep: string;
  readonly blush: string;
  /** What the tip of the nose throws back. */
  readonly sheen: string;
}

export interface Face {
  /** Half the outline from the top to the chin: [y, half width]. The last one is the chin itself, of half width 0. */
  readonly profile: readonly Point[];
  /** The vertical axis of the outline, and how far the features stand off it because the head is turned a little. */
  readonly x: number;
  readonly turn: number;
  readonly ears: { readonly y: number; readonly height: number; readonly sides: readonly ('left' | 'right')[] };
  /** A small round earring of this colour, or none. */
  readonly earring: string | null;
  /** `shade`: how much of the light hair and jaw keep from its sides, 0 to 1. */
  readonly neck: { readonly width: number; readonly top: number; readonly shade: number };
  /** Shadow that the hair throws on the forehead, 0 to 1. */
  readonly hairShadow: number;
  /** Lines of the years on the forehead and beside the eyes, 0 to 1. */
  readonly lines: number;
}

export interface Eyes {
  readonly y: number;
  /** From the axis of the features to the middle of each eye. */
  readonly apart: number;
  readonly width: number;
  readonly height: number;
  /** The outer corner stands this much higher than the inner one. */
  readonly slant: number;
  readonly iris: { readonly radius: number; readonly light: string; readonly base: string; readonly rim: string };
  readonly white: string;
  readonly lash: string;
  /** 0 for bare lashes to 1 for a marked line with a wing. */
  readonly liner: number;
}

export interface Brows {
  readonly colour: string;
  /** From the inner end to the outer one, for the right-hand eye, relative to the middle of the eye. */
  readonly spine: readonly Point[];
  /** Thickness at the thickest place. */
  readonly weight: number;
}

export interface Nose {
  readonly tip: number;
  readonly width: number;
  readonly bridge: number;
}

export interface MouthDesign {
  readonly y: number;
  /** Half the width of the closed mouth at rest, and the heights of the two lips. */
  readonly half: number;
  readonly upper: number;
  readonly lower: number;
  /** How far the corners are raised at rest. */
  readonly smile: number;
  readonly lip: { readonly light: string; readonly base: string; readonly dark: string; readonly line: string };
  /** How much the lips shine, 0 to 1. */
  readonly gloss: number;
  readonly inside: string;
  readonly tongue: string;
  readonly tooth: string;
}

/** A bundle of hair between two edges, each drawn from the root to the tip. */
export interface Lock {
  readonly from: readonly Point[];
  readonly to: readonly Point[];
  readonly strands: number;
  /** Where along its length light falls on it, and how much; 0 for none. */
  readonly shine: { readonly at: number; readonly strength: number };
  /** Lightens (above 0) or darkens (below 0) the whole lock. */
  readonly tone: number;
}

interface AnyHair {
  readonly dark: string;
  readonly base: string;
  readonly light: string;
  readonly gleam: string;
  /** The edge that the room's light runs along, from the crown down. */
  readonly rim: readonly Point[];
}

export interface LongHair extends AnyHair {
  readonly cut: 'long';
  /** Where the hair parts, from the crown to the forehead. */
  readonly parting: readonly Point[];
  /** The mass behind the head, and the locks before the face and shoulders, in the order of painting. */
  readonly back: readonly Lock[];
  readonly front: readonly Lock[];
}

/** A cap of short curls that thins out downwards in front of the ears. */
export interface ShortHair extends AnyHair {
  readonly cut: 'short';
  /** The silhouette, and the hairline across the forehead: both from one sideburn over the head to the other. */
  readonly outer: readonly Point[];
  readonly inner: readonly Point[];
  readonly curls: number;
  /** Above this it is full, below it fades into the skin. */
  readonly fadesFrom: number;
  /** The share of grey at the sideburns, and how far up it reaches: a share of the way over the head. */
  readonly grey: { readonly colour: string; readonly share: number; readonly reach: number };
}

export type Hair = LongHair | ShortHair;

/** Short, and trimmed along the jaw; the moustache goes with it. */
export interface Beard {
  readonly dark: string;
  readonly base: string;
  readonly light: string;
  readonly grey: { readonly colour: string; readonly share: number };
  /** Its edge on the cheek, from the sideburn to the corner of the mouth: [distance from the axis, y]. */
  readonly cheek: readonly Point[];
  /** How far it stands off the chin. */
  readonly growth: number;
  readonly hairs: number;
}

export interface Glasses {
  readonly rim: string;
  /** The light along the upper edge of the rims. */
  readonly gleam: string;
  /** Half the width and half the height of a lens, and how far its middle lies below that of the eye. */
  readonly half: number;
  readonly height: number;
  readonly drop: number;
  readonly thickness: number;
}

export interface Clothes {
  readonly base: string;
  readonly light: string;
  readonly dark: string;
  readonly shirt: string;
  readonly shirtShade: string;
  /** Half the outline from the neck along the shoulder to the picture's lower edge: [distance from the axis, y]. */
  readonly shoulder: readonly Point[];
  /** The shirt's opening: where it starts beside the neck, and its lowest point. */
  readonly neckline: { readonly half: number; readonly top: number; readonly bottom: number };
  readonly over: Jacket | Jumper;
}

export interface Jacket {
  readonly kind: 'jacket';
  /** The opening and the lapels. */
  readonly lapel: { readonly top: number; readonly notch: number; readonly bottom: number };
}

/** Knitted, with a ribbed neck; the shirt's collar lies over it. */
export interface Jumper {
  readonly kind: 'jumper';
  /** Half the width of the neck's inner edge, where that starts, its lowest point, and the width of the ribbing. */
  readonly neck: { readonly half: number; readonly top: number; readonly bottom: number; readonly rib: number };
}

export interface Background {
  /** From top to bottom. */
  readonly wall: readonly string[];
  /** Soft shapes: windows, columns, shelves, plants out of focus. */
  readonly shapes: readonly {
    readonly points: readonly Point[];
    readonly colour: string;
    readonly opacity: number;
    readonly blur: number;
  }[];
  readonly lights: readonly Glow[];
  /** One colour for the page around the picture. */
  readonly page: string;
}

/** How the idle motion of one presenter differs from another's: two on one screen should not move in step. */
export interface Motion {
  /** Where in the sway the loop begins, a share of it; -1 sways to the other side. */
  readonly start: number;
  readonly side: 1 | -1;
  /** How far hair lags behind the head: 1 if it hangs, 0 if it stands. */
  readonly hair: number;
  /** When each blink begins, how long its opening takes, and where the eyes rest after it: at a blink the gaze shifts. */
  readonly blinks: readonly {
    readonly at: number;
    readonly open: number;
    readonly gazeX: number;
    readonly gazeY: number;
  }[];
}

export interface Design {
  readonly id: string;
  readonly name: string;
  readonly credit: string;
  /** The square of the drawing that pictures show: its upper left corner, and its side. */
  readonly frame: { readonly left: number; readonly top: number; readonly side: number };
  readonly motion: Motion;
  readonly skin: Skin;
  readonly face: Face;
  readonly eyes: Eyes;
  readonly brows: Brows;
  readonly nose: Nose;
  readonly mouth: MouthDesign;
  readonly hair: Hair;
  readonly beard: Beard | null;
  readonly glasses: Glasses | null;
  readonly clothes: Clothes;
  readonly background: Background;
}
