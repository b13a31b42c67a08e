/** How one gets into this server, and what its start tells about that. */
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { asParleyError, ParleyError } from '../errors.js';
import type { Certificate } from './certificate.js';

export type Entrance =
  /** Without a token: `loopback` reaches this machine only, `everybody` is what the operator has asked for. */
  | { readonly token: null; readonly for: 'loopback' | 'everybody' }
  /** `set` by the operator, who has it already, or `made` for this run. */
  | { readonly token: string; readonly origin: 'set' | 'made' };

/** `setting` is that of ACCESS_TOKEN. */
export function chooseEntrance(host: string, setting: string | undefined): Entrance {
  if (setting === 'none') return { token: null, for: isLoopback(host) ? 'loopback' : 'everybody' };
  if (setting !== undefined) return { token: setting, origin: 'set' };
  if (isLoopback(host)) return { token: null, for: 'loopback' };
  return { token: randomBytes(24).toString('base64url'), origin: 'made' };
}

/** The lines at the end of the start-up table. A token that was set is not shown: what is printed is kept in logs. */
export function invitation(entrance: Entrance, listening: AddressInfo, certificate: Certificate | null): string {
  const scheme = certificate === null ? 'http' : 'https';
  const link = `Open ${scheme}://${hostShown(listening, certificate)}:${listening.port}`;
  const warning = certificate?.warning ?? null;
  const renewal = certificate === null ? [] : [`kill -HUP ${process.pid} has a renewed certificate read.`];
  const lines = [...welcome(entrance, link), ...renewal, ...(warning === null ? [] : [`Warning: ${warning}`])];
  return lines.map((line) => `  ${line}\n`).join('');
}

function welcome(entrance: Entrance, link: string): string[] {
  if (entrance.token === null) {
    const warning = 'Warning: ACCESS_TOKEN=none lets in everybody who can reach this address.';
    return entrance.for === 'loopback' ? [link] : [link, warning];
  }
  if (entrance.origin === 'set') return [link, 'with /?token= and your ACCESS_TOKEN behind it, once in each browser.'];
  const advice = 'This token is new at every start; set ACCESS_TOKEN (see .env.example) to keep one.';
  return [`${link}/?token=${entrance.token}`, advice];
}

/** Why nobody can get in: `thrown` is what listening failed with. */
export function listenFailure(thrown: unknown, host: string, port: number): ParleyError {
  const code = (thrown as NodeJS.ErrnoException).code;
  const where = `PORT=${port} on HOST=${host}`;
  const reasons: Record<string, string> = {
    EADDRINUSE: `${where} is taken by another program. Choose another, for example PORT=${port + 1}.`,
    EACCES: `${where} is not open to this user. Choose a port above 1023.`,
    EADDRNOTAVAIL: `HOST=${host} is not an address of this machine.`,
    ENOTFOUND: `HOST=${host} is not an address of this machine.`,
  };
  return new ParleyError('bad_settings', reasons[code ?? ''] ?? `${where}: ${asParleyError(thrown).message}`);
}

/**
 * "Every address" is none that a browser could open; inside a container it is not even one of this machine's. Over TLS
 * the certificate knows by which name others reach this machine.
 */
function hostShown({ address, family }: AddressInfo, certificate: Certificate | null): string {
  if (address === '0.0.0.0' || address === '::')
    return certificate?.names.find((name) => !isLoopback(name) && !name.startsWith('*')) ?? 'localhost';
  return family === 'IPv6' ? `[${address}]` : address;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}
