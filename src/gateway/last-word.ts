/** Why a connection was closed over a frame that breaks the rules of WebSockets: ws itself closes it without a word. */
import type WebSocket from 'ws';
import { ParleyError } from '../errors.js';

/** By ws's close codes. */
const reasons: Readonly<Record<number, { readonly error: ParleyError | null; readonly reason: string }>> = {
  1002: { error: null, reason: 'a frame breaks the WebSocket protocol' },
  1007: { error: new ParleyError('invalid_json', 'The text is not UTF-8.'), reason: 'the text is not UTF-8' },
  1008: { error: new ParleyError('too_fast', 'The message comes in too many pieces.'), reason: 'too_fast' },
  1009: { error: new ParleyError('message_too_big'), reason: 'message_too_big' },
};

/**
 * Has every such connection closed with a reason, after `tell` was called with what the caller did wrong. Null errors
 * are those of a client that breaks the protocol itself: it has no place where it would read an event.
 */
export function explainClosing(socket: WebSocket, tell: (error: ParleyError) => void): void {
  const close = socket.close.bind(socket);
  socket.close = (code, reason) => {
    const known = code === undefined || reason !== undefined ? undefined : reasons[code];
    // ws asks again when the connection is closing already.
    if (known === undefined || socket.readyState !== socket.OPEN) return close(code, reason);
    if (known.error !== null) tell(known.error);
    close(code, known.reason);
  };
}
