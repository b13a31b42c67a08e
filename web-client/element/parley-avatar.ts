/** `<parley-avatar>`: a face to talk to, for any page. docs/embedding.md shows how to use it. */
import { reachable } from './address.js';
import type { ConversationHooks } from './conversation-hooks.js';
import type { ConversationCounters } from './counters.js';
import { ears } from './ears.js';
import type { ParleyEvents } from './events.js';
import type { MicrophoneState } from './microphone.js';
import type { Mood } from './mood.js';
import { buildStage, type Stage } from './stage.js';
import { standing } from './standing.js';
import { openVisit, type Visit } from './visit.js';
import { volumeOf } from './volume.js';

export type { ParleyEvents } from './events.js';
export type { MicrophoneState } from './microphone.js';

export type ParleyDebug = ConversationCounters & { readonly state: Mood };

/** A question longer than this is pasted by mistake; models are asked in sentences. */
const LONGEST_QUESTION = 4000;

export class ParleyAvatar extends HTMLElement {
  static readonly observedAttributes = ['src', 'avatar', 'voice'];

  readonly #stage: Stage = buildStage(this.attachShadow({ mode: 'open' }), () => this.microphoneLevel);
  readonly #ears = ears(
    () => this.#visit?.conversation,
    (state) => this.#tellMicrophone(state),
  );
  readonly #standing = standing((state) => this.#tell('parley-state', state));
  readonly #volume = volumeOf(this.#stage, (audible) => this.#visit?.conversation.setVolume(audible));
  #visit: Visit | undefined;
  #isPlaced = false;
  #waitsForWords = false;

  constructor() {
    super();
    this.#stage.start.addEventListener('click', () => void this.start());
    this.#stage.microphone.addEventListener('click', () => void this.pressMicrophone());
  }

  connectedCallback(): void {
    this.#isPlaced = true;
    this.#visit = this.#open();
  }

  disconnectedCallback(): void {
    this.#isPlaced = false;
    this.#ears.close();
    this.#visit?.end();
    this.#visit = undefined;
    this.#stage.rest();
    this.#setMood('offline');
    this.#setStarted(false);
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    // Before the first connectedCallback, which reads them.
    if (!this.#isPlaced || before === now) return;
    if (name === 'avatar') this.#visit?.present(wanted(now));
    else if (name === 'voice') this.#visit?.speakWith(wanted(now));
    else {
      this.disconnectedCallback();
      this.connectedCallback();
    }
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
    return this.#standing.mood;
  }

  /** 0 to 1; what is no number is ignored. */
  get volume(): number {
    return this.#volume.value;
  }

  set volume(value: number) {
    this.#volume.value = value;
  }

  get muted(): boolean {
    return this.#volume.isMuted;
  }

  set muted(value: boolean) {
    this.#volume.isMuted = value;
  }

  /** Counters for tests and tools; undefined while the element is not in a page. */
  get debug(): ParleyDebug | undefined {
    return this.#visit && { ...this.#visit.conversation.counters, state: this.state };
  }

  #open(): Visit | undefined {
    const src = this.getAttribute('src');
    const server = reachable(src, location.href);
    if (server === undefined) {
      const message = `The avatar's src must be the address of a Parley server, such as https://parley.example; it is "${src ?? ''}".`;
      this.#tell('parley-error', { code: 'src_invalid', message });
      return undefined;
    }
    const wish = { avatar: wanted(this.getAttribute('avatar')), voice: wanted(this.getAttribute('voice')) };
    const visit = openVisit(this.#stage.canvas, server, wish, this.#hooks());
    visit.conversation.setVolume(this.#volume.audible);
    visit.conversation.waitForWords(this.#waitsForWords);
    return visit;
  }

  #hooks(): ConversationHooks {
    return {
      onPack: ({ info: { id, name, background, width, height } }) => {
        this.#stage.setAvatar(name, background, width / height);
        this.#standing.setAvatar({ id, name, background });
      },
      onOtherPack: () => {
        this.#stage.awaitAvatar();
        this.#standing.setAvatar(null);
      },
      onConnection: (state) => this.#tell('parley-connection', state),
      onMood: (mood) => this.#setMood(mood),
      onCaption: (words) => {
        this.#stage.setCaption(words);
        if (words.length > 0) this.#tell('parley-caption', { words });
      },
      onSession: ({ hears }) => this.#ears.setServer(hears),
      onMessage: (message) => this.#tell('parley-message', message),
      onTimings: (timings) => this.#tell('parley-timings', timings),
      onProblem: ({ code, message }) => {
        // Another press of the button may help; against the other problems it cannot.
        if (code === 'sound_blocked') this.#setStarted(false);
        this.#tell('parley-error', { code, message });
      },
    };
  }

  #setMood(mood: Mood): void {
    if (mood === this.state) return;
    this.#stage.setMood(mood);
    this.#standing.setMood(mood);
  }

  #setStarted(isStarted: boolean): void {
    this.#stage.setStarted(isStarted);
    this.#standing.setStarted(isStarted);
  }

  #tellMicrophone(state: MicrophoneState): void {
    this.#stage.setMicrophone(state);
    this.#tell('parley-microphone', state);
  }

  #tell<Name extends keyof ParleyEvents>(name: Name, detail: ParleyEvents[Name]): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

/** An empty attribute wishes nothing. */
const wanted = (id: string | null): string | null => (id === '' ? null : id);

customElements.define('parley-avatar', ParleyAvatar);
