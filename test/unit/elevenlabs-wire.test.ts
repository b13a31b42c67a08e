import * as sdk from 'elevenlabs/serialization/index.js';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ContextEvent, speechContexts } from '../../src/engines/tts/elevenlabs-contexts.js';
import {
  closeContext,
  keepContext,
  openContext,
  readMessage,
  sendText,
  socketUrl,
} from '../../src/engines/tts/elevenlabs-wire.js';
import { settings } from './elevenlabs-fixture.js';

const ours = settings('http://127.0.0.1:1');
/** What the vendor's own code reads in a message, and writes again: nothing more and nothing less is in it. */
const strictly = { unrecognizedObjectKeys: 'fail', skipValidation: false } as const;

describe('what is sent', () => {
  const open = openContext(ours, 'reply-1', 0.5);
  it.each([
    ['a new context', open, sdk.InitializeConnectionMulti],
    ['text', sendText('reply-1', 'Good morning. '), sdk.SendTextMulti],
    ['a sign of life', keepContext('reply-1'), sdk.KeepContextAlive],
    ['the end of a context', closeContext('reply-1'), sdk.CloseContext],
  ])("is, to the vendor's SDK, %s", (_, message, schema) => {
    const json = JSON.parse(message);
    expect(schema.jsonOrThrow(schema.parseOrThrow(json, strictly), strictly)).toEqual(json);
  });

  it.each([
    [0.25, 1, 0.7],
    [1, 1, 1],
    [1.5, 1, 1.2],
    [0.9, 1.1, 0.99],
  ])(
    'has the speed that was asked for (%d) on top of the set one (%d), as far as the vendor goes',
    (asked, set, sent) => {
      const paced = { ...ours, voiceSettings: { ...ours.voiceSettings, speed: set } };
      expect(JSON.parse(openContext(paced, 'c', asked)).voice_settings.speed).toBeCloseTo(sent, 10);
    },
  );

  it('goes to the address of the voice, without the key', () => {
    const url = socketUrl(settings('https://eu.example/proxy/'), 'a/b', 180);
    expect(url.href).toBe(
      'wss://eu.example/proxy/v1/text-to-speech/a%2Fb/multi-stream-input?model_id=eleven_flash_v2_5' +
        '&output_format=pcm_24000&auto_mode=true&sync_alignment=true&inactivity_timeout=180',
    );
  });
});

describe('what comes', () => {
  const alignment = { chars: ['H', 'i'], charStartTimesMs: [0, 40], charDurationsMs: [40, 60] };
  const audio = { audio: 'AAAA', alignment, normalizedAlignment: null, contextId: 'reply-1' };
  const chars = [
    { char: 'H', startMs: 0, endMs: 40 },
    { char: 'i', startMs: 40, endMs: 100 },
  ];
  const bytes = Buffer.alloc(3);

  it.each([
    ['audio', audio, [{ kind: 'audio', context: 'reply-1', bytes, chars }]],
    ['audio without times', { ...audio, alignment: null }, [{ kind: 'audio', context: 'reply-1', bytes, chars: null }]],
    [
      'times that do not fit',
      { ...audio, alignment: { ...alignment, charDurationsMs: [1] } },
      [{ kind: 'audio', context: 'reply-1', bytes, chars: null }],
    ],
    ['the end', { isFinal: true, contextId: 'reply-1' }, [{ kind: 'final', context: 'reply-1' }]],
    ['the end in the other spelling', { is_final: true, context_id: 'a' }, [{ kind: 'final', context: 'a' }]],
    [
      'an error',
      { message: 'No.', error: 'quota_exceeded', code: 1008 },
      [{ kind: 'error', reason: 'quota_exceeded', message: 'No.' }],
    ],
    ['something new', { contextId: 'reply-1', mood: 'fine' }, [{ kind: 'other' }]],
  ])('is read: %s', (_, message, read) => {
    expect(readMessage(JSON.stringify(message))).toEqual(read);
  });

  const hugeChar = JSON.stringify({ alignment: { ...alignment, chars: ['h'.repeat(101), 'i'] } });

  it.each([
    'no JSON',
    '[]',
    '7',
    '{"audio":7}',
    '{"audio":"?!"}',
    '{"audio":"AA A"}',
    '{"audio":"?"}',
    '{"audio":"AAAA?"}',
    '{"audio":"AAA"}',
    hugeChar,
  ])('cannot be read: %s', (text) => {
    expect(readMessage(text)).toBeNull();
  });
});

describe('contexts of one socket', () => {
  const contexts = () => {
    const sent: Record<string, unknown>[] = [];
    return { sent, all: speechContexts(ours, (message) => sent.push(JSON.parse(message))) };
  };

  it('are kept alive while nothing is said to them', () => {
    const { sent, all } = contexts();
    const one = all.open(1, () => {});
    all.open(1, () => {});
    all.keepAlive();
    one.speak('Hello. ');
    sent.length = 0;
    all.keepAlive();
    expect(sent).toEqual([{ context_id: 'reply-2', text: '' }]);
  });

  it('are made, for a socket that has none, to keep it', () => {
    const { sent, all } = contexts();
    all.keepAlive();
    expect(sent).toMatchObject([{ context_id: 'reply-1', text: ' ' }]);
    all.keepAlive();
    all.keepAlive();
    expect(sent.slice(1)).toEqual(Array(2).fill({ context_id: 'reply-1', text: '' }));
  });

  it('count until their end has been told, and hear nothing once they are left', () => {
    const { sent, all } = contexts();
    const heard: ContextEvent[] = [];
    const one = all.open(1, (event) => heard.push(event));
    one.leave();
    one.speak('Too late. ');
    one.close();
    expect(sent.slice(1)).toEqual([{ context_id: 'reply-1', close_context: true }]);
    expect(all.count()).toBe(1);
    all.received('reply-1', { kind: 'audio', bytes: new Uint8Array(2), chars: null });
    all.received('reply-1', { kind: 'final' });
    expect(all.count()).toBe(0);
    expect(heard).toEqual([]);
  });

  it('are stuck when they were left, and nothing has come for them in 10 s', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    onTestFinished(() => void vi.useRealTimers());
    const { all } = contexts();
    const one = all.open(1, () => {});
    vi.advanceTimersByTime(20_000);
    expect([all.isHeard(), all.isStuck()]).toEqual([true, false]);
    one.leave();
    vi.advanceTimersByTime(9000);
    all.received('reply-1', { kind: 'audio', bytes: new Uint8Array(2), chars: null });
    vi.advanceTimersByTime(9000);
    expect([all.isHeard(), all.isStuck()]).toEqual([false, false]);
    vi.advanceTimersByTime(1001);
    expect(all.isStuck()).toBe(true);
    all.received('reply-1', { kind: 'final' });
    expect(all.isStuck()).toBe(false);
  });
});
