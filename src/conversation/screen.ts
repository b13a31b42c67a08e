/**
 * What a caller who cannot compose is shown: a whole picture for every 40 ms, for as long as it is there. While an
 * answer sounds those are its pictures, which leave with its audio. At all other times, and where an answer has no
 * picture, they are base pictures as the pack has them, and this is the clock that says which.
 *
 * The loop never jumps. Base pictures follow on the last of an answer, an answer on the base picture that is due, and
 * while it is held or runs dry, its base picture stays, with the mouth at rest.
 */
import { FRAME_SAMPLES } from '../audio/pcm.js';
import type { WholePictures } from '../engines/contract.js';
import type { Caller, CallerPicture } from '../protocol/caller.js';
import { everyFrame } from './frame-clock.js';
import type { Playhead } from './playhead.js';
import type { Sounding } from './response.js';

/** A response that the caller hears, or will as soon as its first frame is there. */
type OnAir = Pick<Sounding, 'number' | 'sent'> & { readonly playhead: Pick<Playhead, 'heard'> };

export interface ScreenTools {
  readonly caller: Pick<Caller, 'sendWholePicture' | 'gone'>;
  readonly pictures: WholePictures;
  readonly onAir: () => OnAir | null;
  readonly now: () => number;
}

export interface Screen {
  /** The base picture that picture 0 of a reply lies on if it is made now. The loop waits for it there. */
  base(): number;
  /** A picture of the response that is on air, beside its audio; not, if it comes too late for that. */
  show(response: number, picture: CallerPicture): void;
}

/** The pictures that were shown of a response: the base picture of the first, and the index of the last. */
interface Part {
  readonly response: number;
  readonly first: number;
  readonly last: number;
}

export function openScreen({ caller, pictures, onAir, now }: ScreenTools): Screen {
  const { frames } = pictures;
  void pictures.prepare(caller.gone);
  let base = frames - 1;
  let part: Part | null = null;
  /** Where a reply is about to start, behind an answer that still sounds or out of the loop. */
  let awaited: { readonly base: number; readonly behind: OnAir | null } | null = null;
  let before: { readonly air: OnAir; readonly heard: number } | null = null;

  /** Brings `base` to where this response is heard. The index of its picture there; null if there is none. */
  const follow = (air: OnAir): number | null => {
    const heard = air.playhead.heard();
    if (heard === 0 || part?.response !== air.number) return null;
    const index = Math.ceil(heard / FRAME_SAMPLES) - 1;
    base = (part.first + index) % frames;
    return index;
  };
  const goOn = () => {
    const next = (base + 1) % frames;
    if (next !== awaited?.base) base = next;
  };
  /** True if the caller sees a picture of the response now; else `base` is what it is to see. */
  const seesTheAnswer = (air: OnAir): boolean => {
    const heard = air.playhead.heard();
    const isMoving = heard > (before?.air === air ? before.heard : 0);
    before = { air, heard };
    if (heard > 0 && awaited?.behind !== air) awaited = null;
    const index = follow(air);
    if (index === null) goOn();
    return index !== null && isMoving && index <= (part?.last ?? -1);
  };

  everyFrame(now, caller.gone, (frame) => {
    const air = onAir();
    // The loop goes on from where the one before stopped.
    if (before !== null && before.air !== air) follow(before.air);
    if (air === null) {
      before = null;
      awaited = null;
      goOn();
    } else if (seesTheAnswer(air)) {
      return;
    }
    // 32 bits, as the media frames have them: after two days it begins again.
    const position = (frame * FRAME_SAMPLES) >>> 0;
    const rest = base;
    caller.sendWholePicture({ response: 0, position, base: rest, jpeg: () => pictures.base(rest) });
  });

  return {
    base() {
      const air = onAir();
      if (air !== null) follow(air);
      const left = air === null ? 0 : Math.floor((air.sent - air.playhead.heard()) / FRAME_SAMPLES);
      awaited = { base: (base + 1 + left) % frames, behind: air?.sent === 0 ? null : air };
      return awaited.base;
    },
    show(response, { index, base: under, patch }) {
      const first = (under + frames - (index % frames)) % frames;
      part = part?.response === response ? { ...part, last: index } : { response, first, last: index };
      const air = onAir();
      // Its moment has passed, and the caller has seen a base picture that comes later in the loop.
      if (air?.number === response && index < Math.ceil(air.playhead.heard() / FRAME_SAMPLES) - 1) return;
      const jpeg = () => (patch === null ? pictures.base(under) : pictures.composed(under, patch));
      caller.sendWholePicture({ response, position: index * FRAME_SAMPLES, base: under, jpeg });
    },
  };
}
