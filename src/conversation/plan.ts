/** What a response.create asks for, out of its overrides, the session's settings and the conversation. */
import type { Message } from '../engines/contract.js';
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
}

type Overrides = ResponseOverrides & { input?: ItemInput[] | undefined };

export function planResponse(basis: PlanBasis, overrides: Overrides, number: number): ResponsePlan {
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
  return {
    number,
    frame: {
      id: newId('resp'),
      conversationId: inConversation ? conversationId(settings) : null,
      modalities,
      voice: output.voice,
      format: output.format,
      maxTokens,
      metadata: overrides.metadata ?? null,
    },
    llm: {
      messages: messages(basis, overrides),
      tools: toolsFor(overrides.tools ?? settings.tools),
      toolChoice: toolChoiceFor(overrides.tool_choice ?? settings.tool_choice),
      maxTokens,
    },
    speed: output.speed,
    face: avatar === undefined ? null : { avatar, base: () => floor.base(avatar.frames) },
    sink: inConversation ? historySink(basis.history, modalities[0] === 'audio' ? spoken : undefined) : null,
    spoken,
  };
}

/** One conversation a session: its id follows from the session's. */
const conversationId = (settings: SessionSettings) => settings.id.replace('sess_', 'conv_');

function messages({ settings, history }: PlanBasis, overrides: Overrides): Message[] {
  const instructions = overrides.instructions ?? settings.instructions;
  if (overrides.input === undefined) return history.messages(instructions);
  const aside = createHistory();
  for (const item of overrides.input) aside.insert(shownItem(item));
  return aside.messages(instructions);
}

/** Answers go to the end of the conversation; an item's place is fixed when it is added. */
function historySink(history: History, spoken: Spoken | undefined): ItemSink {
  const before = new Map<string, string | null>();
  return {
    added(item) {
      const isAnswer = item.type === 'message';
      const previous = history.insert(item, undefined, isAnswer ? spoken : undefined);
      before.set(item.id, previous);
      return previous;
    },
    done(item) {
      history.update(item);
      return before.get(item.id) ?? null;
    },
  };
}
