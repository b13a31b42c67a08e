/** What was said, line by line: the visitor's words, and of the avatar's only what was heard. */
import type { ResponseStatus, ServerEvent } from '../../src/protocol/server-events.js';
import type { Heard } from './audible.js';
import { type CaptionWord, captionAt, endsClause, heardText, type TimedWord } from './captions.js';
import { type SpokenLine, spokenLines } from './spoken-lines.js';

export interface Message {
  readonly id: string;
  readonly role: 'user' | 'avatar';
  readonly text: string;
  /**
   * `speaking`: grows as it is heard; of the visitor's own speech the text may come only at the end. `cut`: the rest was
   * never heard. `unclear`: the visitor spoke and was not understood. `withdrawn`: it was no speech after all. `lost`:
   * the connection went before the visitor was understood.
   */
  readonly status: 'speaking' | 'complete' | 'cut' | 'unclear' | 'withdrawn' | 'lost';
}

interface Answer {
  readonly responseId: string;
  response: number | undefined;
  transcript: string;
  words: TimedWord[];
  /** Where the caption that is shown ends, and where captions that were shown have ended. */
  shownTo: number;
  readonly lineEnds: Set<number>;
  /** The server has finished making it. */
  isDone: boolean;
  /** It broke off; or it is an apology, which is whole. */
  hasFailed: boolean;
  hasEnded: boolean;
  heard: number;
}

/** A kiosk talks for weeks; the page and the replay after a reconnect need only the last lines. */
const KEPT_MESSAGES = 200;

const SENTENCE_END = /[.!?…]["')\]]*\s*$/;

const UNHEARD = {
  response: undefined,
  transcript: '',
  shownTo: 0,
  isDone: false,
  hasFailed: false,
  hasEnded: false,
  heard: 0,
};

export class Transcript {
  #messages: Message[] = [];
  #answer: Answer | undefined;
  #users = 0;
  /** A page keeps its lines when the element changes server, and knows each by its id. */
  readonly #own = crypto.getRandomValues(new Uint32Array(2)).join('');
  readonly #onMessage: (message: Message) => void;
  readonly #spoken = spokenLines((line) => this.#hear(line));

  constructor(onMessage: (message: Message) => void) {
    this.#onMessage = onMessage;
  }

  get messages(): readonly Message[] {
    return this.#messages;
  }

  /** A line that the visitor wrote; returns its id. */
  user(text: string): string {
    this.#users += 1;
    const id = `user_${this.#own}_${this.#users}`;
    this.#put({ id, role: 'user', text, status: 'complete' });
    return id;
  }

  /** What the server says about the visitor's own speech. */
  receiveSpeech(event: ServerEvent): void {
    this.#spoken.receive(event);
  }

  /** The session is over: what was not understood until now never will be. */
  lose(): void {
    this.#spoken.end('lost');
  }

  /** Another visitor comes. */
  clear(): void {
    this.#spoken.end('withdrawn');
    this.#answer = undefined;
    this.#messages = [];
  }

  receive(event: ServerEvent): void {
    if (event.type === 'response.created') {
      this.cut();
      const { id } = event.response;
      this.#answer = { ...UNHEARD, responseId: id, words: [], lineEnds: new Set() };
      return;
    }
    const answer = this.#answer;
    if (answer === undefined || !belongs(event, answer)) return;
    if (event.type === 'avatar.response') answer.response = event.response;
    else if (event.type === 'avatar.words') addWords(answer, event.words);
    else if (event.type === 'avatar.flush') this.cut();
    else if (event.type === 'response.output_audio_transcript.delta') answer.transcript += event.delta;
    else if (event.type === 'response.output_text.delta') answer.transcript += event.delta;
    else if (event.type === 'response.done') this.#done(answer, event.response.status);
  }

  /** Follows what is heard; returns the caption that belongs to it, if anything is being said. */
  follow(heard: Heard): readonly CaptionWord[] {
    const answer = this.#answer;
    if (answer === undefined || answer.response !== heard.response) return [];
    answer.heard = Math.max(answer.heard, heard.samples);
    if (heard.state === 'ended') {
      answer.hasEnded = true;
      if (answer.isDone) this.#complete(answer);
      return [];
    }
    const text = heardText(answer.words, answer.transcript, answer.heard);
    if (text !== '') this.#put({ id: answer.responseId, role: 'avatar', text, status: 'speaking' });
    const caption = captionAt(answer.words, answer.transcript, heard.samples, answer.lineEnds);
    answer.shownTo = caption.end;
    return caption.words;
  }

  /** The answer ends here: only what was heard of it stays. */
  cut(): void {
    const answer = this.#answer;
    if (answer === undefined) return;
    this.#finish(answer, 'cut', heardText(answer.words, answer.transcript, answer.heard));
  }

  #done(answer: Answer, status: ResponseStatus): void {
    answer.isDone = true;
    answer.hasFailed = status === 'failed';
    if (status === 'cancelled') this.cut();
    // An answer without sound has nothing to wait for; what was said of one that failed is heard to its end.
    else if (answer.response === undefined || answer.hasEnded) this.#complete(answer);
  }

  #complete(answer: Answer): void {
    const isBroken = answer.hasFailed && !SENTENCE_END.test(answer.transcript);
    this.#finish(answer, isBroken ? 'cut' : 'complete', answer.transcript);
  }

  #finish({ responseId: id }: Answer, status: 'complete' | 'cut', text: string): void {
    this.#answer = undefined;
    if (text.trim() !== '') this.#put({ id, role: 'avatar', text, status });
    else this.#messages = this.#messages.filter((message) => message.id !== id);
  }

  #hear({ id, text, status }: SpokenLine): void {
    const message = { id, role: 'user', text, status } as const;
    if (status === 'withdrawn') {
      this.#messages = this.#messages.filter((known) => known.id !== id);
      this.#onMessage(message);
    } else this.#put(message);
  }

  #put(message: Message): void {
    const at = this.#messages.findLastIndex(({ id }) => id === message.id);
    const known = this.#messages[at];
    if (known === undefined) this.#messages = [...this.#messages, message].slice(-KEPT_MESSAGES);
    else if (known.text === message.text && known.status === message.status) return;
    else this.#messages = this.#messages.with(at, message);
    this.#onMessage(message);
  }
}

/** A line that is being read does not grow, if it can stand by itself: it would move under the reader's eyes. */
function addWords(answer: Answer, words: readonly TimedWord[]): void {
  const { length } = answer.words;
  if (answer.shownTo === length && endsClause(answer.words, answer.transcript)) answer.lineEnds.add(length);
  answer.words.push(...words);
}

function belongs(event: ServerEvent, answer: Answer): boolean {
  if (event.type === 'response.done') return event.response.id === answer.responseId;
  return 'response_id' in event && event.response_id === answer.responseId;
}
