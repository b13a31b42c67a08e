/**
 * Whose turn it is: which client events to send when the visitor asks, stops or greets. The server refuses a second
 * response while one is running, so a question that interrupts waits here until the cancel is answered. Pure: events
 * in, events out.
 */
import type { ClientEvent } from '../../src/protocol/client-events.js';
import type { ServerEvent, ServerEventOf } from '../../src/protocol/server-events.js';
import type { Message } from './transcript.js';

type Turn =
  | { readonly kind: 'free' }
  /** response.create is on its way. */
  | { readonly kind: 'asked'; readonly eventId: string }
  | { readonly kind: 'answering'; readonly responseId: string }
  /** `texts` are asked as soon as the cancel is answered. `isOver`: the server had already finished making the answer. */
  | { readonly kind: 'cancelling'; readonly texts: readonly string[]; readonly isOver: boolean };

/** More questions than this, typed while a cancel is on its way (a tenth of a second), are a script gone wild. */
const MAX_WAITING = 8;

export class Dialogue {
  #turn: Turn = { kind: 'free' };
  #sent = 0;
  #isOwed = false;

  /** True from the question until the server has finished making the answer. */
  get isWaiting(): boolean {
    return this.#turn.kind !== 'free';
  }

  /** True while the visitor has taken back an answer that the server may yet begin. */
  get isCancelling(): boolean {
    return this.#turn.kind === 'cancelling';
  }

  /** The visitor wants an answer, asked for or not: one that is lost with the connection is asked for again. */
  owe(): void {
    this.#isOwed = true;
  }

  /** The first words of the answer have reached the visitor. Those of one that was taken back do not count. */
  answered(): void {
    if (!this.isCancelling) this.#isOwed = false;
  }

  /** What a new session, which knows what was said before, is asked for. */
  resume(): ClientEvent[] {
    return this.#isOwed ? this.answer() : [];
  }

  /** Asks for an answer to what the conversation holds; in an empty one the host greets. */
  answer(): ClientEvent[] {
    const eventId = this.#nextId();
    this.owe();
    this.#turn = { kind: 'asked', eventId };
    return [{ type: 'response.create', event_id: eventId }];
  }

  /** `isSounding`: an answer is still being heard, although the server may have finished it. */
  ask(text: string, isSounding: boolean): ClientEvent[] {
    this.owe();
    if (this.#turn.kind === 'cancelling') {
      const texts = [...this.#turn.texts, text].slice(-MAX_WAITING);
      this.#turn = { ...this.#turn, texts };
      return [];
    }
    return this.#turn.kind === 'free' && !isSounding ? this.#askAll([text]) : this.#cancel([text]);
  }

  stop(isSounding: boolean): ClientEvent[] {
    this.#isOwed = false;
    if (this.#turn.kind === 'cancelling') {
      this.#turn = { ...this.#turn, texts: [] };
      return [];
    }
    return this.#turn.kind === 'free' && !isSounding ? [] : this.#cancel([]);
  }

  receive(event: ServerEvent): ClientEvent[] {
    const turn = this.#turn;
    // What was said aloud is answered without being asked for, but not by a server that forgets it with the connection.
    if (isSpokenQuestion(event)) this.owe();
    if (turn.kind === 'cancelling') return this.#isAnswered(turn, event) ? this.#askAll(turn.texts) : [];
    if (event.type === 'response.created') this.#turn = { kind: 'answering', responseId: event.response.id };
    else if (event.type === 'response.done' && turn.kind === 'answering' && turn.responseId === event.response.id) {
      this.#turn = { kind: 'free' };
      // Of one that was completed the words are still on their way to the ear; of the others none will come.
      if (event.response.status !== 'completed') this.#isOwed = false;
    } else if (event.type === 'error' && turn.kind === 'asked' && turn.eventId === event.error.event_id) {
      this.#turn = { kind: 'free' };
      this.#isOwed = false;
    }
    return [];
  }

  /** The connection is gone, and with it everything that was on its way; what is owed stays owed. */
  reset(): void {
    this.#turn = { kind: 'free' };
  }

  /** Another visitor comes: nothing is owed any more. */
  forget(): void {
    this.reset();
    this.#isOwed = false;
  }

  #cancel(texts: readonly string[]): ClientEvent[] {
    this.#turn = { kind: 'cancelling', texts, isOver: this.#turn.kind === 'free' };
    return [{ type: 'response.cancel', event_id: this.#nextId() }];
  }

  #isAnswered(turn: Turn & { kind: 'cancelling' }, event: ServerEvent): boolean {
    if (event.type === 'response.done') return true;
    if (event.type === 'error') return event.error.code === 'response_cancel_not_active';
    return event.type === 'avatar.flush' && turn.isOver;
  }

  #askAll(texts: readonly string[]): ClientEvent[] {
    if (texts.length === 0) {
      this.#turn = { kind: 'free' };
      return [];
    }
    return [...texts.map(userItem), ...this.answer()];
  }

  #nextId(): string {
    this.#sent += 1;
    return `parley_${this.#sent}`;
  }
}

type SpokenQuestion = ServerEventOf<'conversation.item.input_audio_transcription.completed'>;

/** Words that the visitor said aloud. */
export function isSpokenQuestion(event: ServerEvent): event is SpokenQuestion {
  return event.type === 'conversation.item.input_audio_transcription.completed' && event.transcript.trim() !== '';
}

const userItem = (text: string): ClientEvent => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
});

/** What an answer was, told again to a server that has forgotten it. */
const avatarItem = (text: string): ClientEvent => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] },
});

/** What a server that was restarted is told again of the conversation. */
const RETOLD_MESSAGES = 20;

/** The conversation so far, for a new session. `unasked` names the lines that will be asked in it in their own right. */
export function retold(messages: readonly Message[], unasked: ReadonlySet<string>): ClientEvent[] {
  return messages
    .filter(({ id, text, status }) => !unasked.has(id) && text !== '' && status !== 'lost')
    .slice(-RETOLD_MESSAGES)
    .map(({ role, text }) => (role === 'user' ? userItem(text) : avatarItem(text)));
}
