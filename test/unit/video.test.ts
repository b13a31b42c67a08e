import { expect, it } from 'vitest';
import type { ParleyError } from '../../src/errors.js';
import { picturesFor } from '../../src/gateway/video.js';

it.each([
  ['/v1/realtime', true, 'patches'],
  ['/v1/realtime', false, 'none'],
  ['/v1/realtime?model=x&video=frames', true, 'frames'],
  ['/v1/realtime?video=frames', false, 'frames'],
  ['/v1/realtime?video=patches', true, 'patches'],
  ['/v1/realtime?video=none', true, 'none'],
] as const)('%s with media frames (%s) gets %s', (address, binary, pictures) => {
  expect(picturesFor(address, binary)).toBe(pictures);
});

it.each([
  ['/v1/realtime?video=patches', false, /parley\.media\.v1/],
  ['/v1/realtime?video=webm', true, /video=webm is not one of: frames, patches, none/],
  ['/v1/realtime?video=', true, /not one of/],
])('%s with media frames (%s) is refused', (address, binary, reason) => {
  const asking = () => picturesFor(address, binary);
  expect(asking).toThrow(reason);
  expect(asking).toThrow(expect.objectContaining({ code: 'invalid_value', param: 'video' }) as ParleyError);
});
