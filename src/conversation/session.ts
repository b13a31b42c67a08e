/**
 * One caller's session: reads what the caller says, one message after the other, and answers each. The conversation's
 * state is in the history and on the floor; here is only which message leads where.
 */
import { type Encoded, encodedFromBase64, type Sound } from '../audio/encoding.js';
import { asParleyError, errorBody, ParleyError } from '../errors.js';
import type { Caller } from '../protocol/caller.js';
import type { ClientEvent } from '../protocol/client-events.js';
import type { AvatarState } from '../protocol/server-events.js';
import { createAllowance } from './allowance.js';
import { createAsides } from './asides.js';
import { createItem } from './create-item.js';
import { createEnding } from './ending.js';
import { createFloor } from './floor.js';
import { createForesight } from './foresight.js';
import { answer, bidFarewell, foresee } from './giving.js';
import { greet } from './greet.js';
import { createHistory } from './history.js';
import { type House, presenterFor } from './house.js';
import { newId } from './ids.js';
import { hearInSeconds } from './in-seconds.js';
import { listen } from './listening.js';
import type { Session } from './session-state.js';
import { firstSettings, updatedSettings } from './settings.js';
import { speechFor, voicesOf } from './voices.js';

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
  const scope = { id, gone: caller.gone };
  const allowance = createAllowance(house.limits, engines, now);
  const tools = { caller, engines: allowance.engines, log, now, scope };
  const foresight = createForesight({ ...tools, speculation: house.speculation, session: caller.gone });
  const onState = (state: AvatarState) => {
    session.listening?.rests(state === 'idle' && floor.hasSpoken());
    if (state === 'idle') session.ending.rests();
  };
  const floor = createFloor({
    caller,
    observer: engines.observer,
    begin: foresight.begin,
    log,
    now,
    history,
    pictures: presenter.face?.pictures ?? null,
    session: caller.gone,
    spokenSince: () => session.listening?.spokenSince() ?? null,
    onState,
  });
  const session: Session = {
    house,
    presenter,
    caller,
    history,
    floor,
    foresight,
    asides: createAsides(tools, caller.gone),
    allowance,
    ending: createEnding({
      allowance,
      minutes: house.limits.minutes,
      caller,
      floor,
      bid: () => bidFarewell(session),
      tell: (error) => refuse(session, error, null),
    }),
    log,
    listening: null,
    voices: voicesOf(house),
    settings: firstSettings({ ...house, presenter }, caller.model, caller.settings, id),
    responses: 0,
    replies: 0,
    wish: null,
    toldDeaf: false,
  };
  const speech = speechFor(presenter, session.settings.audio.output, session.voices);
  if (session.settings.output_modalities[0] === 'audio') engines.tts?.prepare?.(speech, scope);
  if (presenter.face !== null) engines.face?.prepare?.(presenter.face.avatar);
  engines.llm.warm?.(scope);
  hearing?.stt.warm?.(scope);
  if (hearing === null) return session;
  session.listening = listen({
    hearing,
    language: house.language,
    caller,
    history,
    floor,
    settings: () => session.settings,
    answer: (wish) => void obey(session, null, () => answer(session, wish)),
    foresee: (wish, next, dueAt) => foresee(session, wish, next, dueAt),
    unforeseen: foresight.forget,
    manner: { speculates: house.speculation !== 'off', interrupting: house.interrupting },
    answers: () => session.replies,
    wish: () => session.wish,
    log,
    now,
    session: caller.gone,
  });
  session.listening.follow(session.settings.audio.input.turn_detection);
  return session;
}

async function obeyEvent(session: Session, event: ClientEvent): Promise<void> {
  const eventId = event.event_id ?? null;
  const encoding = session.settings.audio.input.format.type;
  if (event.type === 'input_audio_buffer.append')
    await hearAll(session, eventId, () => encodedFromBase64(event.audio, encoding, 'audio'));
  else obey(session, eventId, () => dispatch(session, event));
}

const hearAll = (session: Session, eventId: string | null, audio: () => Encoded): Promise<void> =>
  hearInSeconds(audio, {
    hear: (sound) => hear(session, sound),
    obey: (act) => obey(session, eventId, act),
    gone: session.caller.gone,
  });

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
      createItem({ ...session, encoding: session.settings.audio.input.format.type }, event);
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
      answer(session, { overrides: event.response ?? {}, said: null });
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
