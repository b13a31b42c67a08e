/** One context of a socket: its texts are spoken in order, whatever the others do. */
import { abortable } from '../../../flow.js';
import { type Fault, pause } from '../faults.js';
import type { Account } from './account.js';
import type { ContextSettings } from './socket-messages.js';
import type { SocketSetup } from './socket-query.js';
import { type Piece, spokenPieces } from './spoken-pieces.js';
import { textBuffer } from './text-buffer.js';

export interface Context {
  readonly settings: ContextSettings;
  /** The message's text, and whether all text up to here is to be spoken now. */
  take(text: string, isFlushed: boolean): void;
  /** No more text. What was flushed is still spoken, all else falls silent at once. */
  close(): void;
  /** Everything falls silent at once. */
  drop(): void;
}

export interface ContextOptions {
  readonly id: string;
  readonly account: Account;
  readonly setup: SocketSetup;
  readonly settings: ContextSettings;
  /** What is wrong with the socket just now. */
  readonly fault: () => Fault | null;
  readonly send: (piece: Piece) => Promise<void>;
  readonly refuse: (reason: 'too_many' | 'too_long' | 'failed') => void;
  /** It was closed, and is silent now. */
  readonly closed: () => void;
}

/** A text on its way, in the order in which they came. */
interface Part {
  readonly text: string;
  /** What the vendor takes until its first sound. */
  readonly thought: Promise<void>;
}

export function openContext(options: ContextOptions): Context {
  const { id, account, setup, settings, fault } = options;
  const record = { kind: 'context', context: id, text: '', voice_settings: settings.voice ?? null };
  const entry = account.ledger.addContext(record);
  const buffer = textBuffer(setup.isAutomatic, settings.schedule);
  const silenced = new AbortController();
  const { signal } = silenced;
  const waiting: Part[] = [];
  /** How many of the texts that are not spoken yet were flushed; these are spoken even if the context is closed. */
  let owed = 0;
  let isSpeaking = false;
  let isClosed = false;
  let isCut = false;

  const holdsText = () => buffer.flush().trim() !== '';
  const finish = () => {
    entry.end(isCut ? 'left' : 'done');
    silenced.abort();
    options.closed();
  };
  const say = (text: string) => {
    if (text.trim() === '') return;
    const thought = pause(account.pace.socket, 0, fault(), signal);
    thought.catch(() => {});
    waiting.push({ text, thought });
    if (!isSpeaking) void speakAll();
  };

  async function speakAll(): Promise<void> {
    isSpeaking = true;
    try {
      for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
        await speakPart(part);
        owed = Math.max(0, owed - 1);
      }
    } catch (error) {
      if (signal.aborted) return;
      account.log.error({ err: error }, 'the simulated voice failed');
      options.refuse('failed');
      return;
    } finally {
      isSpeaking = false;
    }
    if (isClosed) finish();
  }

  async function speakPart({ text, thought }: Part): Promise<void> {
    if (!account.streams.begin()) return options.refuse('too_many');
    try {
      const { speaker, format, isSynchronous } = setup;
      const saying = { text, speaker, speed: settings.voice?.speed ?? 1, format, isSynchronous };
      let index = 0;
      for await (const piece of spokenPieces(account.speak, saying, { signal, log: account.log, turn: id })) {
        await (index === 0 ? thought : pause(account.pace.socket, index, fault(), signal));
        await abortable(options.send(piece), signal);
        index += 1;
      }
    } finally {
      account.streams.end();
    }
  }

  return {
    settings,
    take(text, isFlushed) {
      record.text += text;
      if (record.text.length > setup.model.longest) return options.refuse('too_long');
      say(buffer.add(text));
      if (!isFlushed) return;
      say(buffer.flush());
      owed = waiting.length + (isSpeaking ? 1 : 0);
    },
    close() {
      isClosed = true;
      const dropped = waiting.splice(Math.max(0, owed - (isSpeaking ? 1 : 0)));
      isCut = dropped.length > 0 || holdsText() || (isSpeaking && owed === 0);
      if (owed === 0) finish();
    },
    drop() {
      entry.end(isSpeaking || waiting.length > 0 || holdsText() ? 'left' : 'done');
      waiting.length = 0;
      silenced.abort();
    },
  };
}
