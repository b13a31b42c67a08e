import pino from 'pino';
import { describe, expect, it } from 'vitest';
import type { LlmEvent, LlmRequest, Message } from '../../src/engines/contract.js';
import { scriptedLlm } from '../../src/engines/llm/scripted.js';
import type { Persona } from '../../src/persona.js';
import { personaOf } from './persona-fixture.js';

const MORNING = new Date(2026, 10, 20, 10, 42);

interface Setting {
  readonly persona: Persona;
  readonly now: Date;
  readonly isStandIn: boolean;
}

/** A conversation in which the engine is given nothing but the messages. */
function conversation({ persona = personaOf(), now = MORNING, isStandIn = false }: Partial<Setting> = {}) {
  const engine = scriptedLlm({ persona, now: () => now, isStandIn, pace: 0 });
  const messages: Message[] = [];
  async function events(request: Partial<LlmRequest> = {}): Promise<LlmEvent[]> {
    const found: LlmEvent[] = [];
    const whole = { messages, tools: [], toolChoice: 'auto', maxTokens: 'inf', presenter: null, ...request } as const;
    const context = { signal: new AbortController().signal, log: pino({ level: 'silent' }), turn: 't' };
    for await (const event of engine.run(whole, context)) found.push(event);
    return found;
  }
  async function answer(): Promise<string> {
    const found = await events();
    return found.flatMap((event) => (event.kind === 'text' ? [event.text] : [])).join('');
  }
  return {
    messages,
    events,
    /** The caller has been silent for long. */
    async wait(): Promise<string> {
      messages.push({ role: 'user', text: '', silent: true });
      const said = await answer();
      messages.push({ role: 'assistant', text: said });
      return said;
    },
    async ask(text?: string): Promise<string> {
      if (text !== undefined) messages.push({ role: 'user', text });
      const said = await answer();
      messages.push({ role: 'assistant', text: said });
      return said;
    },
    /** The caller hears only this much of the answer; it must be the beginning of it. */
    async askAndCut(text: string, heard: string): Promise<void> {
      messages.push({ role: 'user', text });
      expect((await answer()).startsWith(heard)).toBe(true);
      messages.push({ role: 'assistant', text: heard, interrupted: true });
    },
  };
}

const FIRST = 'A door stood open. Nobody came through it, though many had been asked, and so it closed. That is all.';
const SECOND = 'A key was lost. It was in the lock.';

describe('answers', () => {
  it('greet when nobody has spoken, by the clock and not always alike', async () => {
    const greetings = [42, 43].map((minute) => conversation({ now: new Date(2026, 10, 20, 10, minute) }).ask());
    expect((await Promise.all(greetings)).toSorted()).toEqual([
      'Good morning. I am Otto.',
      'Welcome. My name is Otto.',
    ]);
    expect(await conversation({ now: new Date(2026, 10, 20, 19, 42) }).ask()).toBe('Good evening. I am Otto.');
  });

  it('greet with another greeting when the first was said', async () => {
    const { ask } = conversation();
    expect(await ask()).not.toBe(await ask());
  });

  it('fill in the time and the date', async () => {
    expect(await conversation().ask('what time is it')).toMatch(/^It is 10:42 on Friday,? 20 November 2026\.$/);
  });

  it('fall back, differently each time, when nothing fits', async () => {
    const { ask } = conversation();
    expect(await ask('purple elephants')).toBe('I only know doors.');
    expect(await ask('purple elephants')).toBe('Ask me about doors.');
  });

  it('leave open what they do not know where they stand in for a model, and tell who was not understood', async () => {
    const standing = conversation({ isStandIn: true });
    expect(await standing.ask('Tell me a story')).toBe(FIRST);
    await expect(standing.ask('What is the capital of Peru?')).rejects.toMatchObject({ code: 'no_answer' });
    expect(await conversation({ isStandIn: true }).ask('')).toBe('I only know doors.');
  });

  it('speak to a caller who is silent, differently each time, and do not lose the thread', async () => {
    const { ask, wait } = conversation({ persona: { ...personaOf(), silence: ['Are you there?', 'I wait.'] } });
    await ask('tell me a story');
    expect([await wait(), await wait()]).toEqual(['Are you there?', 'I wait.']);
    expect(await ask('another one')).toBe(SECOND);
  });

  it('fall back for a silent caller if the persona has nothing to say to one', async () => {
    expect(await conversation().wait()).toBe('I only know doors.');
  });

  it('ignore instructions, which a script cannot follow', async () => {
    const { ask, messages } = conversation();
    messages.push({ role: 'system', text: 'Say only the word banana.' });
    expect(await ask('who are you')).toBe('I am Otto, and I look after the door.');
  });

  it('put together what a caller said in two turns without an answer', async () => {
    const { ask, messages } = conversation();
    messages.push({ role: 'user', text: 'tell me another' });
    expect(await ask('story')).toBe(FIRST);
  });

  it('come in pieces of about a word, spaces and all', async () => {
    const { events, messages } = conversation();
    messages.push({ role: 'user', text: 'who are you' });
    const pieces = (await events()).flatMap((event) => (event.kind === 'text' ? [event.text] : []));
    expect(pieces).toEqual(['I', ' am', ' Otto,', ' and', ' I', ' look', ' after', ' the', ' door.']);
  });
});

