/**
 * Messages over two byte streams: what both ends of the wire do before any message has a meaning. Knows frames and
 * back-pressure, not streams or processes.
 */
import type { Readable, Writable } from 'node:stream';
import { abortable } from '../flow.js';
import { encodeFrame, type Frame, FrameDecoder, WireError } from './frames.js';

export interface Ends {
  readonly from: Readable;
  readonly to: Writable;
}

/** `closed`: the peer ended between two frames. `broken`: it sent something that no correct peer sends. */
export type LinkEnd = { readonly kind: 'closed' } | { readonly kind: 'broken'; readonly why: string };

export interface Link<Out extends { type: string }> {
  /** Queues the message; nothing happens once the link is over. Throws WireError if the message breaks the rules. */
  send(message: Out, body?: Uint8Array): void;
  /** Resolves as soon as the operating system takes bytes again. To be awaited before whatever can wait: chunks. */
  room(signal: AbortSignal): Promise<void>;
  /** Resolves when everything sent has left this process, or cannot any more. */
  flush(): Promise<void>;
}

export interface LinkEvents<In> {
  /** May throw WireError for a message that is out of place; that breaks the link. */
  message(message: In, body: Uint8Array): void;
  /** Told once; no message comes after it. */
  over(end: LinkEnd): void;
}

export function startLink<In, Out extends { type: string }>(
  { from, to }: Ends,
  parse: (frame: Frame) => In,
  events: LinkEvents<In>,
): Link<Out> {
  const decoder = new FrameDecoder();
  let over = false;
  let drained: Promise<void> | undefined;

  const finish = (end: LinkEnd) => {
    if (over) return;
    over = true;
    events.over(end);
  };
  /** Runs one step of reading; a broken rule ends the link, anything else is a fault of ours and is thrown on. */
  const reading = (step: () => void) => {
    if (over) return;
    try {
      step();
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      finish({ kind: 'broken', why: error.message });
    }
  };

  from.on('data', (bytes: Uint8Array) =>
    reading(() => {
      for (const frame of decoder.push(bytes)) {
        events.message(parse(frame), frame.body);
        if (over) return;
      }
    }),
  );
  const onEnd = () =>
    reading(() => {
      decoder.end();
      finish({ kind: 'closed' });
    });
  from.on('end', onEnd);
  // A peer that was killed may reset the connection instead of ending it.
  from.on('error', onEnd);
  from.on('close', onEnd);
  // What cannot be written is not our news to tell: the reading side ends as well, and says why.
  to.on('error', () => {});

  return {
    send(message, body) {
      const bytes = encodeFrame(message, body);
      if (!over && to.writable) to.write(bytes);
    },
    async room(signal) {
      if (!to.writableNeedDrain || over) return;
      drained ??= new Promise<void>((resolve) => {
        const wake = () => {
          to.off('drain', wake);
          to.off('close', wake);
          drained = undefined;
          resolve();
        };
        to.on('drain', wake);
        to.on('close', wake);
      });
      await abortable(drained, signal);
    },
    flush() {
      return new Promise((resolve) => {
        if (!to.writable) resolve();
        else to.write(new Uint8Array(0), () => resolve());
      });
    },
  };
}
