/**
 * Who may use this server. Without keys there is only the address: pages of foreign origins are refused, so that no
 * web page can drive a server on its visitor's machine, and so are foreign host names, so that none can pretend to be
 * of the same origin by pointing its own name at 127.0.0.1.
 */
import { ParleyError } from '../errors.js';

export interface AccessRules {
  /** Origins besides the server's own, as `https://example.org`; `*` lets every page in. */
  readonly allowedOrigins: readonly string[];
  /** Host names besides loopback and plain addresses; `*.` before one for any name there, `*` for every name. */
  readonly allowedHosts: () => readonly string[];
}

export interface RequestHeaders {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
}

/** Throws host_refused or origin_refused. A request without an Origin does not come from a web page. */
export function checkAccess({ host, origin }: RequestHeaders, rules: AccessRules): void {
  const name = hostName(host);
  if (!isAddress(name) && !rules.allowedHosts().some((allowed) => covers(allowed, name))) {
    throw new ParleyError('host_refused', `"${name.slice(0, 80)}" is not a host name of this server.`);
  }
  if (origin === undefined || rules.allowedOrigins.includes('*') || rules.allowedOrigins.includes(origin)) return;
  if (originHost(origin) !== host) {
    throw new ParleyError('origin_refused', `The page's origin is "${origin.slice(0, 80)}".`);
  }
}

/** `localhost` and numeric addresses cannot be rebound to another machine by whoever owns a name. */
function isAddress(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || /^[\d.]+$/.test(name) || name.startsWith('[');
}

/** A star stands for one name, as in certificates. */
function covers(allowed: string, name: string): boolean {
  if (allowed === '*' || allowed === name) return true;
  return allowed.startsWith('*.') && name.slice(name.indexOf('.')) === allowed.slice(1) && !name.startsWith('.');
}

function hostName(host: string | undefined): string {
  return (host ?? '').replace(/:\d+$/, '').toLowerCase();
}

function originHost(origin: string): string | null {
  try {
    return new URL(origin).host;
  } catch {
    return null;
  }
}
