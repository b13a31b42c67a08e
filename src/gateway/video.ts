/** `?video=` in the address of the socket: which pictures this caller wants. */
import { ParleyError } from '../errors.js';
import type { Caller } from '../protocol/caller.js';

type Pictures = Caller['pictures'];

/** `binary`: the client speaks parley.media.v1. Throws invalid_value for what there is not. */
export function picturesFor(address: string, binary: boolean): Pictures {
  const wanted = new URL(address, 'http://server').searchParams.get('video');
  switch (wanted) {
    case null:
      return binary ? 'patches' : 'none';
    case 'frames':
    case 'none':
      return wanted;
    case 'patches':
      if (binary) return wanted;
      throw refusal('video=patches needs the subprotocol parley.media.v1; without it there is video=frames.');
    default:
      throw refusal(`video=${wanted.slice(0, 40)} is not one of: frames, patches, none.`);
  }
}

const refusal = (detail: string): ParleyError => new ParleyError('invalid_value', detail, { param: 'video' });
