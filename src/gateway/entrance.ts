/** How one gets into this server, and what its start tells about that. */
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';

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
export function invitation(entrance: Entrance, { address, port, family }: AddressInfo): string {
  const link = `Open http://${hostShown(address, family)}:${port}`;
  if (entrance.token === null) {
    const warning = 'Warning: ACCESS_TOKEN=none lets in everybody who can reach this address.';
    return entrance.for === 'loopback' ? `  ${link}\n` : `  ${link}\n  ${warning}\n`;
  }
  if (entrance.origin === 'set')
    return `  ${link}\n  with /?token= and your ACCESS_TOKEN behind it, once in each browser.\n`;
  const advice = 'This token is new at every start; set ACCESS_TOKEN (see .env.example) to keep one.';
  return `  ${link}/?token=${entrance.token}\n  ${advice}\n`;
}

/** "Every address" is none that a browser could open; inside a container it is not even one of this machine's. */
function hostShown(address: string, family: string): string {
  if (address === '0.0.0.0' || address === '::') return 'localhost';
  return family === 'IPv6' ? `[${address}]` : address;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d+){3}$/.test(host);
}
