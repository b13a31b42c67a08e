/**
 * Whether an engine is worth asking. One that fails again and again costs every caller a wait before the next engine has
 * its turn; so it is left alone for a while, and asked in the background whether it is back.
 */
import type { Logger } from 'pino';
import { asParleyError, type Code, ParleyError } from '../../errors.js';
import { within } from '../../flow.js';

/** So many failures within so long, and it is left alone. */
const FAILURES = 3;
const WITHIN_MS = 30_000;
/** How long until it is asked whether it is back. A key or an account does not mend by itself so soon. */
const PROBE_EVERY_MS = 10_000;
const PROBE_RARELY_MS = 60_000;
const PROBE_MS = 5000;

/** A vendor may ask for any time; weeks are a mistake, and less than this is what an attempt waits for. */
const LONGEST_AWAY_MS = 600_000;

/** After one of these the next request would fail as well, if it was not about something that only this one asked for. */
const LASTING: ReadonlySet<Code> = new Set(['bad_key', 'quota_exceeded', 'unknown_model']);
/** These say something of the request, and nothing of the vendor. */
const NO_FAULT: ReadonlySet<Code> = new Set([
  'content_refused',
  'unknown_voice',
  'too_many_concurrent',
  'vendor_refused',
  'turn_cancelled',
  'barge_in',
  'client_gone',
]);

export interface Breaker {
  /** Why it is not asked at the moment; null: it is. */
  readonly trouble: ParleyError | null;
  succeeded(): void;
  failed(error: ParleyError): void;
  /** Asks now; a failure counts as a lasting one, until it is asked again. Never rejects. */
  check(): Promise<void>;
  close(): void;
}

/** Asks something that costs nothing; throws if the answer is not as it should be. */
type Probe = (signal: AbortSignal) => Promise<void>;

export interface BreakerOptions {
  readonly name: string;
  readonly probe: Probe;
  readonly log: Logger;
  readonly now?: () => number;
}

type State =
  | { readonly kind: 'closed'; readonly failures: readonly number[] }
  | { readonly kind: 'open'; readonly why: ParleyError; readonly timer: NodeJS.Timeout }
  /** It is tried again: the next failure opens at once. */
  | { readonly kind: 'trial' };

export function createBreaker({ name, probe, log, now = () => performance.now() }: BreakerOptions): Breaker {
  const closed = new AbortController();
  let state: State = { kind: 'closed', failures: [] };

  const open = (why: ParleyError) => {
    if (state.kind === 'open') clearTimeout(state.timer);
    if (closed.signal.aborted) return;
    const usual = LASTING.has(why.code) ? PROBE_RARELY_MS : PROBE_EVERY_MS;
    const awayMs = Math.min(LONGEST_AWAY_MS, Math.max(usual, why.retryAfterMs ?? 0));
    const timer = setTimeout(() => void comeBack(), awayMs);
    timer.unref();
    state = { kind: 'open', why, timer };
  };
  const comeBack = async () => {
    const error = await failureOf(name, probe, closed.signal);
    if (state.kind !== 'open') return;
    if (error !== null) return open(error);
    log.info({ engine: name }, 'the engine is asked again');
    state = { kind: 'trial' };
  };

  const check = async () => {
    const error = await failureOf(name, probe, closed.signal);
    if (error === null || closed.signal.aborted) return;
    log.warn({ engine: name, code: error.code }, `the engine cannot be asked: ${error.message}`);
    open(error);
  };

  return {
    get trouble() {
      return state.kind === 'open' ? state.why : null;
    },
    succeeded() {
      if (state.kind === 'open') clearTimeout(state.timer);
      state = { kind: 'closed', failures: [] };
    },
    failed(error) {
      if (NO_FAULT.has(error.code) || state.kind === 'open') return;
      // Asked for a voice that the account has not, a vendor may say that of the key: its probe knows better.
      if (LASTING.has(error.code)) return void check();
      const at = now();
      const recent = state.kind === 'closed' ? state.failures.filter((before) => at - before < WITHIN_MS) : [];
      const failures = [...recent, at];
      const isLasting = (error.retryAfterMs ?? 0) >= PROBE_EVERY_MS;
      if (state.kind === 'closed' && failures.length < FAILURES && !isLasting) {
        state = { kind: 'closed', failures };
        return;
      }
      log.error({ engine: name, code: error.code, reason: error.message }, 'the engine is left alone for a while');
      open(error);
    },
    check,
    close() {
      closed.abort(new ParleyError('shutting_down'));
      if (state.kind === 'open') clearTimeout(state.timer);
    },
  };
}

async function failureOf(name: string, probe: Probe, outer: AbortSignal): Promise<ParleyError | null> {
  const late = AbortSignal.any([outer, AbortSignal.timeout(PROBE_MS)]);
  try {
    await within(probe(late), PROBE_MS, 'deadline', `${name} did not answer within ${PROBE_MS / 1000} s.`);
    return null;
  } catch (thrown) {
    return asParleyError(thrown, 'connection_cut');
  }
}
