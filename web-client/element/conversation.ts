/** One visitor's conversation: the connection, the voice and the face, held together by what the wire says. */
import type { ClientEvent } from '../../src/protocol/client-events.js';
import type { Media } from '../../src/protocol/media.js';
import type { Pack } from '../../src/protocol/pack.js';
import type { AvatarEvent, AvatarState, ServerEvent } from '../../src/protocol/server-events.js';
import type { ServerAddress } from './address.js';
import type { CaptionWord } from './captions.js';
import { type ConnectionState, openConnection } from './connection.js';
import type { ConversationCounters } from './counters.js';
import { avatarItem, Dialogue, userItem } from './dialogue.js';
import { openFace } from './face.js';
import { loadPack } from './load-pack.js';
import { type Mood, moodOf } from './mood.js';
import { isReportDue, type Reported } from './playback-report.js';
import type { SoundError } from './player.js';
import type { PlayState, Position } from './playout.js';
import { type Message, Transcript } from './transcript.js';
import { voice } from './voice.js';

export interface Problem {
  readonly code: string;
  readonly message: string;
}

export interface ConversationHooks {
  onPack(pack: Pack): void;
  onConnection(state: ConnectionState): void;
  onMood(mood: Mood): void;
  onCaption(words: readonly CaptionWord[]): void;
  onMessage(message: Message): void;
  onProblem(problem: Problem): void;
}

export interface Conversation {
  /** Opens sound (call it from a gesture) and has the host greet if nothing was said yet. */
  start(): Promise<void>;
  say(text: string): Promise<void>;
  stop(): void;
  setVolume(volume: number): void;
  readonly counters: ConversationCounters;
}

/** What a server that was restarted is told again of the conversation. */
const RETOLD_MESSAGES = 20;

type Announced = Extract<AvatarEvent, { type: 'avatar.announced' }>['avatar'];

