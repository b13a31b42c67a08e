/**
 * One caller's session: reads what the caller says, one message after the other, and answers each. The conversation's
 * state is in the history and on the floor; here is only which message leads where.
 */
import type { Logger } from 'pino';
import { asParleyError, errorBody, ParleyError } from '../errors.js';
import type { Caller } from '../protocol/caller.js';
import type { ClientEvent } from '../protocol/client-events.js';
import type { Item, ItemInput } from '../protocol/items.js';
import type { SessionSettings } from '../protocol/session.js';
import { createFloor, type Floor } from './floor.js';
import { createHistory, type History } from './history.js';
import type { House } from './house.js';
import { newId } from './ids.js';
import { shownItem } from './items.js';
import { planResponse } from './plan.js';
import { defaultSettings, updatedSettings } from './settings.js';

/** The one state of a session; everything in it but the settings looks after itself. */
interface Session {
  readonly house: House;
  readonly caller: Caller;
  readonly history: History;
  readonly floor: Floor;
  readonly voices: ReadonlySet<string>;
  settings: SessionSettings;
  responses: number;
}

/** Serves the caller until it has gone. */
export async function runSession(caller: Caller, house: House): Promise<void> {
  const id = newId('sess');
  const log = house.log.child({ session: id });
  const history = createHistory();
  const session: Session = {
    house,
    caller,
    history,
    floor: createFloor({ caller, engines: house.engines, history, log, now: house.now, session: caller.gone }),
    voices: new Set(house.voices),
    settings: defaultSettings({
      id,
      model: caller.model,
      instructions: house.instructions,
      voice: house.voice,
      nowMs: Date.now(),
    }),
    responses: 0,
  };
  log.info({ caller: caller.id }, 'session opened');
  greet(session);
  try {
    for await (const incoming of caller.incoming) {
      if (incoming.kind === 'event') obey(session, incoming.event, log);
      else refuse(session, new ParleyError('not_available_yet', 'This server does not listen to audio.'), null);
    }
  } catch (thrown) {
    if (!caller.gone.aborted) throw thrown;
  } finally {
    log.info('session closed');
  }
}

function greet({ caller, settings, house }: Session): void {
  caller.send({ type: 'session.created', session: settings });
  if (house.avatar !== null) caller.send({ type: 'avatar.announced', avatar: house.avatar.announcement });
  caller.send({ type: 'avatar.state', state: 'idle', response_id: null });
}

/** Does what one event asks; a wrong one is answered with an error that names it, and changes nothing. */
function obey(session: Session, event: ClientEvent, log: Logger): void {
  try {
    dispatch(session, event);
  } catch (thrown) {
    const error = asParleyError(thrown);
    if (error.row.blame === 'server') log.error({ err: error, event: event.type }, 'event failed');
    refuse(session, error, event.event_id ?? null);
  }
}

function refuse({ caller }: Session, error: ParleyError, eventId: string | null): void {
  caller.send({ type: 'error', error: errorBody(error, eventId) });
}

function dispatch(session: Session, event: ClientEvent): void {
  const { caller, history, floor } = session;
  switch (event.type) {
    case 'session.update': {
      const rules = { voices: session.voices, hasSpoken: floor.hasSpoken() };
      session.settings = updatedSettings(session.settings, event.session, rules);
      caller.send({ type: 'session.updated', session: session.settings });
      return;
    }
    case 'conversation.item.create':
      createItem(session, event.item, event.previous_item_id);
      return;
    case 'conversation.item.retrieve':
      caller.send({ type: 'conversation.item.retrieved', item: history.get(event.item_id) });
      return;
    case 'conversation.item.delete':
      history.remove(event.item_id);
      caller.send({ type: 'conversation.item.deleted', item_id: event.item_id });
      return;
    case 'conversation.item.truncate':
      floor.truncate(event.item_id, event.audio_end_ms);
      return;
    case 'response.create':
      if (floor.isAnswering()) throw new ParleyError('conversation_already_has_active_response');
      session.responses += 1;
      floor.answer(planResponse(session, event.response ?? {}, session.responses));
      return;
    case 'response.cancel':
    case 'output_audio_buffer.clear': {
      const responseId = event.type === 'response.cancel' ? event.response_id : null;
      if (!floor.interrupt('client_cancelled', responseId)) throw new ParleyError('response_cancel_not_active');
      return;
    }
    case 'avatar.playback':
      floor.report(event);
      return;
    case 'input_audio_buffer.append':
    case 'input_audio_buffer.commit':
    case 'input_audio_buffer.clear':
      throw new ParleyError('not_available_yet', 'This server does not listen to audio; send text items instead.');
  }
}

function createItem({ caller, history }: Session, input: ItemInput, previousItemId: string | null | undefined): void {
  const item: Item = shownItem(input);
  const previous_item_id = history.insert(item, previousItemId);
  caller.send({ type: 'conversation.item.added', item, previous_item_id });
  caller.send({ type: 'conversation.item.done', item, previous_item_id });
}
