/**
 * One caller's session: reads what the caller says, one message after the other, and answers each. The conversation's
 * state is in the history and on the floor; here is only which message leads where.
 */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import type { Logger } from 'pino';
import { msToSamples, pcmFromBase64 } from '../audio/pcm.js';
import { asParleyError, errorBody, ParleyError } from '../errors.js';
import type { Caller } from '../protocol/caller.js';
import type { ClientEvent } from '../protocol/client-events.js';
import type { Item, ItemInput } from '../protocol/items.js';
import type { ResponseOverrides, SessionSettings } from '../protocol/session.js';
import { createFloor, type Floor } from './floor.js';
import { createHistory, type History } from './history.js';
import type { House } from './house.js';
import { newId } from './ids.js';
import { shownItem } from './items.js';
import { type Listening, listen } from './listening.js';
import { planResponse } from './plan.js';
import { defaultSettings, updatedSettings } from './settings.js';

/** Bytes in a second of audio. */
const SECOND = msToSamples(1000) * 2;

/** The one state of a session; everything in it but the settings looks after itself. */
interface Session {
  readonly house: House;
  readonly caller: Caller;
  readonly history: History;
  readonly floor: Floor;
  /** Null: the server has no recogniser. */
  listening: Listening | null;
  readonly voices: ReadonlySet<string>;
  readonly log: Logger;
  settings: SessionSettings;
  responses: number;
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
      else await hearAll(session, null, () => incoming.media.pcm);
    }
  } catch (thrown) {
    if (!caller.gone.aborted) throw thrown;
  } finally {
    log.info('session closed');
  }
}

function openSession(caller: Caller, house: House): Session {
  const { engines, hearing, instructions, voice, now } = house;
  const id = newId('sess');
  const log = house.log.child({ session: id });
  const history = createHistory();
  const floor = createFloor({ caller, engines, history, log, now, session: caller.gone });
  const hears = hearing !== null;
  const session: Session = {
    house,
    caller,
    history,
    floor,
    log,
    listening: null,
    voices: new Set(house.voices),
    settings: defaultSettings({ id, model: caller.model, instructions, voice, hears, nowMs: Date.now() }),
    responses: 0,
    toldDeaf: false,
  };
  if (hearing === null) return session;
  session.listening = listen({
    hearing,
    caller,
    history,
    floor,
    settings: () => session.settings,
    answer: (spokenAt) => void obey(session, null, () => answer(session, {}, spokenAt)),
    answers: () => session.responses,
    log,
    now,
    session: caller.gone,
  });
  session.listening.follow(session.settings.audio.input.turn_detection);
  return session;
}

function greet({ caller, settings, house }: Session): void {
  caller.send({ type: 'session.created', session: settings });
  if (house.avatar !== null) caller.send({ type: 'avatar.announced', avatar: house.avatar.announcement });
  caller.send({ type: 'avatar.state', state: 'idle', response_id: null });
}

async function obeyEvent(session: Session, event: ClientEvent): Promise<void> {
  const eventId = event.event_id ?? null;
  if (event.type === 'input_audio_buffer.append') await hearAll(session, eventId, () => pcmFromBase64(event.audio));
  else obey(session, eventId, () => dispatch(session, event));
}

/** A second at a time: one message may hold minutes, and everybody else gets a turn in between. */
async function hearAll(session: Session, eventId: string | null, audio: () => Uint8Array): Promise<void> {
  let pcm: Uint8Array = new Uint8Array(0);
  let goesOn = obey(session, eventId, () => {
    pcm = audio();
    hear(session, pcm.subarray(0, SECOND));
  });
  for (let at = SECOND; goesOn && at < pcm.byteLength && !session.caller.gone.aborted; at += SECOND) {
    await turnOfTheLoop();
    goesOn = obey(session, eventId, () => hear(session, pcm.subarray(at, at + SECOND)));
  }
}

/** Does what one message asks; a wrong one is answered with an error that names it, and changes nothing. */
function obey(session: Session, eventId: string | null, act: () => void): boolean {
  try {
    act();
    return true;
  } catch (thrown) {
    const error = asParleyError(thrown);
    if (error.row.blame === 'server') session.log.error({ err: error }, 'a message could not be obeyed');
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
      answer(session, event.response ?? {}, null);
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

function hear(session: Session, pcm: Uint8Array): void {
  if (session.listening !== null) {
    session.listening.hear(pcm);
  } else if (!session.toldDeaf) {
    session.toldDeaf = true;
    throw new ParleyError('cannot_hear');
  }
}

function answer(session: Session, overrides: ResponseOverrides, spokenAt: number | null): void {
  const { floor, listening } = session;
  if (floor.isAnswering()) throw new ParleyError('conversation_already_has_active_response');
  const number = session.responses + 1;
  const recognised = async () => await listening?.recognised();
  floor.answer(planResponse({ ...session, recognised, number, spokenAt }, overrides));
  session.responses = number;
}

function createItem(session: Session, input: ItemInput, previousItemId: string | null | undefined): void {
  const { caller, history, listening } = session;
  const recording = recordingIn(input);
  if (recording !== null && listening === null) throw new ParleyError('cannot_hear');
  const item: Item = shownItem(input);
  const previous_item_id = history.insert(item, previousItemId);
  caller.send({ type: 'conversation.item.added', item, previous_item_id });
  caller.send({ type: 'conversation.item.done', item, previous_item_id });
  if (recording !== null) listening?.transcribe(item.id, recording);
}

/** The audio of an item that comes without its words; null if there is none, or they are there. */
function recordingIn(input: ItemInput): Uint8Array | null {
  if (input.type !== 'message' || input.role !== 'user') return null;
  const spoken = input.content.find((part) => part.type === 'input_audio' && part.audio !== undefined);
  if (spoken?.type !== 'input_audio' || spoken.audio === undefined || typeof spoken.transcript === 'string')
    return null;
  return pcmFromBase64(spoken.audio);
}
