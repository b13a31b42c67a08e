import { describe, expect, it } from 'vitest';
import type { Certificate } from '../../src/gateway/certificate.js';
import { chooseEntrance, invitation, listenFailure } from '../../src/gateway/entrance.js';

const token = 'correct/horse+battery';
const certificate: Certificate = {
  pair: { cert: Buffer.of(), key: Buffer.of() },
  names: ['localhost', '127.0.0.1'],
  warning: null,
};

describe('the way in', () => {
  const at = (address: string, family = 'IPv4') => ({ address, family, port: 8080 });

  it('needs nothing on loopback', () => {
    for (const host of ['127.0.0.1', '127.8.8.8', '::1', 'localhost']) {
      expect(chooseEntrance(host, undefined)).toEqual({ token: null, for: 'loopback' });
    }
    const entrance = chooseEntrance('127.0.0.1', undefined);
    expect(invitation(entrance, at('127.0.0.1'), null)).toBe('  Open http://127.0.0.1:8080\n');
    expect(invitation(entrance, at('::1', 'IPv6'), null)).toBe('  Open http://[::1]:8080\n');
  });

  it('needs a token everywhere else, a new one each time, in a link that a browser can open', () => {
    const [one, other] = [chooseEntrance('0.0.0.0', undefined), chooseEntrance('0.0.0.0', undefined)];
    expect(one.token).toMatch(/^[\w-]{32}$/);
    expect(one.token).not.toBe(other.token);
    expect(invitation(one, at('0.0.0.0'), null)).toContain(`Open http://localhost:8080/?token=${one.token}\n`);
    expect(invitation(one, at('::', 'IPv6'), null)).toContain('Open http://localhost:8080/');
    expect(invitation(one, at('192.168.1.5'), null)).toMatch(
      /Open http:\/\/192\.168\.1\.5:8080\/.*\n.*new at every start/,
    );
    expect(chooseEntrance('::ffff:1.2.3.4', undefined).token).not.toBeNull();
  });

  it('is never printed with a token that the operator has set', () => {
    expect(invitation(chooseEntrance('0.0.0.0', token), at('0.0.0.0'), null)).not.toContain(token);
    expect(chooseEntrance('127.0.0.1', token)).toEqual({ token, origin: 'set' });
  });

  it('is open to everybody only if that was said, and then warns', () => {
    expect(invitation(chooseEntrance('0.0.0.0', 'none'), at('0.0.0.0'), null)).toMatch(/Warning: .*everybody/);
    expect(invitation(chooseEntrance('127.0.0.1', 'none'), at('127.0.0.1'), null)).not.toContain('Warning');
  });

  it('is by https where there is a certificate, under the name that it gives this machine', () => {
    const open = chooseEntrance('127.0.0.1', undefined);
    const named = (...names: string[]) => ({ ...certificate, names });
    const name = 'lobby.example';
    const renewal = `  kill -HUP ${process.pid} has a renewed certificate read.\n`;
    expect(invitation(open, at('127.0.0.1'), certificate)).toBe(`  Open https://127.0.0.1:8080\n${renewal}`);
    expect(invitation(open, at('0.0.0.0'), certificate)).toBe(`  Open https://localhost:8080\n${renewal}`);
    expect(invitation(open, at('0.0.0.0'), named('*.example'))).toBe(`  Open https://localhost:8080\n${renewal}`);
    expect(invitation(open, at('::', 'IPv6'), named('localhost', '127.0.0.1', '[::1]', name))).toContain(
      `https://${name}:`,
    );
    expect(invitation(open, at('192.168.1.5'), named(name))).toContain('https://192.168.1.5:8080\n');
  });

  it('ends with what browsers will not like about the certificate', () => {
    const entrance = chooseEntrance('0.0.0.0', undefined);
    const old = { ...certificate, warning: 'It is old.' };
    expect(invitation(entrance, at('0.0.0.0'), old)).toMatch(/new at every start.*\n.*\n {2}Warning: It is old\.\n$/);
  });
});

describe('a server that cannot listen', () => {
  it.each([
    ['EADDRINUSE', /^PORT=8080 on HOST=lobby is taken by another program\. .*PORT=8081/],
    ['EACCES', /^PORT=8080 on HOST=lobby is not open to this user/],
    ['EADDRNOTAVAIL', /^HOST=lobby is not an address of this machine/],
    ['EOTHER', /^PORT=8080 on HOST=lobby: what Node says$/],
  ])('says why at %s', (code, sentence) => {
    const error = listenFailure(Object.assign(new Error('what Node says'), { code }), 'lobby', 8080);
    expect(error.code).toBe('bad_settings');
    expect(error.message).toMatch(sentence);
  });
});
