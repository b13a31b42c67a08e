import { expect, it } from 'vitest';
import type { LlmEvent } from '../../src/engines/contract.js';
import { scriptedLlm } from '../../src/engines/llm/scripted.js';
import { loadPersona } from '../../src/persona.js';
import { presentedBy, presenterName } from '../../src/persona-presenters.js';
import { silentLog } from '../fixtures/engines.js';
import { folderWith, personaOf, SMALL } from './persona-fixture.js';

const presenters = { emil: { name: 'Emil', voice: 'ben', answers: { who: ['I am {name}, his brother.'] } } };
const persona = personaOf({ presenters, instructions: 'You are {name}, a doorman.', voice: 'ada' });

it('gives the persona the name, the voice and the answers of whoever presents it', () => {
  const emil = presentedBy(persona, 'emil');
  expect(emil).toMatchObject({ name: 'Emil', voice: 'ben', instructions: 'You are Emil, a doorman.' });
  const answersOf = ({ script }: typeof emil, id: string) => script.intents.find((one) => one.id === id)?.answers;
  expect(answersOf(emil, 'who')).toEqual(['I am {name}, his brother.']);
  expect(answersOf(emil, 'clock')).toEqual(answersOf(persona, 'clock'));
});

it.each([null, 'ada', 'constructor'])('leaves it as it is with %s, of whom it says nothing', (avatar) => {
  const played = presentedBy(persona, avatar);
  expect(played).toEqual({ ...persona, instructions: 'You are Otto, a doorman.' });
});

it('names the avatars as the persona does, and others by their own names', () => {
  const named = (id: string) => presenterName({ ...persona, avatar: 'ada' }, { id, name: 'Itself' });
  expect(['ada', 'emil', 'constructor'].map(named)).toEqual(['Otto', 'Emil', 'Itself']);
});

it('lets the scripted model answer as whoever presents', async () => {
  const llm = scriptedLlm({ persona, now: () => new Date(0), pace: 0 });
  const context = { signal: new AbortController().signal, log: silentLog, turn: 'resp_test' };
  const say = async (presenter: string | null) => {
    const messages = [{ role: 'user', text: 'Who are you?' }] as const;
    const request = { messages, tools: [], toolChoice: 'auto', maxTokens: 'inf', presenter } as const;
    const events: LlmEvent[] = [];
    for await (const event of llm.run(request, context)) events.push(event);
    return events.map((event) => (event.kind === 'text' ? event.text : '')).join('');
  };
  expect(await say('emil')).toBe('I am Emil, his brother.');
  expect(await say('ada')).toBe('I am Otto, and I look after the door.');
  expect(await say(null)).toBe('I am Otto, and I look after the door.');
});

it.each([
  [{ nobody: ['Hm.'] }, /presenters\.emil\.answers\.nobody: there is no intent "nobody" with answers/],
  [{ more: ['Hm.'] }, /presenters\.emil\.answers\.more: there is no intent "more" with answers/],
  [{ saying: ['{number} doors.'] }, /presenters\.emil\.answers\.saying: needs an otherwise/],
  [{ who: ['I am {nobody}.'] }, /presenters\.emil\.answers\.who\[0\]: \{nobody\} is not known here/],
])('names the line of a mistake in %j', async (answers, reason) => {
  const text = JSON.stringify({ ...SMALL, presenters: { emil: { name: 'Emil', answers } } }, null, 2);
  const folder = await folderWith({ 'x.json': text });
  await expect(loadPersona(`${folder}/x.json`)).rejects.toMatchObject({
    code: 'bad_persona',
    message: expect.stringMatching(reason),
  });
});
