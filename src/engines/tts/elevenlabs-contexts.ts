/** The contexts of one socket: who is told what comes for each, how many are open, and which have not been spoken to. */
import type { ParleyError } from '../../errors.js';
import type { TimedChar } from './elevenlabs-parts.js';
import type { ElevenLabsSettings } from './elevenlabs-settings.js';
import * as wire from './elevenlabs-wire.js';

export type ContextEvent =
  | { readonly kind: 'audio'; readonly bytes: Uint8Array; readonly chars: readonly TimedChar[] | null }
  | { readonly kind: 'final' }
  | { readonly kind: 'lost'; readonly error: ParleyError };

type Listener = (event: ContextEvent) => void;

export interface SpeechContext {
  speak(text: string): void;
  /** No more text; what was sent is spoken to its end. */
  close(): void;
  /** Nobody listens any more. */
  leave(): void;
}

export interface Contexts {
  open(speed: number, listener: Listener): SpeechContext;
  count(): number;
  /** Somebody listens to one of them. */
  isHeard(): boolean;
  /** One was left, and its end does not come: the vendor, if it is there at all, has forgotten it. */
  isStuck(): boolean;
  received(context: string, event: ContextEvent): void;
  /** To be called more often than the vendor's limit for inactivity. */
  keepAlive(): void;
  /** All of them are over for this reason, and those that are opened yet. */
  lose(error: ParleyError): void;
}

interface OpenContext {
  listener: Listener;
  /** Nothing has been sent to it since the last keep-alive. */
  isQuiet: boolean;
  isClosing: boolean;
  /** Of one that was left: when it was, or when something last came for it. */
  leftAt: number | null;
}

/** What was sent is still made to its end, whose pieces come every 100 to 250 ms. */
const LONGEST_END_MS = 10_000;

const nobody: Listener = () => {};

export function speechContexts(settings: ElevenLabsSettings, send: (message: string) => void): Contexts {
  const contexts = new Map<string, OpenContext>();
  let made = 0;
  let lost: ParleyError | null = null;

  const sendTo = (id: string, message: string) => {
    const context = contexts.get(id);
    if (context === undefined || context.isClosing) return;
    context.isQuiet = false;
    send(message);
  };
  const open = (speed: number, listener: Listener): SpeechContext => {
    made += 1;
    const id = `reply-${made}`;
    const context: OpenContext = { listener, isQuiet: false, isClosing: false, leftAt: null };
    if (lost === null) contexts.set(id, context);
    else queueMicrotask(() => lost !== null && context.listener({ kind: 'lost', error: lost }));
    sendTo(id, wire.openContext(settings, id, speed));
    const close = () => {
      sendTo(id, wire.closeContext(id));
      context.isClosing = true;
    };
    const leave = () => {
      context.listener = nobody;
      context.leftAt = performance.now();
      close();
    };
    return { speak: (text) => sendTo(id, wire.sendText(id, text)), close, leave };
  };

  return {
    open,
    count: () => contexts.size,
    isHeard: () => [...contexts.values()].some(({ listener }) => listener !== nobody),
    isStuck: () => [...contexts.values()].some(isOverdue),
    received(id, event) {
      const context = contexts.get(id);
      if (event.kind === 'final') contexts.delete(id);
      if (context !== undefined && context.leftAt !== null) context.leftAt = performance.now();
      context?.listener(event);
    },
    keepAlive() {
      // The vendor counts by contexts: a socket that is to be kept needs one.
      if (contexts.size === 0) open(1, nobody);
      for (const [id, context] of contexts) {
        if (context.isQuiet) sendTo(id, wire.keepContext(id));
        context.isQuiet = true;
      }
    },
    lose(error) {
      const listeners = [...contexts.values()].map(({ listener }) => listener);
      contexts.clear();
      lost = error;
      for (const listener of listeners) listener({ kind: 'lost', error });
    },
  };
}

const isOverdue = ({ leftAt }: OpenContext): boolean => leftAt !== null && performance.now() - leftAt > LONGEST_END_MS;
