import { expect, it } from 'vitest';
import { steadyTts } from '../fixtures/engines.js';
import { KEY, RACHEL, SOCKET, socketStates, talk, vendor } from './vendor-elevenlabs-fixture.js';

it.each([
  ['a header', {}, { 'xi-api-key': KEY }, {}],
  ['a bearer header', {}, { authorization: `Bearer ${KEY}` }, {}],
  ['the address', { 'xi-api-key': KEY }, {}, {}],
  ['the first message', {}, {}, { 'xi-api-key': KEY }],
  ["the first message, by the types' name", {}, {}, { xi_api_key: KEY }],
] as const)('takes its key from %s', async (_, query, headers, message) => {
  const client = await talk(await vendor(), { ...SOCKET, ...query }, { ...headers });
  client.say({ text: 'Hello. ', context_id: 'a', ...message });
  await client.hear(({ audio }) => audio !== undefined);
});

it.each([
  ['a wrong header', { 'xi-api-key': 'wrong' }, {}],
  ['no key', {}, {}],
  ['a wrong key in the first message', {}, { 'xi-api-key': 'wrong' }],
])('refuses %s', async (_, headers, message) => {
  const started = await vendor();
  const client = await talk(started, SOCKET, { ...headers } as Record<string, string>);
  client.say({ text: 'Hello. ', context_id: 'a', ...message });
  expect(await client.closed).toMatchObject({ code: 1008 });
  expect(client.heard).toMatchObject([{ error: 'invalid_api_key', code: 1008 }]);
  expect(socketStates(started)).toEqual(['socket refused']);
});

it.each([
  ['an unknown voice', SOCKET, 'nobody', 'voice_id_does_not_exist'],
  ['an unknown model', { ...SOCKET, model_id: 'eleven_future' }, RACHEL, 'model_id_does_not_exist'],
  ['an unknown format', { ...SOCKET, output_format: 'flac' }, RACHEL, 'invalid_output_format'],
  ['an unknown parameter', { ...SOCKET, volume: '2' }, RACHEL, 'invalid_message'],
  ['a timeout that is too long', { ...SOCKET, inactivity_timeout: '181' }, RACHEL, 'invalid_message'],
])('refuses %s in the address', async (_, query, voice, error) => {
  const client = await talk(await vendor(), query, { 'xi-api-key': KEY }, voice);
  expect(await client.closed).toMatchObject({ code: 1008 });
  expect(client.heard).toMatchObject([{ error, code: 1008 }]);
});

it.each([
  ['what is no JSON', ['{'], 'invalid_message'],
  ['what is no object', ['[]'], 'invalid_message'],
  ['a field that it does not know', [{ text: ' ', volume: 2 }], 'invalid_message'],
  ['a field of a wrong type', [{ text: 7 }], 'invalid_message'],
  ['a schedule out of range', [{ text: ' ', generation_config: { chunk_length_schedule: [20] } }], 'invalid_message'],
  ['a style out of range', [{ text: ' ', voice_settings: { style: 2 } }], 'invalid_voice_settings'],
  [
    'settings that change',
    [
      { text: ' ', voice_settings: { speed: 1 } },
      { text: 'Hello. ', voice_settings: { speed: 1.1 } },
    ],
    'invalid_message',
  ],
  ['more text than a request may have', [{ text: 'a'.repeat(40_001) }], 'max_character_limit_exceeded'],
])('refuses %s', async (_, messages, error) => {
  const client = await talk(await vendor());
  for (const message of messages) client.say(message);
  expect(await client.closed).toMatchObject({ code: 1008 });
  expect(client.heard).toMatchObject([{ error, code: 1008 }]);
});

it('refuses a binary message', async () => {
  const client = await talk(await vendor());
  client.socket.send(Buffer.from('{"text":" "}'));
  expect(await client.closed).toMatchObject({ code: 1008 });
});

it('says so when the voice itself fails', async () => {
  const { engine } = steadyTts({ fail: { phrase: 0, error: new Error('hoarse') } });
  const client = await talk(await vendor({ speak: engine }));
  client.say({ text: 'Hello. ', context_id: 'a' });
  expect(await client.closed).toMatchObject({ code: 1008 });
  expect(client.heard).toMatchObject([{ error: 'internal_server_error' }]);
});
