/** What the vendor was asked, what became of it, and how much of it is still open. */
import type { Pace } from '../faults.js';
import type { VendorRequest } from '../vendor.js';

export type Endpoint = 'voices' | 'cloning' | 'speech' | 'socket';
/** Making and deleting voices takes as long as listing them. */
export type Paces = Readonly<Record<Exclude<Endpoint, 'cloning'>, Pace>>;
type Ended = Exclude<VendorRequest<Endpoint>['state'], 'open'>;

/** So many are kept: a simulation may run for weeks. */
const MOST = 10_000;

export interface Entry {
  /** Only the first end counts. */
  end(state: Ended): void;
}

export interface Ledger {
  readonly requests: readonly VendorRequest<Endpoint>[];
  /** Requests and sockets; contexts are part of theirs. */
  open(): number;
  add(endpoint: Endpoint, body: unknown): Entry;
  addContext(body: unknown): Entry;
}

export function ledger(): Ledger {
  const requests: VendorRequest<Endpoint>[] = [];
  let open = 0;
  const add = (endpoint: Endpoint, body: unknown, counts: 0 | 1): Entry => {
    const request = { endpoint, body, state: 'open' as VendorRequest<Endpoint>['state'] };
    requests.push(request);
    if (requests.length > MOST) requests.shift();
    open += counts;
    return {
      end(state) {
        if (request.state !== 'open') return;
        request.state = state;
        open -= counts;
      },
    };
  };
  return {
    requests,
    open: () => open,
    add: (endpoint, body) => add(endpoint, body, 1),
    addContext: (body) => add('socket', body, 0),
  };
}
