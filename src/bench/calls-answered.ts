/** The caller's functions: every call of an answer is answered as soon as that answer is done, and the next one asked for. */
import type { ClientEvent } from '../protocol/client-events.js';
import type { ServerEvent } from '../protocol/server-events.js';
import type { ScenarioTool } from './scenario.js';

export function offered(tools: readonly ScenarioTool[]) {
  return tools.map(({ name, description }) => ({
    type: 'function' as const,
    name,
    ...(description === undefined ? {} : { description }),
    parameters: { type: 'object', properties: {} },
  }));
}

/** What is to be sent when this has come. */
export function answersTo(event: ServerEvent, tools: readonly ScenarioTool[]): ClientEvent[] {
  if (event.type !== 'response.done' || event.response.status !== 'completed') return [];
  const outputs = event.response.output.flatMap((item): ClientEvent[] => {
    if (item.type !== 'function_call') return [];
    const output = tools.find(({ name }) => name === item.name)?.output ?? 'There is no such function.';
    return [
      { type: 'conversation.item.create', item: { type: 'function_call_output', call_id: item.call_id, output } },
    ];
  });
  return outputs.length === 0 ? [] : [...outputs, { type: 'response.create' }];
}
