/** A caller without a connection: what it says goes the way of what a socket brings, and what it is sent goes nowhere. */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { msToSamples, pcmBytes } from '../audio/pcm.js';
import { ParleyError } from '../errors.js';
import { Queue } from '../flow.js';
import type { Outward } from '../gateway/gathering.js';
import { createOutlet } from '../gateway/outlet.js';
import { parseClientEvent } from '../gateway/parse.js';
import type { Caller, Incoming } from '../protocol/caller.js';
import { decodeMedia, encodeMedia } from '../protocol/media.js';
import type { ServerEvent } from '../protocol/server-events.js';

/** What a browser sends at once. */
const PIECE = msToSamples(20);
/** As loud as somebody who is understood. */
const LOUD = 8000;
const MOST_WAITING = 1024;

export interface UnseenCaller {
  readonly caller: Caller;
  /** Lets so much be heard, faster than anybody speaks. */
  sound(ms: number, kind: 'voice' | 'silence'): Promise<void>;
  /** Whether the next answer has come to its end; not if the caller leaves. */
  answered(): Promise<boolean>;
  say(event: object): void;
  leave(): void;
}

export function unseenCaller(now: () => number): UnseenCaller {
  const incoming = new Queue<Incoming>(MOST_WAITING);
  const gone = new AbortController();
  let position = 0;
  const ends = new Queue<boolean>(MOST_WAITING);
  const toCome = ends[Symbol.asyncIterator]();
  const leave = () => {
    gone.abort(new ParleyError('client_gone'));
    incoming.close();
    ends.close();
  };
  const say = (event: object) => {
    const parsed = parseClientEvent(JSON.stringify(event));
    if (parsed.ok) incoming.offer({ kind: 'event', event: parsed.event });
  };
  const outlet = createOutlet(nowhere, true, now, leave);
  const send = (event: ServerEvent) => {
    outlet.send(event);
    if (event.type === 'response.done') ends.offer(event.response.status === 'completed');
  };
  const caller: Caller = {
    ...outlet,
    send,
    id: 'caller_unseen',
    model: 'parley',
    avatar: null,
    settings: null,
    reportsPlayback: true,
    pictures: 'patches',
    incoming,
    gone: gone.signal,
    openAudio(response, format) {
      const way = outlet.openAudio(response, format);
      const report = (played: number, state: string) =>
        say({ type: 'avatar.playback', response, played, state, base: 0, shown: null });
      let sent = 0;
      return {
        // It has played whatever it is sent.
        send(address, at, samples) {
          way.send(address, at, samples);
          sent = at + samples.length;
          report(sent, 'playing');
        },
        end(address) {
          way.end(address);
          report(sent, 'ended');
        },
      };
    },
    end: leave,
  };
  return {
    caller,
    say,
    leave,
    async sound(ms, kind) {
      const pcm = pcmBytes(new Int16Array(PIECE).fill(kind === 'voice' ? LOUD : 0));
      for (const until = position + msToSamples(ms); position < until; position += PIECE) {
        const media = decodeMedia(encodeMedia({ kind: 'microphone', position, pcm }));
        if (media.kind === 'microphone') incoming.offer({ kind: 'media', media });
        // Whoever listens gets its turn, as between the frames of a microphone.
        await turnOfTheLoop();
      }
    },
    async answered() {
      return (await toCome.next()).value === true;
    },
  };
}

/** As much of a socket as an outlet asks for. */
const nowhere: Outward = { OPEN: 1, readyState: 1, bufferedAmount: 0, send() {} };
