/** What a response.create asks for, out of its overrides, the session's settings and the conversation. */
import type { LlmRequest, Message } from '../engines/contract.js';
import type { Caller } from '../protocol/caller.js';
import type { ItemInput } from '../protocol/items.js';
import type { OutputModalities, ResponseOverrides, SessionSettings } from '../protocol/session.js';
import type { Floor } from './floor.js';
import { createHistory, type History } from './history.js';
import type { House } from './house.js';
import { newId } from './ids.js';
import { shownItem } from './items.js';
import type { ResponsePlan } from './response.js';
import type { ItemSink } from './response-events.js';
import { checkFormat, checkVoice, named, toolChoiceFor, toolsFor } from './settings.js';
import { nothingSpoken, type Spoken } from './spoken.js';

interface PlanBasis {
  readonly caller: Pick<Caller, 'takesPictures'>;
  readonly house: Pick<House, 'avatar' | 'engines'>;
  readonly settings: SessionSettings;
  readonly history: History;
  readonly floor: Floor;
  readonly voices: ReadonlySet<string>;
  /** Settles when everything that was said so far has been recognised. Does not reject. */
  readonly recognised: () => Promise<unknown>;
  /** Counts the session's responses. */
  readonly number: number;
  readonly spokenAt: number | null;
}

type Overrides = ResponseOverrides & { input?: ItemInput[] | undefined };

export function planResponse(basis: PlanBasis, overrides: Overrides): ResponsePlan {
  const { settings, floor, house } = basis;
  const output = { ...settings.audio.output, ...named(overrides.audio?.output ?? {}) };
  if (output.voice !== settings.audio.output.voice)
    checkVoice(output.voice, basis.voices, 'response.audio.output.voice');
  checkFormat(output.format, 'response.audio.output.format');
  const inConversation = overrides.conversation !== 'none';
  const avatar = basis.caller.takesPictures ? house.avatar?.avatar : undefined;
  const spoken = nothingSpoken();
  const wanted = overrides.output_modalities ?? settings.output_modalities;
  // A server without a voice answers in the one way it has, and says so in the response.
  const modalities: OutputModalities = house.engines.tts === null ? ['text'] : wanted;
  const maxTokens = overrides.max_output_tokens ?? settings.max_output_tokens;
  const request = (messages: Message[]): LlmRequest => ({
    messages,
    tools: toolsFor(overrides.tools ?? settings.tools),
    toolChoice: toolChoiceFor(overrides.tool_choice ?? settings.tool_choice),
    maxTokens,
  });
  return {
    number: basis.number,
    spokenAt: basis.spokenAt,
    frame: {
      id: newId('resp'),
      conversationId: inConversation ? conversationId(settings) : null,
      modalities,
      voice: output.voice,
      format: output.format,
      maxTokens,
      metadata: overrides.metadata ?? null,
    },
    llm: told(basis, overrides, request),
    speed: output.speed,
    face: avatar === undefined ? null : { avatar, base: () => floor.base(avatar.frames) },
    sink: inConversation ? historySink(basis.history, modalities[0] === 'audio' ? spoken : undefined) : null,
    spoken,
  };
}

/** One conversation a session: its id follows from the session's. */
const conversationId = (settings: SessionSettings) => settings.id.replace('sess_', 'conv_');

/** What the model is told, as soon as it is known: the items are those of now, the words of the newest may be coming. */
function told(
  { settings, history, recognised }: PlanBasis,
  overrides: Overrides,
  request: (messages: Message[]) => LlmRequest,
): LlmRequest | Promise<LlmRequest> {
  const instructions = overrides.instructions ?? settings.instructions;
  if (overrides.input !== undefined) return request(aside(overrides.input).snapshot()(instructions));
  const messages = history.snapshot();
  if (!history.isUnsettled()) return request(messages(instructions));
  const known = recognised().then(() => request(messages(instructions)));
  // Whoever runs the plan hears of it; a plan that comes to nothing has nobody.
  known.catch(() => {});
  return known;
}

function aside(items: readonly ItemInput[]): History {
  const history = createHistory();
  for (const item of items) history.insert(shownItem(item));
  return history;
}

/** An answer stands behind what it answers, whatever has been said since. An item's place is fixed when it is added. */
function historySink(history: History, spoken: Spoken | undefined): ItemSink {
  const before = new Map<string, string | null>();
  let behind = history.last() ?? 'root';
  return {
    added(item) {
      const isAnswer = item.type === 'message';
      const place = behind === 'root' || history.has(behind) ? behind : undefined;
      const previous = history.insert(item, place, isAnswer ? spoken : undefined);
      behind = item.id;
      before.set(item.id, previous);
      return previous;
    },
    done(item) {
      history.update(item);
      return before.get(item.id) ?? null;
    },
  };
}
