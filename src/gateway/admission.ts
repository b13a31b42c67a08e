/**
 * Whether one more caller can come in. A caller too many makes everybody's answers late, so the door shuts before that: at
 * a number of callers that the operator knows to be enough, and when the process or its engines can be seen to fall behind.
 */
import { ParleyError } from '../errors.js';

/**
 * `late`: this process is behind with its work. `busy`: it would be with one caller more. `crowded`: the engines on this
 * machine are behind with theirs.
 */
export type Overload = 'late' | 'busy' | 'crowded';

const SENTENCES: Readonly<Record<Overload, string>> = {
  late: 'The server is behind with its work.',
  busy: 'The server has as much to do as it can.',
  crowded: 'The engines of this server are behind with their work.',
};

export interface Admission {
  readonly maxSessions: number;
  /** What keeps those who are here waiting; null: nothing does. */
  readonly overload: () => Overload | null;
  /** Counts who was sent away. */
  readonly onRefused: (reason: 'full' | Overload) => void;
}

/** Fewer callers than this are not what makes a server late: something else on the machine does, and they can be served. */
const FEW = 8;

/** Throws at_capacity. */
export function admitOneMore(sessions: number, { maxSessions, overload, onRefused }: Admission): void {
  if (sessions >= maxSessions) {
    onRefused('full');
    throw new ParleyError('at_capacity');
  }
  const reason = sessions < FEW ? null : overload();
  if (reason !== null) {
    onRefused(reason);
    throw new ParleyError('at_capacity', SENTENCES[reason]);
  }
}
