import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';
import { judge as judgeKnock, type Knock, withoutToken } from '../../src/gateway/token.js';

const token = 'correct/horse+battery';
const inAddress = encodeURIComponent(token);
const html = { accept: 'text/html,*/*' };
const judge = (knock: Omit<Knock, 'isEncrypted'>, isEncrypted = false) =>
  judgeKnock({ ...knock, isEncrypted }, token, (key) => key === 'ek_short');

describe('the access token opens', () => {
  it.each([
    ['as a bearer', '/v1/about', { authorization: `Bearer ${token}` }],
    [
      'as the key of a browser’s Realtime client',
      '/v1/realtime',
      protocols(`realtime, openai-insecure-api-key.${token}`),
    ],
    ['a socket, as a short-lived key', '/v1/realtime?model=x', { authorization: 'Bearer ek_short' }],
    ['in a socket’s address', `/v1/realtime?model=x&token=${inAddress}`, { upgrade: 'websocket' }],
    ['in the address of a pack', `/v1/avatars/ada/pack-1.bin?token=${inAddress}`, { accept: '*/*' }],
    ['in an address, when nobody has escaped it', `/v1/about?token=${token}`, {}],
    ['as the cookie', '/', { ...html, cookie: `other=1; parley_access=${inAddress}` }],
    ['as the cookie of this port', '/', { host: 'kiosk:8443', cookie: `parley_access_8443=${inAddress}` }],
    ['health, which needs none', '/healthz', {}],
    ['readiness, which needs none', '/readyz', {}],
    ['the element’s program, which needs none', '/parley-avatar.js', {}],
    ['what that program loads, which needs none', '/assets/player.worklet-D0myJ5iO.js', {}],
  ])('%s', (_how, url, headers) => {
    expect(judge({ url, headers }).kind).toBe('admitted');
  });

  it.each([
    ['nothing', '/', {}],
    ['a wrong bearer', '/v1/about', { authorization: `Bearer ${token}x` }],
    ['a bearer cut short', '/v1/about', { authorization: `Bearer ${token.slice(0, -1)}` }],
    ['an empty bearer', '/v1/about', { authorization: 'Bearer ' }],
    ['another scheme', '/v1/about', { authorization: `Basic ${token}` }],
    ['a wrong key', '/v1/realtime', protocols('realtime, openai-insecure-api-key.none')],
    ['the token as a subprotocol', '/v1/realtime', protocols(token)],
    ['a short-lived key, elsewhere', '/v1/realtime/client_secrets', { authorization: 'Bearer ek_short' }],
    ['a wrong link', '/?token=wrong', html],
    ['an empty cookie', '/', { cookie: 'parley_access=' }],
    ['the cookie of another port', '/', { host: '[::1]:8443', cookie: `parley_access_80=${inAddress}` }],
    ['a cookie of another name', '/', { cookie: `access=${inAddress}` }],
    ['the page behind the free assets', '/assets/../index.html', {}],
    ['an address behind the free ones', '/healthz/../v1/about', {}],
  ])('not for %s', (_what, url, headers) => {
    expect(judge({ url, headers })).toEqual({ kind: 'refused' });
  });

  it('a page for one who has the link, with a cookie and without the token in the address', () => {
    const verdict = judge({ url: `/kiosk?silence=20&token=${inAddress}&listen=off`, headers: html });
    expect(verdict).toEqual({
      kind: 'welcomed',
      to: '/kiosk?silence=20&listen=off',
      cookie: `parley_access=${inAddress}; HttpOnly; SameSite=Strict; Path=/; Max-Age=34560000`,
    });
  });

  it('with a cookie of its own for each port, since browsers have one jar for all', () => {
    const verdict = judge({ url: `/?token=${inAddress}`, headers: { ...html, host: '127.0.0.1:8081' } });
    expect(verdict).toMatchObject({ cookie: expect.stringMatching(/^parley_access_8081=/) });
  });

  it('with a cookie for TLS only over TLS, or where a proxy has added that', () => {
    const url = `/?token=${inAddress}`;
    const proxied = { ...html, 'x-forwarded-proto': 'https' };
    for (const verdict of [judge({ url, headers: html }, true), judge({ url, headers: proxied })]) {
      expect(verdict).toMatchObject({ cookie: expect.stringMatching(/; Secure$/) });
    }
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
