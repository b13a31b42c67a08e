import { describe, expect, it } from 'vitest';
import { answerFailure, closeFailure, messageFailure } from '../../src/engines/tts/elevenlabs-failure.js';

const KEY = 'sk_0123456789abcdef';
const body = (status: string) => ({ detail: { status, message: `It failed with ${KEY}.` } });

describe('an answer that is an error', () => {
  it.each([
    [401, body('invalid_api_key'), 'bad_key'],
    [401, body('quota_exceeded'), 'quota_exceeded'],
    [429, body('too_many_concurrent_requests'), 'too_many_concurrent'],
    [429, body('system_busy'), 'rate_limited'],
    [429, 'Slow down', 'rate_limited'],
    [404, body('voice_not_found'), 'unknown_voice'],
    [400, body('voice_does_not_exist'), 'unknown_voice'],
    [400, body('invalid_uid'), 'unknown_voice'],
    [400, body('model_not_found'), 'unknown_model'],
    [404, null, 'vendor_refused'],
    [400, body('max_character_limit_exceeded'), 'vendor_refused'],
    [400, body('content_moderation_blocked'), 'content_refused'],
    [422, { detail: [{ loc: ['body', 'text'], msg: 'Field required', type: 'missing' }] }, 'vendor_refused'],
    [500, { detail: 'Internal error' }, 'vendor_down'],
    [503, '<html>', 'vendor_down'],
  ])('%d %j is %s', (status, answer, code) => {
    const error = answerFailure({ status, body: answer, retryAfter: null }, KEY);
    expect(error).toMatchObject({ name: 'ParleyError', code });
    expect(`${error.message}${JSON.stringify(error)}`).not.toContain('0123456789');
  });

  it('says what is wrong with a field, and when to come again', () => {
    const detail = [{ loc: ['body', 'text'], msg: 'Field required', type: 'missing' }];
    const error = answerFailure({ status: 422, body: { detail }, retryAfter: '2' }, KEY);
    expect(error.message).toContain('Field required');
    expect(error.retryAfterMs).toBe(2000);
  });
});

it.each([
  [
    'max_active_conversations',
    'Maximum simultaneous contexts per WebSocket connection exceeded (5).',
    'too_many_concurrent',
  ],
  ['invalid_api_key', 'Invalid API key', 'bad_key'],
  ['quota_exceeded', 'You have 0 credits.', 'quota_exceeded'],
  ['system_busy', 'Heavy traffic.', 'rate_limited'],
  ['voice_id_does_not_exist', 'A voice with voice_id x does not exist.', 'unknown_voice'],
  ['model_id_does_not_exist', 'A model with model_id x does not exist.', 'unknown_model'],
  ['input_timeout_exceeded', 'Have not received a new text input within the timeout of 20 seconds.', 'connection_cut'],
  ['internal_server_error', 'Something went wrong.', 'vendor_down'],
  ['invalid_message', 'text: expected a string', 'vendor_refused'],
  [null, `Who knows ${KEY}`, 'vendor_refused'],
])('the message %s (%s) is %s', (reason, message, code) => {
  const error = messageFailure(reason, message, KEY);
  expect(error.code).toBe(code);
  expect(error.message).not.toContain(KEY);
});

it.each([
  [1006, '', 'connection_cut'],
  [1011, 'keepalive ping timeout', 'connection_cut'],
  [1000, '', 'connection_cut'],
  [1008, 'Maximum simultaneous contexts per WebSocket connection exceeded (5).', 'too_many_concurrent'],
  [1008, '', 'connection_cut'],
  [1008, `policy violation ${KEY}`, 'vendor_refused'],
])('a close with %d "%s" is %s', (code, reason, expected) => {
  const error = closeFailure(code, reason, KEY);
  expect(error.code).toBe(expected);
  expect(error.message).not.toContain(KEY);
});
