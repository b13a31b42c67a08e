/**
 * `/simulate`: what simulated vendors have been asked, and what is to go wrong next, while they run. Pages of the web
 * cannot use it: a page may only send JSON to an address that invites it, and one that has made its own name lead here
 * is known by that name.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type Endpoint, type PlannedFault, readCommand } from './simulate-faults.js';
import type { FaultPlan } from './vendors/faults.js';
import type { Vendor } from './vendors/vendor.js';

export interface Simulated {
  readonly name: string;
  readonly endpoints: readonly Endpoint[];
  readonly vendor: Vendor<Endpoint>;
  /** The settings that lead a server here. */
  readonly environment: string;
}

/** So many of the last requests are shown. */
const SHOWN = 50;
const MOST_BYTES = 10_000;
const LOOPBACK = /^(?:127\.0\.0\.1|localhost)(?::\d+)?$/;

/** `vendors` is asked at each request: this is there before the last of them is. */
export function simulateControl(vendors: () => readonly Simulated[]): RequestListener {
  return (request, response) => {
    answer(request, vendors()).then(
      ([status, body]) => send(response, status, body),
      // The client went away while it was writing.
      () => response.destroy(),
    );
  };
}

/** False if none of them has the endpoint. */
export function plan({ endpoint, fault, times }: PlannedFault, vendors: readonly Simulated[]): boolean {
  const faults: FaultPlan<Endpoint> | undefined = vendors.find(({ endpoints }) => endpoints.includes(endpoint))?.vendor
    .faults;
  faults?.set(endpoint, fault, times);
  return faults !== undefined;
}

async function answer(request: IncomingMessage, vendors: readonly Simulated[]): Promise<[number, object]> {
  if (!LOOPBACK.test(request.headers.host ?? '')) return wrong(403, 'Ask for it by 127.0.0.1 or localhost.');
  if (request.method === 'GET') return [200, shown(vendors)];
  if (request.method !== 'POST') return wrong(405, 'GET shows what was asked, POST says what is to go wrong.');
  if (!/^application\/json *(?:;|$)/i.test(request.headers['content-type'] ?? '')) {
    return wrong(415, 'Send JSON, with the header Content-Type: application/json.');
  }
  const command = readCommand(await readJson(request));
  if (typeof command === 'string') return wrong(400, command);
  if ('clear' in command) for (const { vendor } of vendors) vendor.faults.clear();
  else if (!plan(command, vendors)) return wrong(400, `endpoint: nothing that runs here has ${command.endpoint}.`);
  return [200, shown(vendors)];
}

function shown(vendors: readonly Simulated[]): object {
  return Object.fromEntries(
    vendors.map(({ name, vendor: { url, faults, requests, open } }) => [
      name,
      { url, open: open(), faults: faults.pending(), requests: requests.slice(-SHOWN) },
    ]),
  );
}

/** What is no JSON, or far too much, is undefined; the schema says what is wanted. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= MOST_BYTES) parts.push(part);
  }
  try {
    return length > MOST_BYTES ? undefined : JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    return undefined;
  }
}

const wrong = (status: number, error: string): [number, object] => [status, { error }];

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body, null, 2)}\n`);
}
