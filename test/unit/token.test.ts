import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { chooseEntrance, invitation } from '../../src/gateway/entrance.js';
import { judge, withoutToken } from '../../src/gateway/token.js';

const token = 'correct/horse+battery';
const inAddress = encodeURIComponent(token);
const html = { accept: 'text/html,*/*' };

describe('the access token opens', () => {
  it.each([
    ['as a bearer', '/v1/about', { authorization: `Bearer ${token}` }],
    [
      'as the key of a browser’s Realtime client',
      '/v1/realtime',
      protocols(`realtime, openai-insecure-api-key.${token}`),
    ],
    ['in a socket’s address', `/v1/realtime?model=x&token=${inAddress}`, { upgrade: 'websocket' }],
    ['in the address of a pack', `/v1/avatars/ada/pack-1.bin?token=${inAddress}`, { accept: '*/*' }],
    ['in an address, when nobody has escaped it', `/v1/about?token=${token}`, {}],
    ['as the cookie', '/', { ...html, cookie: `other=1; parley_access=${inAddress}` }],
    ['health, which needs none', '/healthz', {}],
    ['readiness, which needs none', '/readyz', {}],
    ['the element’s program, which needs none', '/parley-avatar.js', {}],
    ['what that program loads, which needs none', '/assets/player.worklet-D0myJ5iO.js', {}],
  ])('%s', (_how, url, headers) => {
    expect(judge({ url, headers }, token).kind).toBe('admitted');
  });

  it.each([
    ['nothing', '/', {}],
    ['a wrong bearer', '/v1/about', { authorization: `Bearer ${token}x` }],
    ['a bearer cut short', '/v1/about', { authorization: `Bearer ${token.slice(0, -1)}` }],
    ['an empty bearer', '/v1/about', { authorization: 'Bearer ' }],
    ['another scheme', '/v1/about', { authorization: `Basic ${token}` }],
    ['a wrong key', '/v1/realtime', protocols('realtime, openai-insecure-api-key.none')],
    ['the token as a subprotocol', '/v1/realtime', protocols(token)],
    ['a wrong link', '/?token=wrong', html],
    ['an empty cookie', '/', { cookie: 'parley_access=' }],
    ['a cookie of another name', '/', { cookie: `access=${inAddress}` }],
    ['the page behind the free assets', '/assets/../index.html', {}],
    ['an address behind the free ones', '/healthz/../v1/about', {}],
  ])('not for %s', (_what, url, headers) => {
    expect(judge({ url, headers }, token)).toEqual({ kind: 'refused' });
  });

  it('a page for one who has the link, with a cookie and without the token in the address', () => {
    const verdict = judge({ url: `/kiosk?silence=20&token=${inAddress}&listen=off`, headers: html }, token);
    expect(verdict).toEqual({
      kind: 'welcomed',
      to: '/kiosk?silence=20&listen=off',
      cookie: `parley_access=${inAddress}; HttpOnly; SameSite=Strict; Path=/; Max-Age=34560000`,
    });
  });

  it('with a cookie for TLS only where a proxy has added that', () => {
    const headers = { ...html, 'x-forwarded-proto': 'https' };
    expect(judge({ url: `/?token=${inAddress}`, headers }, token)).toMatchObject({
      cookie: expect.stringMatching(/; Secure$/),
    });
  });
});

describe('an address without its token', () => {
  it.each([
    ['/?token=abc', '/'],
    ['/?token=abc&a=1', '/?a=1'],
    ['/kiosk?a=1&token=abc&b=%20&token=again', '/kiosk?a=1&b=%20'],
    ['/?tokens=2&token', '/?tokens=2'],
    ['//evil.example/?token=abc', '/evil.example/'],
    ['/\\evil.example?token=abc', '/evil.example'],
    ['/plain', '/plain'],
  ])('%s is %s', (url, shown) => {
    expect(withoutToken(url)).toBe(shown);
  });
});

describe('the way in', () => {
  const at = (address: string, family = 'IPv4') => ({ address, family, port: 8080 });

  it('needs nothing on loopback', () => {
    for (const host of ['127.0.0.1', '127.8.8.8', '::1', 'localhost']) {
      expect(chooseEntrance(host, undefined)).toEqual({ token: null, for: 'loopback' });
    }
    const entrance = chooseEntrance('127.0.0.1', undefined);
    expect(invitation(entrance, at('127.0.0.1'))).toBe('  Open http://127.0.0.1:8080\n');
    expect(invitation(entrance, at('::1', 'IPv6'))).toBe('  Open http://[::1]:8080\n');
  });

  it('needs a token everywhere else, a new one each time, in a link that a browser can open', () => {
    const [one, other] = [chooseEntrance('0.0.0.0', undefined), chooseEntrance('0.0.0.0', undefined)];
    expect(one.token).toMatch(/^[\w-]{32}$/);
    expect(one.token).not.toBe(other.token);
    expect(invitation(one, at('0.0.0.0'))).toContain(`Open http://localhost:8080/?token=${one.token}\n`);
    expect(invitation(one, at('::', 'IPv6'))).toContain('Open http://localhost:8080/');
    expect(invitation(one, at('192.168.1.5'))).toMatch(/Open http:\/\/192\.168\.1\.5:8080\/.*\n.*new at every start/);
    expect(chooseEntrance('::ffff:1.2.3.4', undefined).token).not.toBeNull();
  });

  it('is never printed with a token that the operator has set', () => {
    expect(invitation(chooseEntrance('0.0.0.0', token), at('0.0.0.0'))).not.toContain(token);
    expect(chooseEntrance('127.0.0.1', token)).toEqual({ token, origin: 'set' });
  });

  it('is open to everybody only if that was said, and then warns', () => {
    expect(invitation(chooseEntrance('0.0.0.0', 'none'), at('0.0.0.0'))).toMatch(/Warning: .*everybody/);
    expect(invitation(chooseEntrance('127.0.0.1', 'none'), at('127.0.0.1'))).not.toContain('Warning');
  });
});

describe('the setting ACCESS_TOKEN', () => {
  it.each([token, 'none', 'x'.repeat(16)])('may be %s', (text) => {
    expect(readConfig({ ACCESS_TOKEN: text }).ACCESS_TOKEN).toBe(text);
  });

  it.each(['too-short-a-one', 'with blanks between it', 'with-a-ümlaut-in-it'])(
    'may not be "%s", which is not repeated where it is refused',
    (text) => {
      expect(() => readConfig({ ACCESS_TOKEN: text })).toThrow(/^ACCESS_TOKEN is wrong: expected at least 16/);
    },
  );
});

function protocols(offered: string) {
  return { 'sec-websocket-protocol': offered };
}
