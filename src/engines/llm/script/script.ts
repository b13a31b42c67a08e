/** A persona made ready to answer: its lines in lists, and the matcher over its phrases. */
import type { Intent, Persona } from '../../../persona.js';
import { createMatcher, type Matcher } from './matcher.js';
import type { Line } from './telling.js';

export interface Script {
  readonly persona: Persona;
  readonly matcher: Matcher;
  intent(id: string): Intent | undefined;
  /** The intent that asks for this tool. */
  intentOfTool(name: string): Intent | undefined;
  readonly lines: readonly Line[];
  list(name: string): readonly Line[];
}

export function createScript(persona: Persona): Script {
  const lists = new Map<string, Line[]>();
  const put = (list: string, texts: readonly string[], intent?: string) => {
    const named = texts.map((text) => text.replaceAll('{name}', persona.name));
    lists.set(
      list,
      named.map((text, variant) => ({ list, variant, text, ...(intent === undefined ? {} : { intent }) })),
    );
  };
  put('greeting', persona.greeting);
  put('fallback', persona.fallback);
  put('silence', persona.silence ?? []);
  for (const { id, answers, allTold, otherwise } of persona.script.intents) {
    put(`${id}.answers`, [...(answers ?? []), ...(allTold === undefined ? [] : [allTold])], id);
    put(`${id}.otherwise`, otherwise ?? [], id);
  }

  const intents = new Map(persona.script.intents.map((intent) => [intent.id, intent]));

  return {
    persona,
    matcher: createMatcher(persona),
    intent: (id) => intents.get(id),
    intentOfTool: (name) => persona.script.intents.find((intent) => intent.tool?.name === name),
    lines: [...lists.values()].flat(),
    list: (name) => lists.get(name) ?? [],
  };
}
