/** What a response.create asks for, out of its overrides, the session's settings and the conversation. */
import type { Avatar, LlmRequest, Message } from '../engines/contract.js';
import { ParleyError } from '../errors.js';
import type { Caller } from '../protocol/caller.js';
import type { Item, ReferableItem } from '../protocol/items.js';
import type { OutputModalities, ResponseOverrides, SessionSettings } from '../protocol/session.js';
import type { PlannedFace, ReplyPlan } from './begin-reply.js';
import type { Floor } from './floor.js';
import type { History } from './history.js';
import type { House, Presenter } from './house.js';
import { newId } from './ids.js';
import { shownItem, unheardAudio } from './items.js';
import type { ResponsePlan } from './response.js';
import type { ItemSink } from './response-events.js';
import type { Said } from './said.js';
import { checkToolChoice, named, toolChoiceFor, toolsFor } from './settings.js';
import { nothingSpoken, type Spoken } from './spoken.js';
import type { StandbyLines } from './thinking.js';
import { checkVoice, speechFor, type Voices } from './voices.js';

export interface PlanBasis {
  readonly caller: Pick<Caller, 'pictures'>;
  readonly house: Pick<House, 'engines' | 'standby' | 'fillerAfterMs'>;
  readonly presenter: Presenter;
  readonly settings: SessionSettings;
  readonly history: History;
  readonly floor: Floor;
  readonly voices: Voices;
  /** Settles when everything that was said so far has been recognised. Does not reject. */
  readonly recognised: () => Promise<unknown>;
  /** Counts the session's responses. */
  readonly number: number;
}

type Overrides = ResponseOverrides & { input?: ReferableItem[] | undefined };

/** What an answer is asked for with. */
export interface Wish {
  readonly overrides: Overrides;
  /** What it answers; null: that was typed. */
  readonly said: Said | null;
  /** The answer itself, where it is not for a model to find. */
  readonly says?: string | null;
}

/** True for an answer to what has been said; others are made from something else, or for something else. */
export const isReply = ({ overrides }: Wish): boolean =>
  overrides.conversation !== 'none' && overrides.input === undefined;

/** `next`: what is not in the conversation yet, but will be by the time of the answer. */
export function planReply(basis: PlanBasis, { overrides, said, says = null }: Wish, next?: Message): ReplyPlan {
  const { settings, floor, house, presenter, caller } = basis;
  const output = outputFor(basis, overrides);
  const tools = overrides.tools ?? settings.tools;
  const toolChoice = overrides.tool_choice ?? settings.tool_choice;
  if (overrides.tool_choice !== undefined) checkToolChoice(toolChoice, tools, 'response.tool_choice');
  const avatar = caller.pictures === 'none' ? undefined : presenter.face?.avatar;
  const request = (messages: Message[]): LlmRequest => ({
    messages,
    tools: toolsFor(tools),
    toolChoice: toolChoiceFor(toolChoice),
    maxTokens: maxTokensFor(basis, overrides),
    presenter: presenter.id,
  });
  return {
    id: newId('resp'),
    aloud: modalitiesFor(basis, overrides)[0] === 'audio',
    said,
    llm: told(basis, overrides, request, next),
    speech: speechFor(presenter, output, basis.voices),
    face: avatar === undefined ? null : faceFor(avatar, floor, caller),
    says,
    standby: standbyFor(house, basis.number),
    spoken: nothingSpoken(),
  };
}

export function planResponse(basis: PlanBasis, wish: Wish): ResponsePlan {
  const { overrides } = wish;
  const { settings, history } = basis;
  const { voice, format } = outputFor(basis, overrides);
  const inConversation = overrides.conversation !== 'none';
  const reply = planReply(basis, wish);
  return {
    number: basis.number,
    frame: {
      conversationId: inConversation ? conversationId(settings) : null,
      modalities: modalitiesFor(basis, overrides),
      voice,
      format,
      maxTokens: maxTokensFor(basis, overrides),
      metadata: overrides.metadata ?? null,
    },
    sink: inConversation ? (spoken) => historySink(history, reply.aloud ? spoken : undefined) : null,
    reply,
  };
}

