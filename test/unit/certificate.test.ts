import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ParleyError } from '../../src/errors.js';
import { readCertificate, type TlsSettings } from '../../src/gateway/certificate.js';
import { renewOnHangUp } from '../../src/gateway/renewal.js';
import {
  type Authority,
  createAuthority,
  daysFromNow,
  type Issued,
  issue,
  writePair,
} from '../fixtures/certificate.js';

let authority: Authority;
let good: Issued;
let folder: string;
beforeAll(async () => {
  authority = await createAuthority();
  good = await issue(authority, { hosts: ['Lobby.example', '*.example.org'] });
  folder = writePair(good).folder;
});

const both = { TLS_CERT: 'cert.pem', TLS_KEY: 'key.pem' };
const read = (settings: TlsSettings = both) => readCertificate(folder, settings, new Date());

function refusal(settings: TlsSettings): string {
  try {
    read(settings);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ParleyError);
    expect((thrown as ParleyError).code).toBe('bad_settings');
    return (thrown as ParleyError).message;
  }
  return 'nothing was refused';
}

const put = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return name;
};

describe('a certificate and its key', () => {
  it('are not needed', () => {
    expect(read({})).toBeNull();
  });

  it('are taken with the chain, and tell for which names they are', () => {
    const certificate = read()!;
    expect(certificate.pair.cert.toString()).toBe(good.cert);
    expect(certificate.names).toEqual(['localhost', 'lobby.example', '*.example.org', '127.0.0.1', '[::1]']);
    expect(certificate.warning).toBeNull();
  });

  it('may stand in one file', () => {
    const one = put('one.pem', good.cert + good.key);
    expect(read({ TLS_CERT: one, TLS_KEY: one })?.names).toContain('lobby.example');
  });

  it('are found by absolute paths, too', () => {
    const settings = { TLS_CERT: join(folder, 'cert.pem'), TLS_KEY: join(folder, 'key.pem') };
    expect(readCertificate('/', settings, new Date())).not.toBeNull();
  });
});

describe('a plain sentence refuses', () => {
  it('one without the other', () => {
    expect(refusal({ TLS_CERT: 'cert.pem' })).toBe('TLS_CERT is set and TLS_KEY is not; https needs both.');
    expect(refusal({ TLS_KEY: 'key.pem' })).toBe('TLS_KEY is set and TLS_CERT is not; https needs both.');
  });

  it('a file that is not there, or is none', () => {
    expect(refusal({ ...both, TLS_CERT: 'gone.pem' })).toBe('TLS_CERT="gone.pem" is not there.');
    expect(refusal({ ...both, TLS_KEY: 'cert.pem/key.pem' })).toBe('TLS_KEY="cert.pem/key.pem" is not there.');
    mkdirSync(join(folder, 'inside'));
    expect(refusal({ ...both, TLS_KEY: 'inside' })).toBe('TLS_KEY="inside" is a folder, not a file.');
  });

  // To root everything is readable.
  if (process.getuid?.() !== 0) {
    it('a file that may not be read', () => {
      chmodSync(join(folder, put('locked.pem', good.key)), 0);
      expect(refusal({ ...both, TLS_KEY: 'locked.pem' })).toMatch(/^TLS_KEY="locked.pem" may not be read by the user/);
    });
  }

  it('what is not PEM', () => {
    const noise = put('noise.pem', 'no certificate');
    expect(refusal({ ...both, TLS_CERT: noise })).toBe('TLS_CERT="noise.pem" is not a certificate in PEM form.');
    expect(refusal({ ...both, TLS_KEY: noise })).toBe('TLS_KEY="noise.pem" is not a private key in PEM form.');
    writeFileSync(join(folder, 'cert.der'), new X509Certificate(good.cert).raw);
    expect(refusal({ ...both, TLS_CERT: 'cert.der' })).toBe('TLS_CERT="cert.der" is not a certificate in PEM form.');
    const torn = put('torn.pem', good.key.slice(0, 80));
    expect(refusal({ ...both, TLS_KEY: torn })).toBe('TLS_KEY="torn.pem" is not a private key in PEM form.');
  });

  it('the two the wrong way round', () => {
    const swapped = { TLS_CERT: 'key.pem', TLS_KEY: 'cert.pem' };
    expect(refusal(swapped)).toBe('TLS_CERT="key.pem" is not a certificate in PEM form.');
  });

  it('a key of another certificate, also one of the chain', async () => {
    put('other.pem', (await issue(authority)).key);
    expect(refusal({ ...both, TLS_KEY: 'other.pem' })).toBe(
      'TLS_KEY="other.pem" belongs to another certificate than the first in "cert.pem".',
    );
    put('authority.pem', authority.key);
    expect(refusal({ ...both, TLS_KEY: 'authority.pem' })).toContain('belongs to another certificate');
  });

  it('an encrypted key, in either form', () => {
    const key = createPrivateKey(good.key);
    const lock = { format: 'pem', cipher: 'aes-128-cbc', passphrase: 'secret' } as const;
    for (const type of ['pkcs8', 'sec1'] as const) {
      put('encrypted.pem', key.export({ ...lock, type }).toString());
      expect(refusal({ ...both, TLS_KEY: 'encrypted.pem' })).toMatch(
        /^TLS_KEY="encrypted.pem" is encrypted; .*passphr/,
      );
    }
  });

  it('a chain that breaks off', () => {
    put('broken.pem', good.cert.slice(0, -100));
    expect(refusal({ ...both, TLS_CERT: 'broken.pem' })).toMatch(/^TLS_CERT="broken.pem" cannot be used for TLS: /);
  });
});

describe('a certificate that browsers refuse is used all the same, with a warning', () => {
  const at = (days: number) => readCertificate(folder, both, daysFromNow(days))!.warning;

  it('if it has expired', () => {
    expect(at(364)).toBeNull();
    expect(at(366)).toMatch(/^TLS_CERT="cert.pem" expired on \d{4}-\d\d-\d\d; browsers/);
  });

  it('if it is not valid yet', () => {
    expect(at(-1)).toMatch(/^TLS_CERT="cert.pem" is not valid before \d{4}-\d\d-\d\d; .*clock/);
  });
});

describe('SIGHUP', () => {
  const before = process.listeners('SIGHUP');
  const forget = () => {
    for (const listener of process.listeners('SIGHUP').filter((one) => !before.includes(one))) {
      process.off('SIGHUP', listener);
    }
  };
  afterEach(forget);

  /** What a server does that `terminals` says, signal after signal, whether it still has one. */
  function hangUp(terminals: boolean[]) {
    const did = { reads: 0, ended: 0 };
    const renewal = {
      server: createServer(),
      read: () => {
        did.reads += 1;
        return read();
      },
      log: pino({ level: 'silent' }),
    };
    const die = () => {
      did.ended += 1;
    };
    renewOnHangUp(renewal, { hasTerminal: () => terminals.shift()!, die });
    const [listener] = process.listeners('SIGHUP').filter((one) => !before.includes(one));
    process.emit('SIGHUP');
    return { ...did, stays: process.listeners('SIGHUP').includes(listener!) };
  }

  it('has the files read again, in a terminal and without one', () => {
    expect(hangUp([false])).toEqual({ reads: 1, ended: 0, stays: true });
    forget();
    expect(hangUp([true, true])).toEqual({ reads: 1, ended: 0, stays: true });
  });

  it('ends the server whose terminal was closed, as ever', () => {
    expect(hangUp([true, false])).toEqual({ reads: 0, ended: 1, stays: false });
  });
});
