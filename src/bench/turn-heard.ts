/**
 * What the server has heard of a turn, and when. A turn that was cut off has several ends and transcripts: the last that
 * belongs to it counts. What is heard while the answer that counts is made or sounds is of somebody who barges in.
 */
import type { ServerEvent } from '../protocol/server-events.js';

export interface TurnHeard {
  /** `isAnswered`: an answer has been begun, and not before all was said. */
  event(event: ServerEvent, now: number, isAnswered: boolean): void;
  readonly stoppedAt: number | null;
  readonly transcribedAt: number | null;
  /** Its pieces, one after another; null if none came. */
  readonly transcript: string | null;
}

interface Piece {
  readonly kind: 'end' | 'words';
  readonly item: string;
  readonly at: number;
  readonly text: string;
}

export function watchHeard(): TurnHeard {
  let own: readonly Piece[] = [];
  let later: readonly Piece[] = [];
  const ofKind = (kind: Piece['kind']) => {
    const all = own.filter((piece) => piece.kind === kind);
    // A server may answer before it has told of what it heard.
    return all.length > 0 ? all : later.filter((piece) => piece.kind === kind).slice(0, 1);
  };
  const add = (piece: Piece, isAnswered: boolean) => {
    // The words of an end may come when the answer to them has been begun.
    const isOwn = piece.kind === 'words' && own.some(({ kind, item }) => kind === 'end' && item === piece.item);
    if (!isAnswered || isOwn) own = [...own, piece];
    else later = [...later, piece];
  };
  return {
    event(event, now, isAnswered) {
      if (event.type === 'input_audio_buffer.speech_stopped')
        add({ kind: 'end', item: event.item_id, at: now, text: '' }, isAnswered);
      if (event.type === 'conversation.item.input_audio_transcription.completed')
        add({ kind: 'words', item: event.item_id, at: now, text: event.transcript }, isAnswered);
      if (event.type !== 'response.created') return;
      // The answer before it was taken back for what was heard since.
      own = [...own, ...later];
      later = [];
    },
    get stoppedAt() {
      return ofKind('end').at(-1)?.at ?? null;
    },
    get transcribedAt() {
      return ofKind('words').at(-1)?.at ?? null;
    },
    get transcript() {
      const words = ofKind('words');
      return words.length === 0 ? null : words.map(({ text }) => text).join(' ');
    },
  };
}
