import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { bare, clientOf, KEY, vendorOf } from './vendor-openai-fixture.js';

describe('the key', () => {
  it('is asked for, and shown to nobody but for its end', async () => {
    const { vendor } = await vendorOf();
    const without = await bare(vendor.url, { path: '/models', method: 'GET', key: null });
    expect(without).toMatchObject({ status: 401, type: 'invalid_request_error', param: null, code: 'invalid_api_key' });
    const wrong = await bare(vendor.url, { path: '/models', method: 'GET', key: 'sk-secret-secret-9876' });
    expect(wrong).toMatchObject({ status: 401, code: 'invalid_api_key' });
    expect(wrong.message).toContain('*****9876.');
    expect(wrong.message).not.toMatch(/sk-|secret/);
    const short = await bare(vendor.url, { path: '/models', method: 'GET', key: 'abcd1234' });
    expect(short.message).toContain(' ********.');
  });

  it('may be any if none is set', async () => {
    const { vendor } = await vendorOf(undefined, { key: undefined as never });
    expect((await clientOf(vendor.url, { apiKey: 'anything' }).models.list()).data).not.toEqual([]);
    expect(await bare(vendor.url, { path: '/models', method: 'GET', key: null })).toMatchObject({ status: 401 });
  });

  it('is missed by the vendor’s client in its own class', async () => {
    const { vendor } = await vendorOf();
    const asking = clientOf(vendor.url, { apiKey: `${KEY}!` }).models.list();
    await expect(asking).rejects.toThrow(OpenAI.AuthenticationError);
  });
});

it.each([
  ['GET', '/chat/completions'],
  ['POST', '/models'],
  ['DELETE', '/models/gpt-4o'],
  ['POST', '/responses'],
  ['GET', '/models/a/b'],
])('has nothing at %s %s', async (method, path) => {
  const { vendor } = await vendorOf();
  expect(await bare(vendor.url, { method, path })).toMatchObject({
    status: 404,
    message: `Invalid URL (${method} /v1${path})`,
    type: 'invalid_request_error',
    param: null,
    code: null,
  });
  expect(vendor.requests).toEqual([]);
});
