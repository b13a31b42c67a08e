import { describe, expect, it } from 'vitest';
import { parseClientEvent } from '../../src/gateway/parse.js';

const refused = (text: string) => {
  const parsed = parseClientEvent(text);
  if (parsed.ok) throw new Error(`was accepted: ${text.slice(0, 60)}`);
  return { code: parsed.error.code, param: parsed.error.param, eventId: parsed.eventId, message: parsed.error.message };
};

describe('a text frame', () => {
  it('becomes an event', () => {
    const text = '{"type":"response.cancel","event_id":"e1","response_id":"resp_1"}';
    expect(parseClientEvent(text)).toEqual({
      ok: true,
      event: { type: 'response.cancel', event_id: 'e1', response_id: 'resp_1' },
    });
  });

  it.each(['', 'hello', '{"type":', '[1,2', '\u0000'])('that is not JSON is named so: %j', (text) => {
    expect(refused(text).code).toBe('invalid_json');
  });

  it.each(['7', 'null', '[]', '{}', '{"type":5}'])('without a type is named so: %s', (text) => {
    expect(refused(text)).toMatchObject({ code: 'invalid_value', param: 'type' });
  });

  it('of an unknown type comes back with its event_id', () => {
    expect(refused('{"type":"make.coffee","event_id":"e9"}')).toMatchObject({ code: 'unknown_event', eventId: 'e9' });
  });

  it('with a longer event_id than an error repeats is answered without it', () => {
    const event = (length: number) => JSON.stringify({ type: 'make.coffee', event_id: 'e'.repeat(length) });
    expect(refused(event(512)).eventId).toBe('e'.repeat(512));
    expect(refused(event(513)).eventId).toBeNull();
  });

  it.each(['session.update', 'response.create'])(
    '%s with too long instructions is told how many it may have',
    (type) => {
      const event = (length: number) => {
        const fields = { type: 'realtime', instructions: 'x'.repeat(length) };
        return JSON.stringify({ type, [type.split('.')[0]!]: fields });
      };
      const param = `${type.split('.')[0]}.instructions`;
      const message = `${param}: has 65,537 characters; the most are 65,536.`;
      expect(refused(event(65_537))).toMatchObject({ code: 'invalid_value', param, message });
      expect(parseClientEvent(event(65_536)).ok).toBe(true);
    },
  );

  it('with a name of megabytes has only its beginning named', () => {
    const metadata = { ['x'.repeat(1_000_000)]: 'y' };
    const { param, message } = refused(JSON.stringify({ type: 'response.create', response: { metadata } }));
    expect(param).toMatch(/^response\.metadata\.x{400}/);
    expect((param + message).length).toBeLessThan(1200);
  });

  it.each([
    ['{"type":"conversation.item.retrieve"}', 'item_id'],
    ['{"type":"conversation.item.truncate","item_id":"i","content_index":0,"audio_end_ms":-1}', 'audio_end_ms'],
    ['{"type":"session.update","session":{}}', 'session.type'],
    [
      '{"type":"session.update","session":{"type":"realtime","audio":{"output":{"speed":9}}}}',
      'session.audio.output.speed',
    ],
    ['{"type":"avatar.playback","response":1,"played":1.5,"state":"playing","base":0}', 'played'],
    [
      '{"type":"avatar.playback","response":1,"played":1,"state":"playing","base":0,"av_skew":{"mean":1,"worst":10001}}',
      'av_skew.worst',
    ],
    [
      '{"type":"avatar.playback","response":1,"played":1,"state":"playing","base":0,"av_skew":{"mean":-1e5,"worst":0}}',
      'av_skew.mean',
    ],
    [
      '{"type":"avatar.playback","response":1,"played":1,"state":"playing","base":0,"av_skew":{"mean":1}}',
      'av_skew.worst',
    ],
    ['{"type":"avatar.playback","response":1,"played":1,"state":"playing","base":0,"av_skew":8}', 'av_skew'],
    [
      '{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text"}]}}',
      'item.content.0.text',
    ],
  ])('with a wrong field has it named: %s', (text, param) => {
    expect(refused(text)).toMatchObject({ code: 'invalid_value', param });
  });

  it.each([
    [{ type: 'transcription' }, 'type', /only transcribe/],
    [{ output_modalities: ['text', 'audio'] }, 'output_modalities', /transcript comes with it/],
    [{ audio: { input: { turn_detection: { type: 'server_vad', idle_timeout_ms: 100 } } } }, null, />=5000/],
    [{ audio: { input: { turn_detection: { type: 'magic' } } } }, null, /'server_vad' \| 'semantic_vad'/],
    [{ tools: [{ type: 'mcp', server_label: 'x' }] }, 'tools.0.type', /"function"/],
    [{ voice: 'ada' }, 'voice', /GA has audio\.output\.voice/],
    [{ modalities: ['text'] }, 'modalities', /GA has output_modalities/],
    [{ input_audio_format: 'pcm16' }, 'input_audio_format', /GA has audio\.input\.format/],
    [{ tool_choice: 'maybe' }, 'tool_choice', /"auto"\|"none"\|"required"/],
    [{ max_output_tokens: 0 }, 'max_output_tokens', />=1/],
  ])('of settings says what would be right: %j', (settings, param, message) => {
    const event = { type: 'session.update', session: { type: 'realtime', ...settings } };
    const error = refused(JSON.stringify(event));
    expect(error.code).toBe('invalid_value');
    expect(error.message).toMatch(message);
    if (param !== null) expect(error.param).toBe(`session.${param}`);
  });

  it.each([
    [{ metadata: Object.fromEntries(Array.from({ length: 17 }, (_, at) => [at, 'x'])) }, 'metadata', /at most 16/],
    [{ input: [{ type: 'item_reference' }] }, 'input.0.id', /expected string/],
    [{ conversation: 'other' }, 'conversation', /"auto"\|"none"/],
  ])('of a response says what would be right: %j', (response, param, message) => {
    const error = refused(JSON.stringify({ type: 'response.create', response }));
    expect(error).toMatchObject({ code: 'invalid_value', param: `response.${param}` });
    expect(error.message).toMatch(message);
  });

  it('nested thousands deep is refused before anything is built from it', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const deep = open.repeat(100_000) + (open === '[' ? '' : '1') + close.repeat(100_000);
      expect(refused(`{"type":"response.create","response":{"metadata":${deep}}}`).code).toBe('json_too_deep');
    }
  });

  it.each([
    ['items', `{"type":"response.create","response":{"input":[${'{},'.repeat(300_000)}{}]}}`],
    ['numbers', `{"type":"response.create","response":{"metadata":[${'1,'.repeat(300_000)}1]}}`],
  ])('with hundreds of thousands of %s is refused without checking each', (_what, text) => {
    expect(refused(text).code).toBe('json_too_large');
  });

  it('with thousands of wrong pairs is told of their number, not of each', () => {
    const metadata = Object.fromEntries(Array.from({ length: 9000 }, (_, at) => [`k${at}`, at]));
    const error = refused(JSON.stringify({ type: 'response.create', response: { metadata } }));
    expect(error).toMatchObject({ code: 'invalid_value', param: 'response.metadata' });
    expect(error.message).toMatch(/at most 16 pairs/);
  });

  it('has its wrong items named, and no more than 256 of them looked at', () => {
    const items = (count: number) => `{"type":"response.create","response":{"input":[${'{},'.repeat(count - 1)}{}]}}`;
    expect(refused(items(200))).toMatchObject({ code: 'invalid_value', param: 'response.input.0.type' });
    expect(refused(items(257)).code).toBe('invalid_value');
  });

  it('may be long, but not as settings that are kept and shown again', () => {
    const session = (length: number) =>
      JSON.stringify({ type: 'session.update', session: { type: 'realtime', note: 'x'.repeat(length) } });
    expect(parseClientEvent(session(1000)).ok).toBe(true);
    expect(refused(session(600_000))).toMatchObject({ code: 'invalid_value', param: 'session' });
  });

  it('may hold brackets and quotes in its strings', () => {
    const text = `${'['.repeat(200)} "quoted" \\ ${'{'.repeat(200)} \\`;
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
    const parsed = parseClientEvent(JSON.stringify({ type: 'conversation.item.create', item }));
    expect(parsed).toMatchObject({ ok: true, event: { item: { content: [{ text }] } } });
  });

  it('keeps settings of the vendor that mean nothing here', () => {
    const parsed = parseClientEvent('{"type":"session.update","session":{"type":"realtime","tracing":"auto"}}');
    expect(parsed).toMatchObject({ ok: true, event: { session: { tracing: 'auto' } } });
  });
});
