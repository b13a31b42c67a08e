/**
 * One caller's session: reads what the caller says, one message after the other, and answers each. The conversation's
 * state is in the history and on the floor; here is only which message leads where.
 */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Encoded, encodedFromBase64, type Sound, secondsIn, soundOf } from '../audio/encoding.js';
import { asParleyError, errorBody, ParleyError } from '../errors.js';
import type { Caller } from '../protocol/caller.js';
import type { ClientEvent } from '../protocol/client-events.js';
import type { Item, ItemInput } from '../protocol/items.js';
import type { AvatarState } from '../protocol/server-events.js';
import type { SessionSettings } from '../protocol/session.js';
import { type Asides, createAsides, isAside } from './asides.js';
import { createFloor, type Floor } from './floor.js';
import { createHistory, type History } from './history.js';
import { type House, type Presenter, presenterFor } from './house.js';
import { newId } from './ids.js';
import { shownItem, unheardAudio } from './items.js';
import { type Listening, listen } from './listening.js';
import { isReply, planResponse, type Wish } from './plan.js';
import { firstSettings, updatedSettings } from './settings.js';

/** The one state of a session; everything in it but the settings looks after itself. */
interface Session {
  readonly house: House;
  readonly presenter: Presenter;
  readonly caller: Caller;
  readonly history: History;
  readonly floor: Floor;
  readonly asides: Asides;
  /** Null: the server has no recogniser. */
  listening: Listening | null;
  readonly voices: ReadonlySet<string>;
  readonly log: Logger;
  settings: SessionSettings;
  /** Counts what had the floor, and of that the answers to the conversation. */
  responses: number;
  replies: number;
  /** What the newest of them was asked for with. */
  wish: Wish | null;
  /** A caller whose audio nobody hears is told so once, not with every piece of it. */
  toldDeaf: boolean;
}

/** Serves the caller until it has gone. */
export async function runSession(caller: Caller, house: House): Promise<void> {
  const session = openSession(caller, house);
  const { log } = session;
  log.info({ caller: caller.id }, 'session opened');
  greet(session);
  try {
    for await (const incoming of caller.incoming) {
      if (incoming.kind === 'event') await obeyEvent(session, incoming.event);
      else await hearAll(session, null, () => ({ encoding: 'audio/pcm', bytes: incoming.media.pcm }));
    }
  } catch (thrown) {
    if (!caller.gone.aborted) throw thrown;
  } finally {
    log.info('session closed');
  }
}

function openSession(caller: Caller, house: House): Session {
  const { engines, hearing, now } = house;
  const presenter = presenterFor(house, caller.avatar);
  const id = newId('sess');
  const log = house.log.child({ session: id });
  const history = createHistory();
  const tools = { caller, engines, log, now };
  const onState = (state: AvatarState) => session.listening?.rests(state === 'idle' && floor.hasSpoken());
  const floor = createFloor({
    ...tools,
    history,
    pictures: presenter.face?.pictures ?? null,
    session: caller.gone,
    onState,
  });
  const session: Session = {
    house,
    presenter,
    caller,
    history,
    floor,
    asides: createAsides(tools, caller.gone),
    log,
    listening: null,
    voices: new Set(house.voices),
    settings: firstSettings({ ...house, presenter }, caller.model, caller.settings, id),
    responses: 0,
    replies: 0,
    wish: null,
    toldDeaf: false,
  };
  if (hearing === null) return session;
  session.listening = listen({
    hearing,
    caller,
    history,
    floor,
    settings: () => session.settings,
    answer: (wish) => void obey(session, null, () => answer(session, wish)),
    answers: () => session.replies,
    wish: () => session.wish,
    log,
    now,
    session: caller.gone,
  });
  session.listening.follow(session.settings.audio.input.turn_detection);
  return session;
}

function greet({ caller, settings, presenter: { face } }: Session): void {
  caller.send({ type: 'session.created', session: settings });
  if (face !== null) caller.send({ type: 'avatar.announced', avatar: face.announcement });
  caller.send({ type: 'avatar.state', state: 'idle', response_id: null });
  if (face === null && caller.pictures === 'frames') {
    caller.send({ type: 'error', error: errorBody(new ParleyError('cannot_show'), null) });
  }
}

async function obeyEvent(session: Session, event: ClientEvent): Promise<void> {
  const eventId = event.event_id ?? null;
  const encoding = session.settings.audio.input.format.type;
  if (event.type === 'input_audio_buffer.append')
    await hearAll(session, eventId, () => encodedFromBase64(event.audio, encoding, 'audio'));
  else obey(session, eventId, () => dispatch(session, event));
}

