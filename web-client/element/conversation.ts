/** One visitor's conversation: the connection, what is said on both sides, and what is heard of it. */
import type { ClientEvent } from '../../src/protocol/client-events.js';
import type { Pack } from '../../src/protocol/pack.js';
import type { AvatarState, ServerEvent } from '../../src/protocol/server-events.js';
import type { ServerAddress } from './address.js';
import { agreement } from './agreement.js';
import type { Heard } from './audible.js';
import { type ConnectionState, openConnection } from './connection.js';
import type { ConversationHooks } from './conversation-hooks.js';
import type { ConversationCounters } from './counters.js';
import { Dialogue, isSpokenQuestion, retold } from './dialogue.js';
import { packLoader } from './load-pack.js';
import { moodOf } from './mood.js';
import { openPlayback } from './playback.js';
import type { SoundError } from './player.js';
import { Transcript } from './transcript.js';
import { uplink } from './uplink.js';

export interface Conversation {
  /** Opens sound (call it from a gesture) and has the host greet if nothing was said yet. */
  start(): Promise<void>;
  say(text: string): Promise<void>;
  stop(): void;
  /** Opens sound (call it from a gesture); from now on the visitor speaks. */
  listen(): Promise<void>;
  /** The microphone is closed. */
  deafen(): void;
  /** A frame of the microphone. While it is muted it counts and is not sent. */
  hear(samples: Int16Array, isMuted: boolean): void;
  /** Until somebody says words, nothing that is heard is answered: an empty room is not asked what it said. */
  waitForWords(isWaiting: boolean): void;
  /** If the connection waits for its next try, it tries now. */
  reconnect(): void;
  /** Ends the session and begins another, which is told nothing of this one. */
  forget(): void;
  /** The voice that every session from now on is asked for; null: its presenter's. */
  speakWith(voice: string | null): void;
  /** Goes on in a session at another address of this server, which is told what was said. */
  goOver(socket: string): void;
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
  let isOpen = false;
  let hasBegun = false;
  /** Counts those who were forgotten. */
  let gone = 0;
  /** It opens with the sound: what is said before nobody could answer aloud. */
  let ear: 'shut' | 'opening' | 'open' = 'shut';
  let awaitsWords = false;
  let voice: string | null = null;
  /** What was said last while words were awaited. */
  let unanswered: string | undefined;
  /** Lines of the visitor that wait for the sound to open. say() asks them; nobody else does. */
  const unasked = new Set<string>();

  const dialogue = new Dialogue();
  const agreed = agreement();
  const transcript = new Transcript((message) => {
    if (message.role === 'avatar') dialogue.answered();
    hooks.onMessage(message);
  });
  const transmit = (event: ClientEvent) => connection.send(event);
  const { onTimings } = hooks;
  const playback = openPlayback(canvas, { send: transmit, onHeard, onTimings, onProblem: onSoundProblem }, signal);
  const { sound } = playback;
  const microphone = uplink(
    (bytes) => connection.sendMedia(bytes),
    () => performance.now(),
  );

  const send = (events: readonly ClientEvent[]) => {
    if (events.some(({ type }) => type === 'response.create')) agree();
    events.forEach(transmit);
    const { isWaiting } = dialogue;
    const { play, hasSounded } = playback;
    if (isOpen) connection.expect(isWaiting || play === 'buffering');
    hooks.onMood(moodOf({ isOpen, server, play, hasSounded, isWaiting }));
  };
  const agree = () =>
    agreed.update({ hasSound: sound.isOpen, isListening: ear === 'open', answersAll: !awaitsWords }).forEach(transmit);

  function hush(): void {
    transcript.cut();
    hooks.onCaption([]);
    playback.hush();
  }

  function onHeard(heard: Heard): void {
    hooks.onCaption(transcript.follow(heard));
    send([]);
  }

  function onSoundProblem({ code, message }: SoundError, wasAudible: boolean): void {
    if (wasAudible) {
      transcript.cut();
      hooks.onCaption([]);
      send(dialogue.stop(true));
    }
    // Answers come as text from now on: nobody would hear them.
    if (isOpen) agree();
    hooks.onProblem({ code, message });
  }

  /** The session is over, and with it everything that was on its way. */
  function leaveSession(): void {
    isOpen = false;
    server = 'idle';
    dialogue.reset();
    transcript.lose();
    hush();
    playback.rest();
  }

  function onState(state: ConnectionState): void {
    if (state.kind === 'waiting') leaveSession();
    hooks.onConnection(state);
    send([]);
  }

