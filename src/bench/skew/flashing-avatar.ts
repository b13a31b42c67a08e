/** An avatar without a face: dark pictures, and in the place of a mouth a patch that is as dark, or white. */
import { createHash } from 'node:crypto';
import { type Canvas, createCanvas } from '@napi-rs/canvas';
import type { Avatar, Place } from '../../engines/contract.js';
import { encodePack } from '../../protocol/pack.js';
import { seededRandom } from '../random.js';

/** As large as those that are drawn. */
const PIXELS = 512;
/** As many as two seconds have; more would only be more of the same. */
const PICTURES = 50;
const PLACE: Place = { x: 192, y: 304, width: 128, height: 96 };
/** In the midst of the patch. */
export const WATCHED = { x: PLACE.x + PLACE.width / 2, y: PLACE.y + PLACE.height / 2 } as const;
/** Of 255. Grain up to here, so that a picture costs a browser what one of a person does. */
const DARKEST = 56;
const QUALITY = 76;
/** The white mouth's number in the bank. */
export const FLASH = 1;

const SHUT = { open: 0, wide: 0.5, teeth: 0, bite: 0, tongue: 0, press: 0 };

export interface FlashingAvatar {
  readonly avatar: Avatar;
  readonly pack: Uint8Array;
}

export function flashingAvatar(): FlashingAvatar {
  const drawn = Array.from({ length: PICTURES }, (_, index) => grain(seededRandom(index)));
  const dark = drawn.map((picture) => patchOf(picture));
  const white = whitePatch();
  const pack = encodePack(
    {
      ...{ id: 'flash', name: 'Flash', credit: 'Drawn by the bench.', background: '#000000' },
      ...{ fps: 25, width: PIXELS, height: PIXELS },
    },
    drawn.map((picture) => picture.encodeSync('jpeg', QUALITY)),
  );
  const avatar: Avatar = {
    ...{ id: 'flash', name: 'Flash', hash: createHash('sha256').update(pack).digest('hex'), film: null },
    ...{ width: PIXELS, height: PIXELS, frames: PICTURES },
    bank: {
      mouths: [SHUT, { ...SHUT, open: 1 }],
      place: () => PLACE,
      patch: (base, mouth) => (mouth === FLASH ? white : dark[base]!),
    },
  };
  return { avatar, pack };
}

/** Squares of 8 pixels, each of a grey of its own. */
function grain(random: () => number): Canvas {
  const canvas = createCanvas(PIXELS, PIXELS);
  const context = canvas.getContext('2d');
  for (let at = 0; at < (PIXELS / 8) ** 2; at += 1) {
    const grey = Math.floor(random() * DARKEST);
    context.fillStyle = `rgb(${grey} ${grey} ${grey})`;
    context.fillRect((at % (PIXELS / 8)) * 8, Math.floor(at / (PIXELS / 8)) * 8, 8, 8);
  }
  return canvas;
}

function patchOf(picture: Canvas): Uint8Array {
  const { x, y, width, height } = PLACE;
  const canvas = createCanvas(width, height);
  canvas.getContext('2d').drawImage(picture, x, y, width, height, 0, 0, width, height);
  return canvas.encodeSync('jpeg', QUALITY);
}

function whitePatch(): Uint8Array {
  const canvas = createCanvas(PLACE.width, PLACE.height);
  const context = canvas.getContext('2d');
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, PLACE.width, PLACE.height);
  return canvas.encodeSync('jpeg', QUALITY);
}
