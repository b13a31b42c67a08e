import { describe, expect, it } from 'vitest';
import { checkAccess } from '../../src/gateway/access.js';
import { chooseSubprotocol } from '../../src/gateway/websocket.js';

const rules = {
  allowedOrigins: ['https://www.example.org'],
  allowedHosts: () => ['kiosk.example.org', '*.example.net'],
};

describe('who may use the server', () => {
  it.each([
    ['a program on this machine', { host: '127.0.0.1:8080' }],
    ['the server’s own page', { host: 'localhost:8080', origin: 'http://localhost:8080' }],
    ['its own page by an address in the house', { host: '192.168.1.5:8080', origin: 'http://192.168.1.5:8080' }],
    ['IPv6', { host: '[::1]:8080', origin: 'http://[::1]:8080' }],
    ['a name that was allowed', { host: 'kiosk.example.org', origin: 'https://kiosk.example.org' }],
    ['a name where any was allowed', { host: 'face.example.net' }],
    ['an origin that was allowed', { host: 'localhost:8080', origin: 'https://www.example.org' }],
  ])('%s', (_who, headers) => {
    expect(() => checkAccess(headers, rules)).not.toThrow();
  });

  it.each([
    ['a foreign page', { host: 'localhost:8080', origin: 'https://evil.example' }, 'origin_refused'],
    ['a page on another port', { host: 'localhost:8080', origin: 'http://localhost:3000' }, 'origin_refused'],
    ['a sandboxed page', { host: 'localhost:8080', origin: 'null' }, 'origin_refused'],
    ['a name that points here', { host: 'evil.example:8080', origin: 'http://evil.example:8080' }, 'host_refused'],
    ['a name two below one that was allowed', { host: 'a.face.example.net' }, 'host_refused'],
    ['the name above', { host: 'example.net' }, 'host_refused'],
    ['no host at all', {}, 'host_refused'],
  ])('not %s', (_who, headers, code) => {
    expect(() => checkAccess(headers, rules)).toThrow(expect.objectContaining({ code }));
  });

  it('everyone, if that was said', () => {
    const open = { allowedOrigins: ['*'], allowedHosts: () => ['*'] };
    expect(() => checkAccess({ host: 'any.example', origin: 'https://other.example' }, open)).not.toThrow();
  });
});

describe('the subprotocol', () => {
  it('is Parley’s own if offered, else realtime, and never the one with the key', () => {
    expect(chooseSubprotocol(new Set(['realtime', 'openai-insecure-api-key.sk-1', 'parley.media.v1']))).toBe(
      'parley.media.v1',
    );
    expect(chooseSubprotocol(new Set(['openai-insecure-api-key.sk-1', 'realtime']))).toBe('realtime');
    expect(chooseSubprotocol(new Set(['openai-insecure-api-key.sk-1']))).toBe(false);
  });
});
