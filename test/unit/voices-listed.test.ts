/** `GET /v1/voices`: which voices there are, and whether another one can be made. */
import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { ParleyError } from '../../src/errors.js';
import { type RouteTools, routes } from '../../src/gateway/routes.js';

const unasked = () => {
  throw new ParleyError('not_found');
};

async function listed(voiceMakers?: RouteTools['voiceMakers'], isProxied = false): Promise<unknown> {
  const app = Fastify();
  const tools: RouteTools = {
    about: () => ({
      name: 'Parley',
      version: '0',
      persona: { id: 'parley', name: 'Ada', description: '', suggestions: [] },
      engines: [],
      avatar: null,
      voices: [{ id: 'ada', name: 'Ada', language: 'en-US', kind: 'built_in' }],
    }),
    ...(voiceMakers === undefined ? {} : { voiceMakers }),
    avatars: unasked,
    troubles: unasked,
    services: unasked,
    metrics: { contentType: '', text: unasked },
  };
  routes(app, tools, false);
  const headers = isProxied ? { 'x-forwarded-for': '203.0.113.7' } : {};
  const answer = await app.inject({ url: '/v1/voices', headers });
  await app.close();
  expect(answer.statusCode).toBe(200);
  return answer.json();
}

const voices = [{ id: 'ada', name: 'Ada', language: 'en-US', kind: 'built_in' }];

it('names the engines that can make one', async () => {
  expect(await listed(() => ['coqui', 'elevenlabs'])).toEqual({ voices, making: { engines: ['coqui', 'elevenlabs'] } });
});

it('lists them also where none can be made, and says why not', async () => {
  const refused = () => {
    throw new ParleyError('too_many_voices', 'There are 1000 voices.');
  };
  expect(await listed(refused)).toEqual({
    voices,
    making: {
      engines: [],
      code: 'too_many_voices',
      message: 'There are 1000 voices.',
      what_to_do: 'No more voices are kept. Delete one first.',
    },
  });
});

it('offers none to whoever may make none', async () => {
  const { making } = (await listed(() => ['coqui'], true)) as { making: { engines: string[]; code: string } };
  expect([making.engines, making.code]).toEqual([[], 'making_refused']);
});

it('has none to name on a server that makes none', async () => {
  expect(await listed()).toEqual({ voices, making: { engines: [] } });
});
