/** `<parley-avatar>`: a face to talk to, for any page. docs/embedding.md shows how to use it. */
import { reachable } from './address.js';
import { type Conversation, openConversation } from './conversation.js';
import type { ConversationCounters } from './counters.js';
import { ears } from './ears.js';
import type { AvatarLook, ParleyEvents } from './events.js';
import type { MicrophoneState } from './microphone.js';
import type { Mood } from './mood.js';
import { buildStage, type Stage } from './stage.js';

export type { ParleyEvents } from './events.js';
export type { MicrophoneState } from './microphone.js';

export type ParleyDebug = ConversationCounters & { readonly state: Mood };

/** A question longer than this is pasted by mistake; models are asked in sentences. */
const LONGEST_QUESTION = 4000;

export class ParleyAvatar extends HTMLElement {
  static readonly observedAttributes = ['src'];

  readonly #stage: Stage = buildStage(this.attachShadow({ mode: 'open' }), () => this.microphoneLevel);
  readonly #ears = ears(
    () => this.#visit?.conversation,
    (state) => this.#tellMicrophone(state),
  );
  #visit: { conversation: Conversation; end: AbortController } | undefined;
  #isPlaced = false;
  #state: Mood = 'offline';
  #avatar: AvatarLook | null = null;
  #isStarted = false;
  #volume = 1;
  #isMuted = false;
  #waitsForWords = false;

  constructor() {
    super();
    this.#stage.start.addEventListener('click', () => void this.start());
    this.#stage.microphone.addEventListener('click', () => void this.pressMicrophone());
    this.#stage.mute.addEventListener('click', () => {
      this.muted = !this.muted;
    });
    this.#stage.volume.addEventListener('input', () => {
      this.volume = Number(this.#stage.volume.value);
      this.muted = false;
    });
  }

  connectedCallback(): void {
    this.#isPlaced = true;
    this.#visit = this.#open();
  }

  disconnectedCallback(): void {
    this.#isPlaced = false;
    this.#ears.close();
    // What was heard so far is told as such before the conversation ends.
    this.#visit?.conversation.stop();
    this.#visit?.end.abort();
    this.#visit = undefined;
    this.#stage.rest();
    this.#setMood('offline');
    this.#setStarted(false);
  }

  attributeChangedCallback(): void {
    // Before the first connectedCallback, which reads it.
    if (!this.#isPlaced) return;
    this.disconnectedCallback();
    this.connectedCallback();
  }

  /** Opens sound and has the host greet. Call it from a click or a key: browsers let a page sound only then. */
  async start(): Promise<void> {
    this.#setStarted(true);
    await this.#visit?.conversation.start();
  }

  /** Says this to the avatar, interrupting what it is saying. The first call must come from a click or a key. */
  async say(text: string): Promise<void> {
    const words = text.trim();
    if (words === '' || this.#visit === undefined) return;
    if (words.length > LONGEST_QUESTION) {
      const message = `That is too long: at most ${LONGEST_QUESTION} characters can be said at once, and it has ${words.length}.`;
      return this.#tell('parley-error', { code: 'text_too_long', message });
    }
    this.#setStarted(true);
    await this.#visit.conversation.say(words);
  }

  /** Silence at once; of the answer, only what was heard is kept. */
  stop(): void {
    this.#visit?.conversation.stop();
  }

  /** Opens the microphone and the sound; `microphone` says how that went. Call it from a click or a key. */
  async openMicrophone(deviceId?: string): Promise<void> {
    if (this.#visit === undefined) return;
    this.#setStarted(true);
    await this.#ears.open(deviceId);
  }

  closeMicrophone(): void {
    this.#ears.close();
  }

  /** What the element's own button does: opens the microphone, mutes it, goes on. */
  async pressMicrophone(): Promise<void> {
    if (this.#visit === undefined) return;
    this.#setStarted(true);
    await this.#ears.press();
  }

  get microphone(): MicrophoneState {
    return this.#ears.state;
  }

  /** The id of the device that is open, as `enumerateDevices` has it. */
  get microphoneDevice(): string | undefined {
    return this.#ears.deviceId;
  }

  /** For a meter, 0 to 1. */
  get microphoneLevel(): number {
    return this.#ears.level;
  }

  get microphoneMuted(): boolean {
    return this.#ears.isMuted;
  }

  set microphoneMuted(value: boolean) {
    this.#ears.isMuted = value;
  }

  /** While it is true, noise is not answered, only words: for a microphone that is open in an empty room. */
  get waitsForWords(): boolean {
    return this.#waitsForWords;
  }

  set waitsForWords(value: boolean) {
    this.#waitsForWords = value;
    this.#visit?.conversation.waitForWords(value);
  }

  /** If the connection is waiting for its next try, it tries now. */
  reconnect(): void {
    this.#visit?.conversation.reconnect();
  }

  /** Ends the conversation and begins a new one that knows nothing of it: for the next visitor. */
  forget(): void {
    this.#visit?.conversation.forget();
    this.#setStarted(false);
  }

  get state(): Mood {
    return this.#state;
  }

  /** 0 to 1; what is no number is ignored. */
  get volume(): number {
    return this.#volume;
  }

  set volume(value: number) {
    if (!Number.isFinite(value)) return;
    this.#volume = Math.min(1, Math.max(0, value));
    this.#applyVolume();
  }

  get muted(): boolean {
    return this.#isMuted;
  }

  set muted(value: boolean) {
    this.#isMuted = value;
    this.#applyVolume();
  }

  /** Counters for tests and tools; undefined while the element is not in a page. */
  get debug(): ParleyDebug | undefined {
    return this.#visit && { ...this.#visit.conversation.counters, state: this.#state };
  }

  #open(): { conversation: Conversation; end: AbortController } | undefined {
    const src = this.getAttribute('src');
    const address = reachable(src, location.href);
    if (address === undefined) {
      const message = `The avatar's src must be the address of a Parley server, such as https://parley.example; it is "${src ?? ''}".`;
      this.#tell('parley-error', { code: 'src_invalid', message });
      return undefined;
    }
    const end = new AbortController();
    const conversation = openConversation(
      this.#stage.canvas,
      address,
      {
        onPack: ({ info }) => this.#setAvatar(info.name, info.background, info.width / info.height),
        onConnection: (state) => this.#tell('parley-connection', state),
        onMood: (mood) => this.#setMood(mood),
        onCaption: (words) => {
          this.#stage.setCaption(words);
          if (words.length > 0) this.#tell('parley-caption', { words });
        },
        onSession: ({ hears }) => this.#ears.setServer(hears),
        onMessage: (message) => this.#tell('parley-message', message),
        onProblem: ({ code, message }) => {
          // Another press of the button may help; against the other problems it cannot.
          if (code === 'sound_blocked') this.#setStarted(false);
          this.#tell('parley-error', { code, message });
        },
      },
      end.signal,
    );
    conversation.setVolume(this.#isMuted ? 0 : this.#volume);
    conversation.waitForWords(this.#waitsForWords);
    return { conversation, end };
  }

  #setAvatar(name: string, background: string, aspect: number): void {
    this.#avatar = { name, background };
    this.#stage.setAvatar(name, background, aspect);
    this.#tellState();
  }

  #setMood(mood: Mood): void {
    if (mood === this.#state) return;
    this.#state = mood;
    this.#stage.setMood(mood);
    this.#tellState();
  }

  #setStarted(isStarted: boolean): void {
    this.#stage.setStarted(isStarted);
    if (isStarted === this.#isStarted) return;
    this.#isStarted = isStarted;
    this.#tellState();
  }

  #tellMicrophone(state: MicrophoneState): void {
    this.#stage.setMicrophone(state);
    this.#tell('parley-microphone', state);
  }

  #applyVolume(): void {
    this.#visit?.conversation.setVolume(this.#isMuted ? 0 : this.#volume);
    this.#stage.setVolume(this.#volume, this.#isMuted);
  }

  #tellState(): void {
    this.#tell('parley-state', { state: this.#state, isStarted: this.#isStarted, avatar: this.#avatar });
  }

  #tell<Name extends keyof ParleyEvents>(name: Name, detail: ParleyEvents[Name]): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

customElements.define('parley-avatar', ParleyAvatar);
