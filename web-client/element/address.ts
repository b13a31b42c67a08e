/** Where the server is, from what the attributes say. Pure. */
const PATH = '/v1/realtime';

export interface ServerAddress {
  /** The WebSocket's address. */
  readonly socket: string;
  /** What the server's other addresses, such as that of the avatar's pack, are relative to. */
  readonly http: string;
}

/** Undefined if `src` leads to nothing that a socket can open: no address, or a file's, which is the page's own. */
export function reachable(src: string | null, page: string): ServerAddress | undefined {
  try {
    const address = serverAddress(src, page);
    return /^wss?:/.test(address.socket) ? address : undefined;
  } catch {
    return undefined;
  }
}

/** `src` may be a server (`https://parley.example`) or its full socket address with a query; empty is the page's own. */
export function serverAddress(src: string | null, page: string): ServerAddress {
  const url = new URL(src === null || src === '' ? '/' : src, page);
  url.hash = '';
  if (url.pathname === '/') url.pathname = PATH;
  const isSecure = url.protocol === 'https:' || url.protocol === 'wss:';
  url.protocol = isSecure ? 'wss:' : 'ws:';
  const http = new URL(url);
  http.protocol = isSecure ? 'https:' : 'http:';
  return { socket: url.href, http: http.href };
}

/** The same server, asked for this avatar; null: as its address says. */
export function presentedBy({ socket, http }: ServerAddress, avatar: string | null): ServerAddress {
  if (avatar === null) return { socket, http };
  const url = new URL(socket);
  url.searchParams.set('avatar', avatar);
  return { socket: url.href, http };
}

/** Another address of that server. A token in the server's goes along: no cookie crosses from another origin. */
export function resourceAddress(path: string, server: string): string {
  const address = new URL(path, server);
  const { origin, searchParams } = new URL(server);
  const token = searchParams.get('token');
  if (token !== null && address.origin === origin) address.searchParams.set('token', token);
  return address.href;
}
