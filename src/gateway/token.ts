/**
 * The key to a server that is not on loopback only. A program shows it with every request; a person opens one link, and
 * the browser gets a cookie for it. The cookie is no way in for foreign pages: it is SameSite=Strict, and their origin
 * has been refused before anybody looks at it (access.ts).
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ParleyError } from '../errors.js';

const COOKIE = 'parley_access';
/** A kiosk's browser is opened by its link once; browsers keep a cookie for 400 days at most. */
const COOKIE_S = 400 * 24 * 3600;
const KEY_PROTOCOL = 'openai-insecure-api-key.';

/**
 * What probes ask for, and the element's program. The latter is the same for everybody and holds nothing of the house;
 * a page of another origin could not hand a token on to the scripts that a script loads.
 */
const FREE = /^\/(healthz|readyz|parley-avatar\.js|assets\/[\w-]+(\.[\w-]+)+)$/;

const SOCKET = '/v1/realtime';

export interface Knock {
  /** Path and query, as they were sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** It came over TLS of our own. */
  readonly isEncrypted: boolean;
}

export type Verdict =
  | { readonly kind: 'admitted' }
  /** A person with the link: gets the cookie, and the same page without the token in its address. */
  | { readonly kind: 'welcomed'; readonly to: string; readonly cookie: string }
  | { readonly kind: 'refused' };

/** `opensSocket`: knows short-lived keys, which open a socket and nothing else. */
export function judge(
  { url, headers, isEncrypted }: Knock,
  token: string,
  opensSocket: (key: string) => boolean,
): Verdict {
  const { path, query } = partsOf(url);
  const shown = query === '' ? null : new URLSearchParams(query).get('token');
  // A token has no blanks: one that is read was a plus that nobody escaped.
  const byLink = shown !== null && isSame(shown.replaceAll(' ', '+'), token);
  if (byLink && isNavigation(headers))
    return {
      kind: 'welcomed',
      to: withoutToken(url),
      cookie: cookieFor(token, headers, isEncrypted || isForwarded(headers)),
    };
  const isKey = (key: string) => isSame(key, token) || (path === SOCKET && opensSocket(key));
  if (byLink || FREE.test(path) || keysIn(headers).some(isKey)) return { kind: 'admitted' };
  return isSame(cookieIn(headers), encodeURIComponent(token)) ? { kind: 'admitted' } : { kind: 'refused' };
}

/** The address as it may be shown, logged and redirected to: without the token, and never that of another host. */
export function withoutToken(url: string): string {
  const { path, query } = partsOf(url);
  const rest = query.split('&').filter((pair) => pair !== '' && !new URLSearchParams(pair).has('token'));
  return `/${path.replace(/^[/\\]+/, '')}${rest.length === 0 ? '' : `?${rest.join('&')}`}`;
}

/** The hook for every request of a server that has a token. */
export function guard(
  token: string,
  opensSocket: (key: string) => boolean,
): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  return async (request, reply) => {
    const { raw, headers } = request;
    const knock = { url: raw.url ?? '/', headers, isEncrypted: request.protocol === 'https' };
    const verdict = judge(knock, token, opensSocket);
    const here = withoutToken(raw.url ?? '/');
    // Whatever names this request from here on, as a log line does, names it so.
    raw.url = here;
    if (verdict.kind === 'admitted') return undefined;
    reply.header('cache-control', 'no-store');
    // A browser keeps a Strict cookie back for as long as it follows a link from another site, redirects included; what
    // our own page leads to gets it. So a visitor from elsewhere is led on by a page.
    const isFromElsewhere = headers['sec-fetch-site'] === 'cross-site';
    if (isFromElsewhere && isNavigation(headers)) reply.header('refresh', `0;url=${here}`);
    if (verdict.kind === 'welcomed') {
      reply.header('set-cookie', verdict.cookie);
      return isFromElsewhere ? reply.type('text/html').send(WELCOME) : reply.redirect(verdict.to, 303);
    }
    reply.header('www-authenticate', 'Bearer realm="parley"');
    if (isNavigation(headers)) return reply.code(401).type('text/html').send(REFUSAL);
    throw new ParleyError('unauthorized');
  };
}

function partsOf(url: string): { path: string; query: string } {
  const at = url.indexOf('?');
  return at < 0 ? { path: url, query: '' } : { path: url.slice(0, at), query: url.slice(at + 1) };
}

function isNavigation(headers: IncomingHttpHeaders): boolean {
  return headers.upgrade === undefined && (headers.accept ?? '').includes('text/html');
}

/** The keys that a program shows: as a bearer, or as a browser's Realtime client does. */
export function keysIn({ authorization, 'sec-websocket-protocol': protocols }: IncomingHttpHeaders): string[] {
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  const offered = (protocols ?? '').split(',').map((protocol) => protocol.trim());
  const keys = offered.filter((protocol) => protocol.startsWith(KEY_PROTOCOL));
  return [...(bearer === undefined ? [] : [bearer]), ...keys.map((key) => key.slice(KEY_PROTOCOL.length))];
}

function cookieIn(headers: IncomingHttpHeaders): string {
  const pairs = (headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const name = cookieName(headers);
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}

/** Browsers keep one jar for all ports of a host, on each of which a server with another token may listen. */
function cookieName({ host }: IncomingHttpHeaders): string {
  const port = /:(\d+)$/.exec(host ?? '')?.[1];
  return port === undefined ? COOKIE : `${COOKIE}_${port}`;
}

/** Without TLS of our own, a proxy that adds it says so. Who lies about it spoils its own cookie only. */
function isForwarded(headers: IncomingHttpHeaders): boolean {
  return String(headers['x-forwarded-proto'] ?? '').startsWith('https');
}

function cookieFor(token: string, headers: IncomingHttpHeaders, isSecure: boolean): string {
  const value = `${cookieName(headers)}=${encodeURIComponent(token)}`;
  return `${value}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${COOKIE_S}${isSecure ? '; Secure' : ''}`;
}

/** Takes the same time wherever the first difference is, and whatever the length. */
function isSame(shown: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(shown), digest(token));
}

const page = (title: string, body: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
  `<title>${title}</title><h1>${title}</h1>${body}</html>\n`;

const WELCOME = page('One moment', '<p>The page opens by itself.</p>');

const REFUSAL = page(
  'This server needs its link',
  '<p>Open it by the link that ends in <code>?token=</code> and its access token, once in each browser. The terminal or ' +
    'the container log in which Parley was started shows it, unless the operator has set an <code>ACCESS_TOKEN</code>: ' +
    'then ask whoever runs this server.</p><p>You have just opened that link? <a href="">Try again.</a></p>',
);
