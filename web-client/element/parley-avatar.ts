/** `<parley-avatar>`: a face to talk to, for any page. docs/embedding.md shows how to use it. */
import { type ServerAddress, serverAddress } from './address.js';
import { type Conversation, openConversation } from './conversation.js';
import type { ConversationCounters } from './counters.js';
import type { AvatarLook, ParleyEvents } from './events.js';
import type { Mood } from './mood.js';
import { buildStage, type Stage } from './stage.js';

export type { ParleyEvents } from './events.js';

export interface ParleyDebug extends ConversationCounters {
  readonly state: Mood;
}

/** A question longer than this is pasted by mistake; models are asked in sentences. */
const LONGEST_QUESTION = 4000;

export class ParleyAvatar extends HTMLElement {
  static readonly observedAttributes = ['src'];

  readonly #stage: Stage = buildStage(this.attachShadow({ mode: 'open' }));
  #visit: { conversation: Conversation; end: AbortController } | undefined;
  #isPlaced = false;
  #state: Mood = 'offline';
  #avatar: AvatarLook | null = null;
  #isStarted = false;
  #volume = 1;
  #isMuted = false;

  constructor() {
    super();
    this.#stage.start.addEventListener('click', () => void this.start());
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
    const words = text.trim().slice(0, LONGEST_QUESTION);
    if (words === '' || this.#visit === undefined) return;
    this.#setStarted(true);
    await this.#visit.conversation.say(words);
  }

  /** Silence at once; of the answer, only what was heard is kept. */
  stop(): void {
    this.#visit?.conversation.stop();
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

  /** Undefined if `src` is no address; the page was told. */
  #address(): ServerAddress | undefined {
    const src = this.getAttribute('src');
    try {
      const address = serverAddress(src, location.href);
      // The page's own address may be a file's, which no socket can open.
      if (/^wss?:/.test(address.socket)) return address;
    } catch {
      // Told below, as one and the same mistake.
    }
    const message = `The avatar's src must be the address of a Parley server, such as https://parley.example; it is "${src ?? ''}".`;
    this.#tell('parley-error', { code: 'src_invalid', message });
    return undefined;
  }

  #open(): { conversation: Conversation; end: AbortController } | undefined {
    const address = this.#address();
    if (address === undefined) return undefined;
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
