/** What a simulated vendor does wrong when it is told to, and how long it takes over what it does right. */
import { delay } from '../../flow.js';

export type Fault =
  /** The vendor's own answer of this status. `reason`: its own word for it, where it has several for one status. */
  | { readonly kind: 'status'; readonly status: number; readonly reason?: string; readonly retryAfter?: string }
  /** So many pieces (tokens, chunks of audio), then nothing, and the connection stays open. */
  | { readonly kind: 'stall'; readonly after: number }
  /** So many pieces, then the connection is gone. */
  | { readonly kind: 'cut'; readonly after: number }
  /** Every piece takes so long. */
  | { readonly kind: 'drip'; readonly everyMs: number }
  /** So many pieces, then bytes that mean nothing. */
  | { readonly kind: 'garbage'; readonly after: number }
  /** The request is taken, and never answered. */
  | { readonly kind: 'half_open' };

/** How long an answer takes: until it begins, and from piece to piece. `jitter` of 0.2 is up to 20 % more or less. */
export interface Pace {
  readonly firstMs: number;
  readonly everyMs: number;
  readonly jitter: number;
}

export interface FaultPlan<Endpoint extends string> {
  /** The next `times` requests to the endpoint go wrong so. */
  set(endpoint: Endpoint, fault: Fault, times?: number): void;
  clear(): void;
  /** The fault of the request that has just come, if there is one for it. */
  take(endpoint: Endpoint): Fault | null;
  /** What is still to go wrong. */
  pending(): { readonly endpoint: Endpoint; readonly fault: Fault; readonly times: number }[];
}

export function faultPlan<Endpoint extends string>(): FaultPlan<Endpoint> {
  const plans = new Map<Endpoint, { readonly fault: Fault; left: number }>();
  return {
    set: (endpoint, fault, times = 1) => void plans.set(endpoint, { fault, left: times }),
    clear: () => plans.clear(),
    take(endpoint) {
      const plan = plans.get(endpoint);
      if (plan === undefined || plan.left <= 0) return null;
      plan.left -= 1;
      return plan.fault;
    },
    pending: () =>
      [...plans].flatMap(([endpoint, { fault, left }]) => (left > 0 ? [{ endpoint, fault, times: left }] : [])),
  };
}

/** Waits before piece `index`, 0 being the first. */
export function pause(pace: Pace, index: number, fault: Fault | null, signal: AbortSignal): Promise<void> {
  const usual = index === 0 ? pace.firstMs : pace.everyMs;
  const ms = fault?.kind === 'drip' ? fault.everyMs : usual * (1 + pace.jitter * (2 * Math.random() - 1));
  return ms > 0 ? delay(ms, signal) : Promise.resolve();
}
