/** A context of one answer: what it is sent, what is owed of it, and what becomes of its socket when it is hung up. */
import type { ParleyError } from '../../errors.js';
import { abortable } from '../../flow.js';
import type { EngineContext, SpeechOptions } from '../contract.js';
import { allowance } from './elevenlabs-allowance.js';
import type { ElevenLabsFormat } from './elevenlabs-audio.js';
import type { ContextEvent, SpeechContext } from './elevenlabs-contexts.js';
import { unreadable } from './elevenlabs-failure.js';
import type { Sounding } from './elevenlabs-input.js';
import type { SpeechTrack } from './elevenlabs-track.js';
import type { Borrowed, WarmSockets } from './elevenlabs-warm.js';

/** Speech that flows comes every 100 to 250 ms. A socket that owes some and is silent for longer may be dead. */
const QUIET_MS = 1000;

export interface Call {
  readonly sockets: WarmSockets;
  readonly format: ElevenLabsFormat;
  readonly options: SpeechOptions;
  readonly context: EngineContext;
}

export interface Ear {
  hear(line: Line, event: ContextEvent): void;
  /** Nothing more of the line is worth hearing. */
  fail(error: ParleyError): void;
}

export interface Line {
  readonly track: SpeechTrack;
  say(sounding: Sounding): void;
  /** No more text; what was sent is spoken to its end. */
  close(): void;
  isClosing(): boolean;
  /** Is there anything that the vendor has been asked for, and has not given? */
  isOwed(): boolean;
  /** Somebody begins to wait for what is owed, or goes on to. */
  wait(): void;
  /** The vendor's next word has been taken. */
  taken(): void;
  /** `broken`: nobody shall speak over this socket again, however lively it is. */
  hangUp(state?: 'broken'): void;
}

/** The track is the line's from now on, also if there will be no line. */
export async function openLine(call: Call, track: SpeechTrack, ear: Ear): Promise<Line> {
  const { sockets, options, context } = call;
  for (;;) {
    const borrowed = sockets.borrow(options.voice, context.session);
    const since = performance.now();
    try {
      await abortable(borrowed.connection.opened, context.signal);
    } catch (thrown) {
      track.free();
      if (isQuiet(since)) borrowed.drop();
      else borrowed.giveBack();
      throw thrown;
    }
    // While it was being opened, other answers may have taken all its places: it is taken in this very step, or not.
    if (borrowed.connection.hasRoom()) return lineOver(borrowed, call, track, ear);
  }
}

function lineOver(borrowed: Borrowed, call: Call, track: SpeechTrack, ear: Ear): Line {
  const allowed = allowance(call.format);
  const context: SpeechContext = borrowed.connection.open(call.options.speed, (event) => {
    if (event.kind !== 'audio' || allowed.takes(event.bytes.length, event.chars?.length ?? 0)) {
      return ear.hear(line, event);
    }
    // At once: whoever reads the line may be slow, and more is coming.
    context.leave();
    borrowed.drop();
    ear.fail(unreadable('more sound than its text can have'));
  });
  let isClosing = false;
  let waitsSince: number | null = null;
  const line: Line = {
    track,
    say(sounding) {
      track.expect(sounding);
      allowed.grant(sounding.text.text);
      context.speak(sounding.text.text);
    },
    close() {
      isClosing = true;
      context.close();
    },
    isClosing: () => isClosing,
    isOwed: () => isClosing || track.unbegun().length > 0 || (track.isFollowed() && !track.isWhole()),
    wait() {
      waitsSince ??= performance.now();
    },
    taken() {
      waitsSince = null;
    },
    hangUp(state) {
      context.leave();
      if (state === 'broken' || (waitsSince !== null && isQuiet(waitsSince))) borrowed.drop();
      else borrowed.giveBack();
      track.free();
    },
  };
  return line;
}

const isQuiet = (since: number): boolean => performance.now() - since > QUIET_MS;