  function onEvent(event: ServerEvent): void {
    if (event.type === 'session.created') enterSession(event.session.audio.input.turn_detection !== null);
    else if (event.type === 'avatar.announced') {
      playback.reportAgain();
      void followPack(event.avatar.pack);
    } else if (event.type === 'avatar.state') server = event.state;
    else if (event.type === 'conversation.item.input_audio_transcription.failed') hooks.onProblem(event.error);
    else if (event.type !== 'error') playback.steer(event, dialogue.isCancelling);
    else if (event.error.code === 'unknown_voice' && voice !== null) missVoice(voice);
    else if (event.error.code !== 'response_cancel_not_active') hooks.onProblem(event.error);
    // An answer that begins after it was taken back leaves no words behind; what the visitor says does.
    if (!dialogue.isCancelling) transcript.receive(event);
    // The server was told to leave it unanswered when it was said, whatever the page makes of its first words.
    if (awaitsWords && event.type === 'input_audio_buffer.committed') unanswered = event.item_id;
    const isFirstWord = isSpokenQuestion(event) && unanswered === event.item_id;
    transcript.receiveSpeech(event);
    send([...dialogue.receive(event), ...(isFirstWord ? dialogue.answer() : [])]);
  }

  /** A session begins: the first one, or one that has to be told what was said before. */
  function enterSession(hears: boolean): void {
    isOpen = true;
    agreed.reset();
    microphone.restart();
    playback.restart();
    hooks.onSession({ hears });
    if (voice !== null) transmit(spokenWith(voice));
    if (ear === 'open') agree();
    send(retold(transcript.messages, unasked));
    send(dialogue.resume());
  }

  /** It may have been deleted. The session goes on with its presenter's. */
  function missVoice(missed: string): void {
    const message = `This server has no voice "${missed}" any more, or never had. The avatar speaks with its own.`;
    voice = null;
    hooks.onProblem({ code: 'unknown_voice', message });
  }

  function onPack(pack: Pack): void {
    playback.show(pack);
    hooks.onPack(pack);
    playback.reportAgain();
  }

  function onOther(): void {
    playback.hide();
    hooks.onOtherPack();
  }

  const followPack = packLoader(address.http, { onPack, onOther, onProblem: hooks.onProblem }, signal);
  // Last: it reports its state before it returns.
  const connection = openConnection(address.socket, { onState, onEvent, onMedia: playback.media }, signal);

  return {
    async start() {
      connection.retry();
      const before = gone;
      const hasSound = await sound.open();
      // Whoever began it may have left meanwhile; nobody greets an empty room.
      if (hasBegun || gone !== before || signal.aborted || (!hasSound && sound.mayYetOpen)) return;
      hasBegun = true;
      if (transcript.messages.length > 0) return;
      if (isOpen) send(dialogue.answer());
      else dialogue.owe();
    },
    async say(text) {
      const wasAudible = playback.isAudible;
      hush();
      const line = transcript.user(text);
      unasked.add(line);
      await sound.open();
      // Stopped meanwhile, it is not asked any more.
      if (!unasked.delete(line) || signal.aborted) return;
      hasBegun = true;
      if (isOpen) send(dialogue.ask(text, wasAudible));
      else dialogue.owe();
    },
    stop() {
      const wasAudible = playback.isAudible;
      unasked.clear();
      hush();
      send(dialogue.stop(wasAudible));
    },
    async listen() {
      if (ear === 'shut') ear = 'opening';
      connection.retry();
      await sound.open();
      if (ear === 'opening') ear = 'open';
      if (ear === 'open' && isOpen && !signal.aborted) agree();
    },
    deafen() {
      ear = 'shut';
      microphone.rest();
    },
    hear(samples, isMuted) {
      microphone.frame(samples, isOpen && ear === 'open' && !isMuted);
    },
    waitForWords(isWaiting) {
      awaitsWords = isWaiting;
      if (ear === 'open' && isOpen) agree();
    },
    speakWith(next) {
      voice = next;
    },
    reconnect: () => connection.retry(),
    forget() {
      gone += 1;
      hasBegun = false;
      unasked.clear();
      dialogue.forget();
      transcript.clear();
      leaveSession();
      connection.renew();
    },
    goOver(socket) {
      leaveSession();
      // As long as nobody has asked anything, whoever comes greets too.
      if (hasBegun && transcript.messages.every(({ role }) => role === 'avatar')) {
        transcript.clear();
        dialogue.owe();
      }
      connection.renew(socket);
    },
    setVolume: sound.setVolume,
    get counters() {
      return playback.counters;
    },
  };
}

const spokenWith = (voice: string): ClientEvent => ({
  type: 'session.update',
  session: { type: 'realtime', audio: { output: { voice } } },
});
