/**
 * Connections to vendors, kept from one request to the next: a new one costs two or three round trips, in the middle of a
 * turn. Node's `fetch` keeps them for 4 s, which is less than an answer takes to be heard.
 */
import { globalAgent, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import { type Asked, exchange, type Line } from './exchange.js';

/**
 * The vendors' front ends close idle connections after 400 s (Cloudflare) and 610 s (Google), others after 60 s (AWS's load
 * balancers) and 75 s (nginx). Who closes sooner may say so in a header, which Node heeds.
 */
export const KEEP_MS = 55_000;
/** To one host. What is more waits; there are 1024 files to a process in many places. */
const MOST_AT_ONCE = 256;
const MOST_IDLE = 16;

/** What came of a request. */
export type Outcome =
  | { readonly kind: 'answered'; readonly response: Response }
  /** `idleMs`: how long its connection had been idle before; null: it was new, or there was none. */
  | { readonly kind: 'failed'; readonly thrown: unknown; readonly idleMs: number | null };

export interface Connections {
  ask(url: URL, asked: Asked): Promise<Outcome>;
  /** For how long each idle one has been so, in the order in which they are taken: the latest first. */
  idle(): readonly number[];
  /** That are in use, or being opened. */
  busy(): number;
  /** Closes those that have been idle for so long. */
  dropIdle(atLeastMs: number): void;
  /** Told when one has gone: we have cut it, or the vendor has closed it after it was idle for so long. */
  onLost(told: (why: 'cut' | { readonly idleMs: number }) => void): void;
  /** Those that are idle, and each of the others when it is not needed any more. */
  close(): void;
}

interface Use {
  /** Null: it is in use. */
  idleSince: number | null;
  hasAnswered: boolean;
  isCut: boolean;
}

export interface ConnectionOptions {
  readonly keepMs?: number;
  readonly now?: () => number;
}

export function openConnections({ keepMs = KEEP_MS, now = () => performance.now() }: ConnectionOptions = {}) {
  const options = {
    ...{ keepAlive: true, timeout: keepMs, maxSockets: MOST_AT_ONCE, maxFreeSockets: MOST_IDLE },
    ...throughProxy(),
  };
  const agents = [new HttpAgent(options), new HttpsAgent(options)] as const;
  const uses = new WeakMap<Socket, Use>();
  const told: ((why: 'cut' | { readonly idleMs: number }) => void)[] = [];
  const idleSockets = () => agents.flatMap(({ freeSockets }) => alive(freeSockets));

  const idleFor = (socket: Socket) => now() - (uses.get(socket)?.idleSince ?? now());
  const lost = ({ isCut, hasAnswered, idleSince }: Use) => {
    if (isCut) for (const tell of told) tell('cut');
    else if (hasAnswered && idleSince !== null) for (const tell of told) tell({ idleMs: now() - idleSince });
  };
  const useOf = (socket: Socket): Use => {
    const known = uses.get(socket);
    if (known !== undefined) return known;
    const use: Use = { idleSince: null, hasAnswered: false, isCut: false };
    uses.set(socket, use);
    socket.once('close', () => lost(use));
    return use;
  };
  const connections: Connections = {
    async ask(url, asked) {
      const { line, idleMs } = lineWith(useOf, now);
      try {
        const agent = url.protocol === 'https:' ? agents[1] : agents[0];
        return { kind: 'answered', response: await exchange(url, asked, agent, line) };
      } catch (thrown) {
        return { kind: 'failed', thrown, idleMs: idleMs() };
      }
    },
    idle: () =>
      idleSockets()
        .map(idleFor)
        .sort((one, other) => one - other),
    busy: () => agents.flatMap(({ sockets }) => alive(sockets)).length,
    dropIdle(atLeastMs) {
      for (const socket of idleSockets()) if (idleFor(socket) >= atLeastMs) socket.destroy();
    },
    onLost: (tell) => void told.push(tell),
    close() {
      for (const agent of agents) agent.maxFreeSockets = 0;
      connections.dropIdle(0);
    },
  };
  return connections;
}

/** Newer versions of Node go through the proxies that the environment names (NODE_USE_ENV_PROXY); then we do, too. */
function throughProxy(): object {
  const { options } = globalAgent as HttpAgent & { readonly options?: { readonly proxyEnv?: unknown } };
  const proxyEnv = options?.proxyEnv;
  return proxyEnv === undefined ? {} : { proxyEnv };
}

/** Follows one request's connection. */
function lineWith(useOf: (socket: Socket) => Use, now: () => number) {
  let socket: Socket | null = null;
  let use: Use | null = null;
  let idleMs: number | null = null;
  const line: Line = {
    taken(given) {
      socket = given;
      use = useOf(given);
      idleMs = use.idleSince === null ? null : now() - use.idleSince;
      use.idleSince = null;
    },
    answered() {
      if (use !== null) use.hasAnswered = true;
    },
    cut() {
      if (use !== null) use.isCut = true;
    },
    over() {
      if (use === null) return;
      use.idleSince = now();
      // There was nothing left to be cut.
      if (socket?.destroyed === false) use.isCut = false;
    },
  };
  return { line, idleMs: () => idleMs };
}

const alive = (sockets: NodeJS.ReadOnlyDict<Socket[]>): Socket[] =>
  Object.values(sockets)
    .flatMap((ofHost) => ofHost ?? [])
    .filter(({ destroyed }) => !destroyed);