/** A second at a time: one message may hold minutes, and everybody else gets a turn in between. */
async function hearAll(session: Session, eventId: string | null, audio: () => Encoded): Promise<void> {
  let encoded: Encoded = { encoding: 'audio/pcm', bytes: new Uint8Array(0) };
  let goesOn = obey(session, eventId, () => {
    encoded = audio();
    hear(session, soundOf(encoded, 0));
  });
  for (let second = 1; goesOn && second < secondsIn(encoded) && !session.caller.gone.aborted; second += 1) {
    await turnOfTheLoop();
    goesOn = obey(session, eventId, () => hear(session, soundOf(encoded, second)));
  }
}

/** Does what one message asks; a wrong one is answered with an error that names it, and changes nothing. */
function obey(session: Session, eventId: string | null, act: () => void): boolean {
  try {
    act();
    return true;
  } catch (thrown) {
    const error = asParleyError(thrown);
    if (error.code === 'internal') session.log.error({ err: error }, 'a message could not be obeyed');
    else if (error.row.blame === 'server') session.log.warn({ code: error.code }, 'a message could not be obeyed');
    refuse(session, error, eventId);
    return false;
  }
}

function refuse({ caller }: Session, error: ParleyError, eventId: string | null): void {
  caller.send({ type: 'error', error: errorBody(error, eventId) });
}

function dispatch(session: Session, event: Exclude<ClientEvent, { type: 'input_audio_buffer.append' }>): void {
  const { caller, history, floor } = session;
  switch (event.type) {
    case 'session.update': {
      const rules = { voices: session.voices, hasSpoken: floor.hasSpoken(), hears: session.listening !== null };
      session.settings = updatedSettings(session.settings, event.session, rules);
      session.listening?.follow(session.settings.audio.input.turn_detection);
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
      answer(session, { overrides: event.response ?? {}, spokenAt: null });
      return;
    case 'response.cancel':
    case 'output_audio_buffer.clear': {
      const responseId = event.type === 'response.cancel' ? event.response_id : null;
      if (responseId && session.asides.cancel(responseId)) return;
      if (!floor.interrupt('client_cancelled', responseId)) throw new ParleyError('response_cancel_not_active');
      return;
    }
    case 'avatar.playback':
      floor.report(event);
      return;
    case 'input_audio_buffer.commit':
      if (session.listening === null) throw new ParleyError('cannot_hear');
      session.listening.commit();
      return;
    case 'input_audio_buffer.clear':
      session.listening?.clear();
      caller.send({ type: 'input_audio_buffer.cleared' });
      return;
  }
}

function hear(session: Session, sound: Sound): void {
  if (session.listening !== null) {
    session.listening.hear(sound);
  } else if (!session.toldDeaf) {
    session.toldDeaf = true;
    throw new ParleyError('cannot_hear');
  }
}

function answer(session: Session, wish: Wish): void {
  const { floor, asides, listening } = session;
  const number = session.responses + 1;
  const recognised = async () => await listening?.recognised();
  const plan = planResponse({ ...session, recognised, number }, wish);
  if (isAside(plan)) {
    asides.answer(plan);
  } else {
    floor.answer(plan);
    session.responses = number;
    session.wish = wish;
    if (isReply(wish)) session.replies += 1;
  }
}

function createItem(session: Session, input: ItemInput, previousItemId: string | null | undefined): void {
  const { caller, history, listening } = session;
  if (input.type === 'function_call_output' && !history.hasCall(input.call_id)) {
    const detail = `The conversation has no function call with the call_id ${input.call_id}.`;
    throw new ParleyError('invalid_tool_call_id', detail, { param: 'item.call_id' });
  }
  const encoding = session.settings.audio.input.format.type;
  const audio = unheardAudio(input);
  const recording = audio === null ? null : encodedFromBase64(audio, encoding, 'item.content');
  if (recording !== null && listening === null) throw new ParleyError('cannot_hear');
  const item: Item = shownItem(input);
  const previous_item_id = history.insert(item, previousItemId);
  caller.send({ type: 'conversation.item.added', item, previous_item_id });
  caller.send({ type: 'conversation.item.done', item, previous_item_id });
  if (recording !== null) listening?.transcribe(item.id, recording);
  listening?.renew();
}