describe('sequences', () => {
  it('tell what was not told yet, say when that is over, and begin again', async () => {
    const { ask } = conversation();
    expect(await ask('tell me a story')).toBe(FIRST);
    expect(await ask('another one')).toBe(SECOND);
    expect(await ask('who are you')).toContain('Otto');
    expect(await ask('another one')).toBe('I only know doors.');
    expect(await ask('tell me a story')).toBe('I have only those two.');
    expect(await ask('more')).toBe(FIRST);
  });

  it('keep a follow-up open over an aside and a misunderstanding', async () => {
    const { ask } = conversation();
    await ask('tell me a story');
    expect(await ask('thank you')).toBe('Not at all.');
    expect(await ask('say that again')).toBe('I said, Not at all.');
    expect(await ask('purple elephants')).toBe('I only know doors.');
    expect(await ask('another one')).toBe(SECOND);
  });
});

describe('going on', () => {
  it('picks up at the start of the broken sentence', async () => {
    const { ask, askAndCut } = conversation();
    await askAndCut('tell me a story', 'A door stood open. Nobody came');
    expect(await ask('go on')).toBe(`So. ${FIRST.slice(FIRST.indexOf('Nobody'))}`);
    expect(await ask('go on')).toBe('That was all.');
  });

  it('picks up at the clause if the sentence is long', async () => {
    const { ask, askAndCut } = conversation();
    const long = `${'The door was red and heavy and old and loud and it stood where it always stood'}, and then it rained. End.`;
    const persona = personaOf({
      script: { intents: [{ id: 'a', phrases: ['begin'], answers: [long] }, ...personaOf().script.intents] },
    });
    const talk = conversation({ persona });
    await talk.askAndCut('begin', long.slice(0, long.indexOf('it rained')));
    expect(await talk.ask('go on')).toBe('So. And then it rained. End.');
    await askAndCut('tell me a story', 'A door stood open. ');
    expect(await ask('go on')).toBe(`So. ${FIRST.slice(FIRST.indexOf('Nobody'))}`);
  });

  it('works again when the continuation was cut off too', async () => {
    const { ask, askAndCut } = conversation();
    await askAndCut('tell me a story', 'A door stood');
    await askAndCut('go on', 'So. A door stood open. Nobody came through it, though ma');
    await askAndCut('continue', 'So. ');
    expect(await ask('go on')).toBe(`So. ${FIRST.slice(FIRST.indexOf('Nobody'))}`);
  });

  it('still works after another question, and finds the answer that is named', async () => {
    const { ask, askAndCut } = conversation();
    await askAndCut('tell me a story', 'A door stood open. Nobody');
    await askAndCut('tell me a proverb', 'Doors have');
    expect(await ask('what time is it')).toContain('10:42');
    expect(await ask('continue the story')).toBe(`So. ${FIRST.slice(FIRST.indexOf('Nobody'))}`);
    expect(await ask('go on')).toBe('So. Doors have hinges. People have excuses.');
  });

  it('goes on with the next number of a count', async () => {
    const { ask, askAndCut } = conversation();
    await askAndCut('count to 6', 'Gladly. 1, 2, 3,');
    expect(await ask('go on')).toBe('So. 4, 5, 6.');
  });

  it('says everything if nothing of it was heard', async () => {
    const { ask, askAndCut } = conversation();
    await askAndCut('tell me a story', '');
    expect(await ask('go on')).toBe(`So. ${FIRST}`);
  });

  it('goes on with an answer that the token limit cut', async () => {
    const { ask, messages } = conversation();
    messages.push({ role: 'user', text: 'tell me a story' }, { role: 'assistant', text: 'A door stood open.' });
    expect(await ask('go on')).toBe(`So. ${FIRST.slice(FIRST.indexOf('Nobody'))}`);
  });

  it('has an answer when there is nothing to go on with', async () => {
    expect(await conversation().ask('go on')).toBe('That was all.');
  });
});

