/**
 * An ear between the page and the real server: it keeps what the microphone sends, and the test says what a recogniser
 * would. So the page's part can be told apart from what any recogniser makes of a voice. It can also keep sound and
 * pictures back, as a slow network does.
 */
import type { Page } from 'playwright-core';
import { decodeMedia } from '../../src/protocol/media.js';

export interface HeardFrame {
  /** Of the page's sessions, the one that it came in: 1 is the first. */
  readonly session: number;
  readonly position: number;
  readonly samples: Int16Array;
}

export interface Ear {
  /** Every frame of the microphone, in all sessions. */
  readonly frames: readonly HeardFrame[];
  /** What the page asked of the sessions, in the order of its asking. */
  readonly asked: readonly { readonly type: string; readonly session?: unknown }[];
  /** How many sessions the page has begun. */
  readonly sessions: number;
  /** The addresses of their sockets. */
  readonly addresses: readonly string[];
  /** What the server has said, in all sessions. */
  readonly said: readonly { readonly type: string; readonly [field: string]: unknown }[];
  /** Keeps sound and pictures back from now on; `release` lets what was kept arrive, and what comes later. */
  hold(): void;
  release(): void;
  /** How many frames of sound and pictures are kept back. */
  readonly held: number;
  /** Says this to the page as if the server had. */
  tell(...events: readonly object[]): void;
  /** Waits until the microphone has sent this many frames more. */
  hear(count: number): Promise<void>;
}

/** Call it before the page is opened. `hears: false` is a server without a recogniser. */
export async function putEar(page: Page, { hears }: { hears: boolean }): Promise<Ear> {
  const frames: HeardFrame[] = [];
  const asked: { type: string }[] = [];
  const addresses: string[] = [];
  const said: { type: string }[] = [];
  const held: Buffer[] = [];
  let isHolding = false;
  let sendPage = (_: Buffer) => {};
  let sessions = 0;
  let tellPage = (_: string) => {};
  let onFrame = () => {};
  await page.routeWebSocket(/\/v1\/realtime/, (socket) => {
    const server = socket.connectToServer();
    sessions += 1;
    addresses.push(socket.url());
    sendPage = (media) => socket.send(media);
    const session = sessions;
    tellPage = (text) => socket.send(text);
    socket.onMessage((message) => {
      if (typeof message === 'string') {
        asked.push(JSON.parse(message) as { type: string });
        return server.send(message);
      }
      frames.push({ session, ...frameOf(message) });
      return onFrame();
    });
    server.onMessage((message) => {
      if (typeof message !== 'string') return isHolding ? void held.push(message) : socket.send(message);
      said.push(JSON.parse(message) as { type: string });
      socket.send(withEar(message, hears));
    });
  });
  return {
    frames,
    asked,
    addresses,
    said,
    hold() {
      isHolding = true;
    },
    release() {
      isHolding = false;
      for (const media of held.splice(0)) sendPage(media);
    },
    get held() {
      return held.length;
    },
    get sessions() {
      return sessions;
    },
    tell(...events) {
      for (const event of events) tellPage(JSON.stringify(event));
    },
    hear(count) {
      const until = frames.length + count;
      return new Promise((resolve) => {
        onFrame = () => {
          if (frames.length >= until) resolve();
        };
      });
    },
  };
}

function frameOf(bytes: Uint8Array): Omit<HeardFrame, 'session'> {
  const media = decodeMedia(bytes);
  if (media.kind !== 'microphone') throw new Error(`the page sent a frame of the kind ${media.kind}`);
  return { position: media.position, samples: new Int16Array(Uint8Array.from(media.pcm).buffer) };
}

function withEar(message: string, hears: boolean): string {
  const event = JSON.parse(message);
  if (event.type !== 'session.created') return message;
  event.session.audio.input.turn_detection = hears ? { type: 'semantic_vad' } : null;
  return JSON.stringify(event);
}

/** What a server says of one utterance, up to its words; '' is one that nobody understood. */
export function utterance(item_id: string, transcript: string): readonly object[] {
  return [
    { type: 'avatar.state', state: 'listening', response_id: null },
    { type: 'input_audio_buffer.speech_started', item_id, audio_start_ms: 0 },
    { type: 'input_audio_buffer.speech_stopped', item_id, audio_end_ms: 900 },
    { type: 'input_audio_buffer.committed', item_id, previous_item_id: null },
    ...(transcript === ''
      ? []
      : [
          {
            type: 'conversation.item.input_audio_transcription.delta',
            item_id,
            content_index: 0,
            delta: transcript,
          },
        ]),
    {
      type: 'conversation.item.input_audio_transcription.completed',
      item_id,
      content_index: 0,
      transcript,
    },
  ];
}
