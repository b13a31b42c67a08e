/** The visitor's speech as lines: begun when it is heard, filled when it is understood, taken back when it was none. */
import type { ServerEvent } from '../../src/protocol/server-events.js';

export interface SpokenLine {
  readonly id: string;
  readonly text: string;
  readonly status: 'speaking' | 'complete' | 'unclear' | 'withdrawn' | 'lost';
}

export interface SpokenLines {
  receive(event: ServerEvent): void;
  /** The lines that wait for their words get none: nobody wants them any more, or the connection took them along. */
  end(how: 'withdrawn' | 'lost'): void;
}

type Open =
  /** The visitor speaks. */
  | { readonly kind: 'heard'; readonly text: string }
  /** It was quiet again; the server has not yet said that it takes it for a turn. */
  | { readonly kind: 'stopped'; readonly text: string }
  /** Its words will come. */
  | { readonly kind: 'taken'; readonly text: string };

export function spokenLines(onLine: (line: SpokenLine) => void): SpokenLines {
  const open = new Map<string, Open>();

  const close = (id: string, status: Exclude<SpokenLine['status'], 'speaking'>, text = '') => {
    if (!open.delete(id) && status === 'withdrawn') return;
    onLine({ id, text, status });
  };

  const withdrawWhere = (isOver: (line: Open) => boolean) => {
    for (const [id, line] of [...open]) if (isOver(line)) close(id, 'withdrawn');
  };

  const move = (id: string, kind: Open['kind'], more = '') => {
    const line = { kind, text: (open.get(id)?.text ?? '') + more };
    open.set(id, line);
    onLine({ id, text: line.text, status: 'speaking' });
  };

  return {
    receive(event) {
      switch (event.type) {
        case 'input_audio_buffer.speech_started':
          // One voice at a time: what came before and was not taken for a turn is none.
          withdrawWhere(({ kind }) => kind !== 'taken');
          return move(event.item_id, 'heard');
        case 'input_audio_buffer.speech_stopped':
          return move(event.item_id, 'stopped');
        case 'input_audio_buffer.committed':
          return move(event.item_id, 'taken');
        case 'conversation.item.input_audio_transcription.delta':
          return move(event.item_id, open.get(event.item_id)?.kind ?? 'taken', event.delta);
        case 'conversation.item.input_audio_transcription.completed': {
          const text = event.transcript.trim();
          return close(event.item_id, text === '' ? 'unclear' : 'complete', text);
        }
        case 'conversation.item.input_audio_transcription.failed':
          return close(event.item_id, 'unclear');
        case 'input_audio_buffer.cleared':
        case 'avatar.resume':
          return withdrawWhere(({ kind }) => kind !== 'taken');
        case 'avatar.state':
          if (event.state === 'idle' || event.state === 'speaking') withdrawWhere(({ kind }) => kind === 'stopped');
      }
    },
    end(how) {
      for (const [id, { text }] of [...open]) close(id, how, how === 'lost' ? text : '');
    },
  };
}
