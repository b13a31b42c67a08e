/**
 * Whose turn it is: which client events to send when the visitor asks, stops or greets. The server refuses a second
 * response while one is running, so a question that interrupts waits here until the cancel is answered. Pure: events
 * in, events out.
 */
import type { ClientEvent } from '../../src/protocol/client-events.js';
import type { ServerEvent } from '../../src/protocol/server-events.js';

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

  /** True from the question until the server has finished making the answer. */
  get isWaiting(): boolean {
    return this.#turn.kind !== 'free';
  }

  /** Asks for an answer to what the conversation holds; in an empty one the host greets. */
  answer(): ClientEvent[] {
    const eventId = this.#nextId();
    this.#turn = { kind: 'asked', eventId };
    return [{ type: 'response.create', event_id: eventId }];
  }

  /** `isSounding`: an answer is still being heard, although the server may have finished it. */
  ask(text: string, isSounding: boolean): ClientEvent[] {
    if (this.#turn.kind === 'cancelling') {
      const texts = [...this.#turn.texts, text].slice(-MAX_WAITING);
      this.#turn = { ...this.#turn, texts };
      return [];
    }
    return this.#turn.kind === 'free' && !isSounding ? this.#askAll([text]) : this.#cancel([text]);
  }

  stop(isSounding: boolean): ClientEvent[] {
    if (this.#turn.kind === 'cancelling') {
      this.#turn = { ...this.#turn, texts: [] };
      return [];
    }
    return this.#turn.kind === 'free' && !isSounding ? [] : this.#cancel([]);
  }

  receive(event: ServerEvent): ClientEvent[] {
    const turn = this.#turn;
    if (turn.kind === 'cancelling') return this.#isAnswered(turn, event) ? this.#askAll(turn.texts) : [];
    if (event.type === 'response.created') this.#turn = { kind: 'answering', responseId: event.response.id };
    else if (event.type === 'response.done' && turn.kind === 'answering' && turn.responseId === event.response.id) {
      this.#turn = { kind: 'free' };
    } else if (event.type === 'error' && turn.kind === 'asked' && turn.eventId === event.error.event_id) {
      this.#turn = { kind: 'free' };
    }
    return [];
  }

  /** The connection is gone, and with it everything that was on its way. */
  reset(): void {
    this.#turn = { kind: 'free' };
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

export const userItem = (text: string): ClientEvent => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
});

/** What an answer was, told again to a server that has forgotten it. */
export const avatarItem = (text: string): ClientEvent => ({
  type: 'conversation.item.create',
  item: { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] },
});
