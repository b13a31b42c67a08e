/** What a lost connection means in plain words, and how long to wait before the next try. Pure. */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/**
 * Milliseconds before try number `attempt` (0 is the first after a loss). `random` in [0, 1) takes off up to half, so
 * that the visitors of a server that restarts do not all come back in the same moment.
 */
export function waitBefore(attempt: number, random: number): number {
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return wait * (1 - random / 2);
}

/** `code` is the WebSocket's close code; `wasOpen` says whether this connection ever worked. */
export function sayLoss(code: number, wasOpen: boolean, isOnline: boolean): string {
  if (!isOnline) return 'This device is offline.';
  switch (code) {
    case 1000:
      return 'This conversation is over.';
    case 1001:
    case 1012:
      return 'The server is restarting.';
    case 1013:
      return wasOpen ? 'The connection could not keep up.' : 'All places are taken at the moment.';
    case 1008:
      return 'The server ended the connection.';
    case 1009:
      return 'That message was too long for the server.';
    default:
      return wasOpen ? 'The connection was lost.' : 'The server cannot be reached.';
  }
}