function outputFor({ settings, voices }: PlanBasis, { audio }: Overrides) {
  const output = { ...settings.audio.output, ...named(audio?.output ?? {}) };
  if (output.voice !== settings.audio.output.voice) checkVoice(output.voice, voices, 'response.audio.output.voice');
  return output;
}

/** A server without a voice answers in the one way it has, and says so in the response. */
const modalitiesFor = ({ house, settings }: PlanBasis, overrides: Overrides): OutputModalities =>
  house.engines.tts === null ? ['text'] : (overrides.output_modalities ?? settings.output_modalities);

const maxTokensFor = ({ settings }: PlanBasis, overrides: Overrides) =>
  overrides.max_output_tokens ?? settings.max_output_tokens;

function faceFor(avatar: Avatar, floor: Floor, { pictures }: PlanBasis['caller']): PlannedFace {
  // A loop that the server shows waits for the answer as soon as it knows where that begins.
  return { avatar, base: (inMs) => floor.base(avatar.frames, inMs), isForetold: pictures !== 'frames' };
}

/** Another filler each time. */
function standbyFor({ standby, fillerAfterMs }: PlanBasis['house'], number: number): StandbyLines {
  const text = standby.fillers[number % standby.fillers.length];
  const filler = text === undefined || fillerAfterMs === null ? null : { text, afterMs: fillerAfterMs };
  const { apology, brokenOff, tooLong } = standby;
  return { apology, brokenOff, tooLong, filler };
}

/** One conversation a session: its id follows from the session's. */
const conversationId = (settings: SessionSettings) => settings.id.replace('sess_', 'conv_');

/** What the model is told, as soon as it is known: the items are those of now, the words of the newest may be coming. */
function told(
  { settings, history, recognised }: PlanBasis,
  { instructions = settings.instructions, input }: Overrides,
  request: (messages: Message[]) => LlmRequest,
  next: Message | undefined,
): LlmRequest | Promise<LlmRequest> {
  const context = history.snapshot(input?.map((item, index) => chosenItem(history, item, `response.input.${index}`)));
  const ask = () => request(context.messages(instructions, next));
  if (next !== undefined || context.isKnown()) return ask();
  const known = recognised().then(ask);
  // Whoever runs the plan hears of it; a plan that comes to nothing has nobody.
  known.catch(() => {});
  return known;
}

function chosenItem(history: History, item: ReferableItem, param: string): Item | string {
  if (item.type === 'item_reference') {
    if (history.has(item.id)) return item.id;
    throw new ParleyError('item_not_found', `No item has the id ${item.id}.`, { param });
  }
  if (unheardAudio(item) === null) return shownItem(item);
  const detail =
    'Audio is recognised in the conversation: create an item of it, and refer to that by an item_reference.';
  throw new ParleyError('invalid_value', detail, { param });
}

/** An answer stands behind what it answers, whatever has been said since. An item's place is fixed when it is added. */
function historySink(history: History, spoken: Spoken | undefined): ItemSink {
  const placed = new Map<string, { readonly item: Item; readonly previous: string | null }>();
  let behind = history.last() ?? 'root';
  return {
    added(item) {
      const isAnswer = item.type === 'message';
      const place = behind === 'root' || history.has(behind) ? behind : undefined;
      const previous = history.insert(item, place, isAnswer ? spoken : undefined);
      behind = item.id;
      placed.set(item.id, { item, previous });
      return previous;
    },
    done(item) {
      const { item: before, previous } = placed.get(item.id)!;
      const shown = history.update(before, item);
      return shown === null ? null : { item: shown, previous_item_id: previous };
    },
  };
}
