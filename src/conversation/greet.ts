/** The first events of a session (R1). */
import { errorBody, ParleyError } from '../errors.js';
import type { Caller } from '../protocol/caller.js';
import type { SessionSettings } from '../protocol/session.js';
import type { Presenter } from './house.js';

interface Opened {
  readonly caller: Pick<Caller, 'send' | 'pictures'>;
  readonly settings: SessionSettings;
  readonly presenter: Pick<Presenter, 'face'>;
}

export function greet({ caller, settings, presenter: { face } }: Opened): void {
  caller.send({ type: 'session.created', session: settings });
  if (face !== null) caller.send({ type: 'avatar.announced', avatar: face.announcement });
  caller.send({ type: 'avatar.state', state: 'idle', response_id: null });
  if (face === null && caller.pictures === 'frames') {
    caller.send({ type: 'error', error: errorBody(new ParleyError('cannot_show'), null) });
  }
}