describe('repeating', () => {
  it('says the last answer again, whole, and not its own words with it', async () => {
    const { ask, askAndCut } = conversation();
    expect(await ask('say that again')).toBe('I said nothing yet.');
    await askAndCut('tell me a story', 'A door stood');
    expect(await ask('say that again')).toBe(`I said, ${FIRST}`);
    expect(await ask('say that again')).toBe(`I said, ${FIRST}`);
  });
});

describe('counting', () => {
  it.each([
    ['count to 3', 'Gladly. 1, 2, 3.'],
    ['count to four', 'Gladly. 1, 2, 3, 4.'],
    ['count', 'To what?'],
    ['count to 0', 'To what?'],
    ['count to 1000000000', 'To what?'],
  ])('%s', async (said, answer) => {
    expect(await conversation().ask(said)).toBe(answer);
  });
});

describe('tools', () => {
  const tools = [{ name: 'get_weather' }];
  const said: Message = { role: 'user', text: 'what is the weather like' };
  const call: Message = {
    role: 'tool_call',
    callId: 'call_scripted_1',
    name: 'get_weather',
    arguments: '{"place":"here"}',
  };

  it('are called if they are offered', async () => {
    const { events, messages } = conversation();
    messages.push(said);
    expect(await events({ tools })).toMatchObject([
      { kind: 'tool_call', callId: 'call_scripted_1', name: 'get_weather', arguments: '{"place":"here"}' },
      { kind: 'usage' },
    ]);
    expect(await events({ tools, toolChoice: { name: 'get_weather' } })).toMatchObject([{ kind: 'tool_call' }, {}]);
  });

  it.each<Partial<LlmRequest>>([
    {},
    { tools: [{ name: 'other' }] },
    { tools, toolChoice: 'none' },
    { tools, toolChoice: { name: 'other' } },
  ])('are not called otherwise: %j', async (request) => {
    const { events, messages } = conversation();
    messages.push(said);
    const found = await events(request);
    expect(found.some((event) => event.kind === 'tool_call')).toBe(false);
    expect(found[0]).toEqual({ kind: 'text', text: 'I' });
  });

  it.each([
    ['"mild"', 'I looked. It is mild.'],
    ['12', 'I looked. It is 12.'],
    ['rain later', 'I looked. It is rain later.'],
  ])('give %s to speak of', async (output, answer) => {
    const { ask, messages } = conversation();
    messages.push(said, call, { role: 'tool_result', callId: 'call_scripted_1', output });
    expect(await ask()).toBe(answer);
    expect(await ask('say that again')).toBe(`I said, ${answer}`);
  });

  it('get a new call id each time', async () => {
    const { events, messages } = conversation();
    messages.push(said, call, { role: 'tool_result', callId: 'call_scripted_1', output: '1' }, said);
    expect((await events({ tools }))[0]).toMatchObject({ callId: 'call_scripted_2' });
  });
});
