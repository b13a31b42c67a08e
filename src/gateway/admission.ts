/**
 * Whether one more caller can come in. A caller too many makes everybody's answers late, so the door shuts before that: at
 * a number of callers that the operator knows to be enough, and when the process can be seen to fall behind.
 */
import { ParleyError } from '../errors.js';

export interface Admission {
  readonly maxSessions: number;
  /** Whether this process is behind with its work. */
  readonly isLate: () => boolean;
  /** Counts who was sent away. */
  readonly onRefused: (reason: 'full' | 'late') => void;
}

/** Fewer callers than this are not what makes a process late: something else on the machine does, and they can be served. */
const FEW = 8;

/** Throws at_capacity. */
export function admitOneMore(sessions: number, { maxSessions, isLate, onRefused }: Admission): void {
  if (sessions >= maxSessions) {
    onRefused('full');
    throw new ParleyError('at_capacity');
  }
  if (sessions >= FEW && isLate()) {
    onRefused('late');
    throw new ParleyError('at_capacity', 'The server is behind with its work.');
  }
}
