import { describe, expect, it } from 'vitest';
import { defaultSettings, updatedSettings } from '../../src/conversation/settings.js';
import { type SessionSettings, sessionUpdateSchema } from '../../src/protocol/session.js';

const fresh = defaultSettings({
  id: 'sess_1',
  model: 'm',
  instructions: 'Be kind.',
  voice: 'ada',
  hears: true,
  nowMs: 0,
});
const rules = { voices: new Set(['ada', 'ben']), hasSpoken: false, hears: true };

/** The settings after these updates, as a client sends them. */
function updated(...updates: object[]): SessionSettings {
  return updates.reduce<SessionSettings>((settings, update) => {
    const parsed = sessionUpdateSchema.parse({ type: 'realtime', ...update });
    return updatedSettings(settings, parsed, rules);
  }, fresh);
}
const input = (fields: object) => ({ audio: { input: fields } });

describe('session.update', () => {
  it('changes nothing when it names nothing', () => {
    expect(updated({}, { audio: {} }, input({}), { audio: { output: {} } })).toEqual(fresh);
  });

  it('takes "", [] and null for values, which clear what was there', () => {
    const tools = [{ type: 'function', name: 'look' }];
    const before = updated({ instructions: 'Sing.', tools }, input({ transcription: { model: 'x' } }));
    expect(before.tools).toHaveLength(1);
    const cleared = { instructions: '', tools: [], ...input({ transcription: null, turn_detection: null }) };
    const {
      instructions,
      tools: left,
      audio,
    } = updatedSettings(before, sessionUpdateSchema.parse({ type: 'realtime', ...cleared }), rules);
    expect([instructions, left, audio.input.transcription, audio.input.turn_detection]).toEqual(['', [], null, null]);
  });

  it('fills a turn detection up with the defaults of its type', () => {
    const detection = { type: 'server_vad', threshold: 0.7 };
    expect(updated(input({ turn_detection: detection })).audio.input.turn_detection).toEqual({
      type: 'server_vad',
      threshold: 0.7,
      prefix_padding_ms: 300,
      silence_duration_ms: 500,
      create_response: true,
      interrupt_response: true,
      idle_timeout_ms: null,
    });
  });

  it('keeps what an update of the same type does not name', () => {
    const { turn_detection } = updated(
      input({ turn_detection: { type: 'server_vad', silence_duration_ms: 900, idle_timeout_ms: 6000 } }),
      input({ turn_detection: { type: 'server_vad', create_response: false } }),
    ).audio.input;
    expect(turn_detection).toMatchObject({ silence_duration_ms: 900, idle_timeout_ms: 6000, create_response: false });
  });

  it('begins another type with its own defaults', () => {
    const { turn_detection } = updated(
      input({ turn_detection: { type: 'semantic_vad', create_response: false } }),
      input({ turn_detection: { type: 'server_vad' } }),
      input({ turn_detection: { type: 'semantic_vad', eagerness: 'low' } }),
    ).audio.input;
    expect(turn_detection).toEqual({
      type: 'semantic_vad',
      eagerness: 'low',
      create_response: true,
      interrupt_response: true,
    });
  });

  it('merges the settings of the transcription', () => {
    const { transcription } = updated(
      input({ transcription: { model: 'x', language: 'en' } }),
      input({ transcription: { prompt: 'Names.' } }),
    ).audio.input;
    expect(transcription).toEqual({ model: 'x', language: 'en', prompt: 'Names.' });
  });

  it('keeps and shows what it does not use', () => {
    const unused = { tracing: 'auto', prompt: { id: 'p' }, reasoning: { effort: 'low' }, parallel_tool_calls: false };
    expect(updated({ ...unused, include: ['item.input_audio_transcription.logprobs'] })).toMatchObject(unused);
    const noise_reduction = { type: 'near_field' };
    expect(updated(input({ noise_reduction })).audio.input.noise_reduction).toEqual(noise_reduction);
  });

  it('does not let a client name the session', () => {
    const fixed = { id: 'sess_1', object: 'realtime.session', expires_at: fresh.expires_at };
    expect(updated({ id: 'sess_mine', object: 'thing', expires_at: 'never' })).toMatchObject(fixed);
  });

  it('refuses a tool that is not there to be chosen', () => {
    const choice = { tool_choice: { type: 'function', name: 'look' } };
    expect(() => updated(choice)).toThrow(expect.objectContaining({ param: 'session.tool_choice' }));
    expect(updated({ ...choice, tools: [{ type: 'function', name: 'look' }] }).tool_choice).toEqual(choice.tool_choice);
  });

  it('holds only so much, however many updates it comes in', () => {
    const note = 'x'.repeat(400_000);
    expect(() => updated({ one: note }, { two: note }, { three: note })).toThrow(
      expect.objectContaining({ code: 'invalid_value', param: 'session' }),
    );
  });

  it('turns a deaf server’s turn detection off whatever is asked', () => {
    const parsed = sessionUpdateSchema.parse({
      type: 'realtime',
      ...input({ turn_detection: { type: 'server_vad' } }),
    });
    expect(updatedSettings(fresh, parsed, { ...rules, hears: false }).audio.input.turn_detection).toBeNull();
  });
});
