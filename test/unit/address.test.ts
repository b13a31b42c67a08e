import { expect, it } from 'vitest';
import type { ParleyError } from '../../src/errors.js';
import { avatarIn, modelIn } from '../../src/gateway/address.js';

const known = new Set(['ada', 'otto']);

it('reads the model and the avatar that are asked for', () => {
  expect(modelIn('/v1/realtime?model=gpt-realtime&video=none')).toBe('gpt-realtime');
  expect(avatarIn('/v1/realtime?model=x&avatar=otto', known)).toBe('otto');
});

it.each(['/v1/realtime', '/v1/realtime?model=&avatar='])('%s asks for nothing', (address) => {
  expect(modelIn(address)).toBe('parley');
  expect(avatarIn(address, known)).toBeNull();
});

it.each([
  ['/v1/realtime?avatar=emil', known, /avatar=emil is not one of: ada, otto\./],
  ['/v1/realtime?avatar=__proto__', known, /is not one of/],
  ['/v1/realtime?avatar=ada', new Set<string>(), /none, this server has no face/],
])('refuses an avatar that there is not: %s', (address, avatars, reason) => {
  const asking = () => avatarIn(address, avatars);
  expect(asking).toThrow(reason);
  expect(asking).toThrow(expect.objectContaining({ code: 'unknown_avatar', param: 'avatar' }) as ParleyError);
});

it('shows no more than the beginning of a name that is absurdly long', () => {
  expect(() => avatarIn(`/v1/realtime?avatar=${'x'.repeat(5000)}`, known)).toThrow(/^avatar=x{100} is not/);
});
