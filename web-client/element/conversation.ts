/** One visitor's conversation: the connection, the voice and the face, held together by what the wire says. */
import type { ClientEvent } from '../../src/protocol/client-events.js';
import type { Media } from '../../src/protocol/media.js';
import type { Pack } from '../../src/protocol/pack.js';
import type { AvatarState, ServerEvent } from '../../src/protocol/server-events.js';
import type { ServerAddress } from './address.js';
import type { CaptionWord } from './captions.js';
import { type ConnectionState, openConnection } from './connection.js';
import type { ConversationCounters } from './counters.js';
import { Dialogue, retold } from './dialogue.js';
import { openFace } from './face.js';
import { packLoader } from './load-pack.js';
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
  /** Lines of the visitor that wait for the sound to open. say() asks them; nobody else does. */
  const unasked = new Set<string>();

  const dialogue = new Dialogue();
  const transcript = new Transcript((message) => {
    if (message.role === 'avatar') dialogue.answered();
    hooks.onMessage(message);
  });
  const sound = voice({ onPosition, onProblem: onSoundProblem });
  const face = openFace(canvas, sound.heard);
  signal.addEventListener('abort', () => {
    sound.close();
    face.close();
  });

  const send = (events: readonly ClientEvent[]) => {
    if (events.some(({ type }) => type === 'response.create')) agreeOnSound();
    for (const event of events) connection.send(event);
    const { isWaiting } = dialogue;
    if (isOpen) connection.expect(isWaiting || play === 'buffering');
    hooks.onMood(moodOf({ isOpen, server, play, isWaiting }));
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
      hooks.onCaption([]);
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
        reportAgain();
        void followPack(event.avatar.pack);
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
    // An answer that begins after it was taken back leaves no words behind.
    if (!dialogue.isCancelling) transcript.receive(event);
    send(dialogue.receive(event));
  }

  /** What the server says about sound and picture. */
  function steer(event: ServerEvent): void {
    if (!sound.isOpen) return;
    if (event.type === 'avatar.response') {
      current = event.response;
      sound.command({ kind: 'begin', response: event.response });
      if (dialogue.isCancelling) {
        // It was on its way while the visitor stopped or went on. Flushed, it takes no sound and answers the server.
        sound.command({ kind: 'flush', response: event.response });
        return;
      }
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
    send(retold(transcript.messages, unasked));
    send(dialogue.resume());
  }

  /** Without sound, answers come as text: nobody would report that they are heard. */
  function agreeOnSound(): void {
    const modality = sound.isOpen ? 'audio' : 'text';
    if (modality === agreed) return;
    agreed = modality;
    connection.send({ type: 'session.update', session: { type: 'realtime', output_modalities: [modality] } });
  }

  /** The last report, also at a moment when nothing plays: the server learns where in its loop the face is. */
  const reportAgain = () => report(reported ?? { response: 0, played: 0, state: 'idle' });

  function onPack(pack: Pack): void {
    face.show(pack);
    hooks.onPack(pack);
    reportAgain();
  }

  const followPack = packLoader(address.http, { onPack, onProblem: hooks.onProblem }, signal);
  // Last: it reports its state before it returns.
  const connection = openConnection(address.socket, { onState, onEvent, onMedia }, signal);

  return {
    async start() {
      connection.retry();
      const hasSound = await sound.open();
      if (hasBegun || signal.aborted || (!hasSound && sound.mayYetOpen)) return;
      hasBegun = true;
      if (transcript.messages.length > 0) return;
      if (isOpen) send(dialogue.answer());
      else dialogue.owe();
    },
    async say(text) {
      const wasAudible = isAudible();
      hush();
      transcript.user(text);
      const line = transcript.messages.at(-1)?.id ?? '';
      unasked.add(line);
      await sound.open();
      // Stopped meanwhile, it is not asked any more.
      if (!unasked.delete(line) || signal.aborted) return;
      hasBegun = true;
      if (isOpen) send(dialogue.ask(text, wasAudible));
      else dialogue.owe();
    },
    stop() {
      const wasAudible = isAudible();
      unasked.clear();
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
