import { describe, expect, it } from 'vitest';
import { connectionFailure, vendorFailure } from '../../src/engines/vendors/vendor-failure.js';

const key = 'sk-live-0123456789abcdef';
const answer = { service: 'openai', reason: null, message: null, retryAfter: null, secrets: [key] };

describe('what went wrong at a vendor', () => {
  it.each([
    [401, 'invalid_api_key', 'bad_key'],
    [401, 'quota_exceeded', 'quota_exceeded'],
    [401, null, 'bad_key'],
    [402, null, 'quota_exceeded'],
    [403, 'unsupported_country_region_territory', 'bad_key'],
    [404, 'model_not_found', 'unknown_model'],
    [404, 'not_found', 'vendor_refused'],
    [400, 'invalid_request_error', 'vendor_refused'],
    [400, 'content_policy_violation', 'content_refused'],
    [422, null, 'vendor_refused'],
    [408, null, 'deadline'],
    [429, 'rate_limit_exceeded', 'rate_limited'],
    [429, 'insufficient_quota', 'quota_exceeded'],
    [429, 'too_many_concurrent_requests', 'too_many_concurrent'],
    [429, 'system_busy', 'rate_limited'],
    [429, null, 'rate_limited'],
    [500, null, 'vendor_down'],
    [503, 'server_error', 'vendor_down'],
    [529, 'overloaded', 'vendor_down'],
  ] as const)('%s %s is %s', (status, reason, code) => {
    expect(vendorFailure({ ...answer, status, reason })).toMatchObject({ code });
  });

  it('says what the vendor says, in one sentence of bounded length', () => {
    const { message } = vendorFailure({ ...answer, status: 500, message: `Oops ${'x'.repeat(5000)}` });
    expect(message).toMatch(/^openai answered 500: Oops x+\.$/);
    expect(message.length).toBeLessThan(260);
  });

  it('does not quote a vendor about a key, and never the key', () => {
    const quoted = `Incorrect API key provided: ${key}`;
    expect(vendorFailure({ ...answer, status: 401, message: quoted }).message).toBe(
      'openai does not accept the key (401).',
    );
    const repeated = vendorFailure({ ...answer, status: 500, reason: key, message: `You sent ${key}!` }).message;
    expect(repeated).toBe('openai answered 500 …cdef: You sent …cdef!');
  });

  it.each([
    ['2', 2000],
    ['0.5', 500],
    ['-3', 0],
    ['soon', null],
    ['', null],
    [null, null],
  ])('reads Retry-After %s', (retryAfter, ms) => {
    expect(vendorFailure({ ...answer, status: 429, retryAfter }).retryAfterMs).toBe(ms);
  });

  it('reads a Retry-After that is a date', () => {
    const retryAfter = new Date(Date.now() + 60_000).toUTCString();
    const { retryAfterMs } = vendorFailure({ ...answer, status: 429, retryAfter });
    expect(retryAfterMs).toBeGreaterThan(50_000);
    expect(retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  it('finds the reason of a connection that failed, however deep it lies', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9'), { code: 'ECONNREFUSED' });
    const thrown = new TypeError('fetch failed', { cause: refused });
    expect(connectionFailure('openai', thrown, [])).toMatchObject({
      code: 'connection_cut',
      message: 'The connection to openai failed: fetch failed: connect ECONNREFUSED 127.0.0.1:9.',
    });
    expect(connectionFailure('openai', `no ${key}`, [key]).message).toBe('The connection to openai failed: no …cdef.');
  });
});
