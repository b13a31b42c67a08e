/** A vendor that is simulated on loopback: it speaks the vendor's wire, at a set pace, and fails when it is told to. */
import type { FaultPlan } from './faults.js';

export interface Vendor<Endpoint extends string> {
  /** What the setting for its base URL takes. */
  readonly url: string;
  readonly faults: FaultPlan<Endpoint>;
  /** Every request so far, the oldest first. */
  readonly requests: readonly VendorRequest<Endpoint>[];
  /** Requests that are being answered, and sockets that are open. */
  open(): number;
  /** Ends everything that is open, too. */
  close(): Promise<void>;
}

export interface VendorRequest<Endpoint extends string> {
  readonly endpoint: Endpoint;
  /** What was asked, as far as it is JSON or a form; of a file its name and size. */
  readonly body: unknown;
  /** `refused`: answered with an error. `left`: the client went away before the end. */
  readonly state: 'open' | 'done' | 'refused' | 'left' | 'broken';
}
