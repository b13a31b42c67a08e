/**
 * OpenAI, simulated on loopback: models, chat completions, transcriptions. It speaks the vendor's wire and is as strict
 * as the vendor; docs/simulators.md says what it knows and what it does not.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import pino, { type Logger } from 'pino';
import type { Engine, Llm } from '../../../engines/contract.js';
import { faultPlan, type Pace } from '../faults.js';
import type { Vendor, VendorRequest } from '../vendor.js';
import { answerRequest, type Services } from './answering.js';
import type { Exchange } from './delivery.js';
import { noSuchUrl, Refused, refusalOf } from './refusals.js';
import { type OpenAiEndpoint, pathOf, type Route, routeOf } from './routes.js';
import type { Hears } from './transcriptions.js';

export interface OpenAiOptions {
  /** 0, or none: a free one. */
  readonly port?: number;
  /** The key that is right. None: any that is not empty. */
  readonly key?: string;
  /** What chat says. */
  readonly answer: Llm | Engine<Llm>;
  /** What transcriptions say. */
  readonly hears: Hears;
  readonly pace: Readonly<Record<OpenAiEndpoint, Pace>>;
  /** Answers what comes to `/simulate`, which the vendor itself does not have. */
  readonly control?: RequestListener;
  readonly log?: Logger;
}

type Kept = { -readonly [Key in keyof VendorRequest<OpenAiEndpoint>]: VendorRequest<OpenAiEndpoint>[Key] };

/** So many requests are kept: a simulation may run for weeks. */
const MOST_REQUESTS = 10_000;

export async function startOpenAiVendor(options: OpenAiOptions): Promise<Vendor<OpenAiEndpoint>> {
  const { receive, ...told } = reception(options);
  const server = createServer((request, response) => {
    const isControl = options.control !== undefined && pathOf(request) === '/simulate';
    if (isControl) options.control(request, response);
    else void receive(request, response);
  });
  // As long as the front end of the vendor keeps a connection on which nothing is asked.
  server.keepAliveTimeout = 400_000;
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  return {
    ...told,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Takes requests in, writes them down, and has them answered. */
function reception(options: OpenAiOptions) {
  const { key = null, hears, log = pino({ level: 'silent' }) } = options;
  const answer = typeof options.answer === 'function' ? options.answer : options.answer.run;
  const services = { key, answer, hears, log };
  const faults = faultPlan<OpenAiEndpoint>();
  const requests: Kept[] = [];
  let open = 0;

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('x-request-id', `req_${randomBytes(16).toString('hex')}`);
    const route = routeOf(request);
    if (route === null) return refuse(response, noSuchUrl(request.method!, pathOf(request)));
    const { endpoint } = route;
    const kept: Kept = { endpoint, body: null, state: 'open' };
    requests.push(kept);
    if (requests.length > MOST_REQUESTS) requests.shift();
    open += 1;
    const [pace, fault, signal] = [options.pace[endpoint], faults.take(endpoint), goneSignal(response)];
    kept.state = await settled(request, route, services, { response, pace, fault, signal }, kept);
    open -= 1;
  }
  return { faults, requests, open: () => open, receive };
}

function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    // It closes, too, when all has been sent; that is heard here before whoever waits for it hears it.
    if (!response.writableFinished) gone.abort(new Error('The client has gone.'));
  });
  return gone.signal;
}

async function settled(
  request: IncomingMessage,
  route: Route,
  services: Services,
  exchange: Exchange,
  kept: Kept,
): Promise<Kept['state']> {
  const { response, signal } = exchange;
  try {
    return await answerRequest(request, route, services, exchange, (body) => {
      kept.body = body;
    });
  } catch (thrown) {
    // While it still writes its request, a client that goes away is noticed here first.
    if (signal.aborted || (request.destroyed && !request.complete)) return 'left';
    if (thrown instanceof Refused) {
      refuse(response, thrown);
      return 'refused';
    }
    services.log.error({ err: thrown }, 'the simulated vendor failed');
    if (response.headersSent) {
      response.destroy();
      return 'broken';
    }
    refuse(response, refusalOf({ kind: 'status', status: 500 }));
    return 'refused';
  }
}

function refuse(response: ServerResponse, { status, error, headers }: Refused): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ error }, null, 2));
}
