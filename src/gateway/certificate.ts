/** The certificate with which this server speaks TLS: two PEM files, read at the start and whenever they are renewed. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { ParleyError } from '../errors.js';

/** The slice of the configuration; paths are relative to the root. */
export interface TlsSettings {
  readonly TLS_CERT?: string | undefined;
  readonly TLS_KEY?: string | undefined;
}

/** As Node's TLS takes it; the certificate may have its chain behind it. */
export interface TlsPair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface Certificate {
  readonly pair: TlsPair;
  /** The host names and addresses that it is for, as they stand in an address; `*.` for any one name before the rest. */
  readonly names: readonly string[];
  /** What browsers will not like, though TLS works; null: nothing. */
  readonly warning: string | null;
}

/** The certificate that is in use, which is read again when it is renewed. */
export interface KeptCertificate {
  now(): Certificate | null;
  /** Throws for one that cannot be used, and keeps the one before. */
  read(): Certificate | null;
}

export function keepCertificate(read: () => Certificate | null): KeptCertificate {
  let kept = read();
  return {
    now: () => kept,
    read() {
      kept = read();
      return kept;
    },
  };
}

type Variable = keyof TlsSettings;

/** Null if neither is set: then there is no TLS. Throws bad_settings with a sentence that names the variable. */
export function readCertificate(root: string, settings: TlsSettings, now: Date): Certificate | null {
  const { TLS_CERT: certFile, TLS_KEY: keyFile } = settings;
  if (certFile === undefined && keyFile === undefined) return null;
  if (certFile === undefined) throw wrong('TLS_CERT', 'TLS_KEY is set and TLS_CERT is not; https needs both.');
  if (keyFile === undefined) throw wrong('TLS_KEY', 'TLS_CERT is set and TLS_KEY is not; https needs both.');
  const pair = { cert: readPem(root, 'TLS_CERT', certFile), key: readPem(root, 'TLS_KEY', keyFile) };
  const certificate = asCertificate(pair.cert, certFile);
  if (!certificate.checkPrivateKey(asKey(pair.key, keyFile))) {
    throw wrong('TLS_KEY', `TLS_KEY="${keyFile}" belongs to another certificate than the first in "${certFile}".`);
  }
  checkUse(pair, certFile);
  return { pair, names: namesOf(certificate), warning: warningOf(certificate, certFile, now) };
}

function readPem(root: string, variable: Variable, file: string): Buffer {
  try {
    return readFileSync(resolve(root, file));
  } catch (thrown) {
    const reasons: Record<string, string> = {
      ENOENT: 'is not there',
      ENOTDIR: 'is not there',
      EACCES: 'may not be read by the user who runs the server',
      EPERM: 'may not be read by the user who runs the server',
      EISDIR: 'is a folder, not a file',
    };
    const code = (thrown as NodeJS.ErrnoException).code ?? '';
    throw wrong(variable, `${variable}="${file}" ${reasons[code] ?? `cannot be read (${code})`}.`);
  }
}

/** Node would also take the binary form here, but not where the server starts. */
function asCertificate(pem: Buffer, file: string): X509Certificate {
  try {
    if (pem.includes('-----BEGIN ')) return new X509Certificate(pem);
  } catch {
    // What OpenSSL calls it helps nobody.
  }
  throw wrong('TLS_CERT', `TLS_CERT="${file}" is not a certificate in PEM form.`);
}

function asKey(pem: Buffer, file: string): KeyObject {
  // Nobody is there to type a passphrase when a lobby's machine starts.
  if (/^(-----BEGIN |Proc-Type:).*ENCRYPTED/m.test(pem.toString('latin1'))) {
    throw wrong('TLS_KEY', `TLS_KEY="${file}" is encrypted; Parley takes only a key without a passphrase.`);
  }
  try {
    if (pem.includes('-----BEGIN ')) return createPrivateKey(pem);
  } catch {
    // Said below, in words that show nothing of what is in the file.
  }
  throw wrong('TLS_KEY', `TLS_KEY="${file}" is not a private key in PEM form.`);
}

/** What only TLS itself refuses: a key that is too short, a chain that breaks off. */
function checkUse(pair: TlsPair, file: string): void {
  try {
    createSecureContext(pair);
  } catch (thrown) {
    const { reason, message } = thrown as { reason?: string; message: string };
    throw wrong('TLS_CERT', `TLS_CERT="${file}" cannot be used for TLS: ${reason ?? message}.`);
  }
}

function namesOf({ subjectAltName }: X509Certificate): string[] {
  return (subjectAltName ?? '').split(', ').flatMap((entry) => {
    const name = /^(?:DNS|IP Address):((?:\*\.)?[\w.:-]+)$/.exec(entry)?.[1]?.toLowerCase();
    if (name === undefined) return [];
    return [isIPv6(name) ? new URL(`https://[${name}]`).hostname : name];
  });
}

/** A reason to warn, not to stay away: a kiosk whose certificate nobody renewed must still come up. */
function warningOf({ validFrom, validTo }: X509Certificate, file: string, now: Date): string | null {
  const [from, to] = [new Date(validFrom), new Date(validTo)];
  const day = (date: Date) => date.toISOString().slice(0, 10);
  if (to < now) return `TLS_CERT="${file}" expired on ${day(to)}; browsers warn of it or refuse it.`;
  if (from <= now) return null;
  return `TLS_CERT="${file}" is not valid before ${day(from)}; browsers refuse it, unless this machine's clock is wrong.`;
}

function wrong(param: Variable, detail: string): ParleyError {
  return new ParleyError('bad_settings', detail, { param });
}
