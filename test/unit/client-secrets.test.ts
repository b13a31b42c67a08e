import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { asParleyError, ParleyError } from '../../src/errors.js';
import { clientSecretsRoute, createClientSecrets } from '../../src/gateway/client-secrets.js';
import type { SessionSettings, SessionUpdate } from '../../src/protocol/session.js';

const MINUTE = 60_000;
const session: SessionUpdate = { type: 'realtime', instructions: 'Be kind.' };

function open() {
  let nowMs = 1_000_000_000;
  const secrets = createClientSecrets(() => nowMs);
  const app = Fastify();
  app.setErrorHandler((thrown, _request, reply) => {
    const status = (thrown as { statusCode?: number }).statusCode;
    const { code, param, row } = asParleyError(thrown, 'invalid_value');
    return reply.code(status ?? row.http).send({ code, param });
  });
  const preview = (update: SessionUpdate) => {
    if (update.audio?.output?.voice === 'zoe') throw new ParleyError('unknown_voice', undefined, { param: 'voice' });
    return { ...update, model: 'parley' } as never as SessionSettings;
  };
  clientSecretsRoute(app, secrets, preview);
  return {
    secrets,
    pass: (ms: number) => {
      nowMs += ms;
    },
    post: async (payload?: object | string) => {
      const headers = payload === undefined ? {} : { 'content-type': 'application/json' };
      const answer = await app.inject({
        method: 'POST',
        url: '/v1/realtime/client_secrets',
        headers,
        ...(payload === undefined ? {} : { payload }),
      });
      return { status: answer.statusCode, headers: answer.headers, body: answer.json() };
    },
  };
}

describe('a short-lived key', () => {
  it('opens sessions with its settings until it expires, and no longer', () => {
    const { secrets, pass } = open();
    const { value, expires_at } = secrets.issue(session, 60);
    expect(value).toMatch(/^ek_[\w-]{32}$/);
    expect(expires_at).toBe(1_000_060);
    expect([secrets.opens(value), secrets.settingsOf(value)]).toEqual([true, session]);
    pass(MINUTE - 1);
    expect(secrets.opens(value)).toBe(true);
    pass(1);
    expect([secrets.opens(value), secrets.settingsOf(value)]).toEqual([false, null]);
  });

  it('is none of somebody’s making', () => {
    const { secrets } = open();
    secrets.issue(session, 60);
    expect(['ek_', 'ek_123', '', 'none'].map(secrets.opens)).toEqual([false, false, false, false]);
  });

  it('is not issued without end, but again when others have expired', () => {
    const { secrets, pass } = open();
    for (let count = 0; count < 10_000; count += 1) secrets.issue(session, 60);
    expect(() => secrets.issue(session, 60)).toThrow(expect.objectContaining({ code: 'too_many_keys' }));
    pass(MINUTE);
    secrets.issue(session, 60);
  });

  it('counts what its settings hold', () => {
    const { secrets } = open();
    const large: SessionUpdate = { type: 'realtime', instructions: 'x'.repeat(65_536), note: 'y'.repeat(400_000) };
    const many = () => {
      for (let count = 0; count < 1000; count += 1) secrets.issue(large, 60);
    };
    expect(many).toThrow(expect.objectContaining({ code: 'too_many_keys' }));
  });
});

describe('POST /v1/realtime/client_secrets', () => {
  it('gives a key for ten minutes, and the session as it will be', async () => {
    const { post, secrets } = open();
    const { status, body, headers } = await post({ session });
    expect(status).toBe(200);
    expect(body).toEqual({
      value: expect.any(String),
      expires_at: 1_000_600,
      session: { ...session, model: 'parley' },
    });
    expect(headers['cache-control']).toBe('no-store');
    expect(secrets.settingsOf(body.value)).toEqual(session);
  });

  it.each([undefined, {}, { expires_after: {} }])('has defaults for everything: %j', async (payload) => {
    expect((await open().post(payload)).body).toMatchObject({ expires_at: 1_000_600, session: { type: 'realtime' } });
  });

  it('lets the time be chosen', async () => {
    const payload = { expires_after: { anchor: 'created_at', seconds: 7200 } };
    expect((await open().post(payload)).body.expires_at).toBe(1_007_200);
  });

  it.each([
    [{ expires_after: { seconds: 5 } }, { code: 'invalid_value', param: 'expires_after.seconds' }],
    [{ session: { type: 'transcription' } }, { code: 'invalid_value', param: 'session.type' }],
    [{ session: { type: 'realtime', audio: { output: { voice: 'zoe' } } } }, { code: 'unknown_voice' }],
    ['{', { code: 'invalid_json' }],
    [`{"session":${'['.repeat(1000)}${']'.repeat(1000)}}`, { code: 'json_too_deep' }],
    ['[1]', { code: 'invalid_value' }],
  ])('refuses %j', async (payload, error) => {
    const { status, body } = await open().post(payload);
    expect(status).toBe(400);
    expect(body).toMatchObject(error);
  });

  it('refuses what is too long', async () => {
    expect((await open().post(`{"session":"${'x'.repeat(600_000)}"}`)).status).toBe(413);
  });
});