export function openConversation(
  canvas: HTMLCanvasElement,
  address: ServerAddress,
  hooks: ConversationHooks,
  signal: AbortSignal,
): Conversation {
  let server: AvatarState = 'idle';
  let play: PlayState = 'idle';
  let isOpen = false;
  let hasBegun = false;
  let current = -1;
  let reported: Reported | undefined;
  let agreed: 'audio' | 'text' = 'audio';
  let shownPack: string | undefined;

  const dialogue = new Dialogue();
  const transcript = new Transcript(hooks.onMessage);
  const sound = voice({ onPosition, onProblem: onSoundProblem });
  const face = openFace(canvas, sound.heard);
  signal.addEventListener('abort', () => {
    sound.close();
    face.close();
  });

  const send = (events: readonly ClientEvent[]) => {
    if (events.some(({ type }) => type === 'response.create')) agreeOnSound();
    for (const event of events) connection.send(event);
    hooks.onMood(moodOf({ isOpen, server, play, isWaiting: dialogue.isWaiting }));
  };

  const isAudible = () => play === 'playing' || play === 'buffering' || play === 'paused';

  /** Silent at once, without waiting for the server to say so. */
  function hush(): void {
    transcript.cut();
    hooks.onCaption([]);
    sound.command({ kind: 'flush', response: current });
  }

  function report(status: Reported): void {
    const { response, played, state } = status;
    reported = { response, played, state };
    connection.send({ type: 'avatar.playback', ...reported, base: face.base() });
  }

  function onPosition(position: Position): void {
    play = position.state;
    if (isReportDue(reported, position)) report(position);
    hooks.onCaption(transcript.follow(sound.heard()));
    send([]);
  }

  function onSoundProblem({ code, message }: SoundError): void {
    if (isAudible()) {
      // The device took the sound away in the middle of an answer: nobody hears the rest.
      transcript.cut();
      face.rest();
      play = 'idle';
      send(dialogue.stop(true));
    }
    hooks.onProblem({ code, message });
  }

  function onState(state: ConnectionState): void {
    if (state.kind === 'waiting') {
      isOpen = false;
      server = 'idle';
      dialogue.reset();
      hush();
      face.rest();
    }
    hooks.onConnection(state);
    send([]);
  }

  function onMedia(media: Media): void {
    if (media.kind === 'patch') face.patch(media);
    if (media.kind !== 'audio') return;
    // The wire is little endian, as is every machine that a browser runs on.
    const samples = new Int16Array(media.pcm.slice().buffer);
    sound.command({ kind: 'audio', response: media.response, position: media.position, samples });
  }

  function onEvent(event: ServerEvent): void {
    switch (event.type) {
      case 'session.created':
        resume();
        break;
      case 'avatar.announced':
        void announce(event.avatar);
        break;
      case 'avatar.state':
        server = event.state;
        break;
      case 'error':
        if (event.error.code !== 'response_cancel_not_active') hooks.onProblem(event.error);
        break;
      default:
        steer(event);
    }
    transcript.receive(event);
    send(dialogue.receive(event));
  }

  /** What the server says about sound and picture. */
  function steer(event: ServerEvent): void {
    if (!sound.isOpen) return;
    if (event.type === 'avatar.response') {
      current = event.response;
      sound.command({ kind: 'begin', response: event.response });
      face.begin(event.response, event.base);
    } else if (event.type === 'avatar.end') {
      sound.command({ kind: 'end', response: event.response, position: event.position });
    } else if (event.type === 'avatar.resume') {
      sound.command({ kind: 'resume', response: event.response, position: event.position });
    } else if (event.type === 'avatar.pause') {
      sound.command({ kind: 'pause', response: event.response });
    } else if (event.type === 'avatar.flush') {
      sound.command({ kind: 'flush', response: event.response });
    }
  }

  /** A session begins: the first one, or one that has to be told what was said before. */
  function resume(): void {
    isOpen = true;
    current = -1;
    reported = undefined;
    agreed = 'audio';
    sound.command({ kind: 'reset' });
    const told = transcript.messages.slice(-RETOLD_MESSAGES);
    for (const { role, text } of told) connection.send(role === 'user' ? userItem(text) : avatarItem(text));
    // An answer is owed to a question that was asked meanwhile, and the greeting to whoever heard nothing yet.
    if (hasBegun && told.at(-1)?.role !== 'avatar') send(dialogue.answer());
  }

  /** Without sound, answers come as text: nobody would report that they are heard. */
  function agreeOnSound(): void {
    const modality = sound.isOpen ? 'audio' : 'text';
    if (modality === agreed) return;
    agreed = modality;
    connection.send({ type: 'session.update', session: { type: 'realtime', output_modalities: [modality] } });
  }

  async function announce({ pack }: Announced): Promise<void> {
    try {
      if (pack.sha256 !== shownPack) {
        const loaded = await loadPack(new URL(pack.url, address.http).href, pack.bytes, signal);
        shownPack = pack.sha256;
        face.show(loaded);
        hooks.onPack(loaded);
      }
      // From here on the server knows where in its loop the face is.
      report(reported ?? { response: 0, played: 0, state: 'idle' });
    } catch (error) {
      if (signal.aborted) return;
      const why = error instanceof Error ? error.message : String(error);
      hooks.onProblem({ code: 'pack_failed', message: `The picture of the avatar could not be loaded: ${why}.` });
    }
  }

  // Last: it reports its state before it returns.
  const connection = openConnection(address.socket, { onState, onEvent, onMedia }, signal);

  return {
    async start() {
      connection.retry();
      const hasSound = await sound.open();
      if (hasBegun || signal.aborted || (!hasSound && sound.mayYetOpen)) return;
      hasBegun = true;
      if (isOpen && transcript.messages.length === 0) send(dialogue.answer());
    },
    async say(text) {
      const wasAudible = isAudible();
      hush();
      transcript.user(text);
      await sound.open();
      hasBegun = true;
      if (!isOpen || signal.aborted) return;
      send(dialogue.ask(text, wasAudible));
    },
    stop() {
      const wasAudible = isAudible();
      hush();
      send(dialogue.stop(wasAudible));
    },
    setVolume: sound.setVolume,
    get counters() {
      const { samples: heard } = sound.heard();
      const { underruns } = sound;
      const { counters, mouth } = face;
      return { ...counters, underruns, play, heard, level: sound.level(), base: face.base(), mouth };
    },
  };
}
