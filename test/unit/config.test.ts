import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readConfig, variables } from '../../src/config.js';

describe('the settings', () => {
  it('all have a default', () => {
    expect(readConfig({})).toMatchObject({ HOST: '127.0.0.1', PORT: 8080, LLM: ['auto'], ALLOWED_ORIGINS: [] });
  });

  it('read lists and numbers, and take an empty variable for one that is not set', () => {
    const config = readConfig({
      PORT: '',
      TTS: 'espeak, none',
      ALLOWED_ORIGINS: ' https://a.example ,https://b.example,',
    });
    expect(config.PORT).toBe(8080);
    expect(config.TTS).toEqual(['espeak', 'none']);
    expect(config.ALLOWED_ORIGINS).toEqual(['https://a.example', 'https://b.example']);
  });

  it.each([
    ['PORT', 'eighty', /PORT="eighty" is wrong: expected a whole number/],
    ['PORT', '70000', /PORT="70000" is wrong/],
    ['TTS', 'parrot', /TTS="parrot" is wrong/],
    ['LOG_LEVEL', 'loud', /LOG_LEVEL="loud" is wrong/],
    ['MAX_SESSIONS', '0', /MAX_SESSIONS="0" is wrong/],
    ['ALLOWED_ORIGINS', 'example.org', /expected origins, as https/],
    ['FACE', 'drawn,marble', /expected a comma list of: auto, musetalk, drawn, none/],
    ['MUSETALK_DEVICES', 'gpu0', /expected auto, cpu or cuda:0/],
    ['MUSETALK_PRECISION', 'int8', /expected auto, fp32, fp16 or bf16/],
    ['MUSETALK_OPTIONS', '[1]', /MUSETALK_OPTIONS="\[1\]" is wrong: expected a JSON object/],
    ['MUSETALK_REPLIES', '0', /MUSETALK_REPLIES="0" is wrong/],
  ])('name the wrong variable %s=%s', (name, value, sentence) => {
    expect(() => readConfig({ [name]: value })).toThrow(sentence);
  });

  it('never repeat a key that stands where its path should', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIGHAgEA\n-----END PRIVATE KEY-----';
    for (const name of ['TLS_CERT', 'TLS_KEY']) {
      expect(() => readConfig({ [name]: key })).toThrow(
        new RegExp(`^${name} is wrong: expected the path of a file\\.$`),
      );
    }
  });

  it('refuse an address behind which no path can be put, without repeating it', () => {
    for (const name of ['OPENAI_BASE_URL', 'WHISPER_BASE_URL', 'ELEVENLABS_BASE_URL']) {
      for (const rest of ['?api-version=2024', '?', '#here', '/v1?token=secret']) {
        const refused = new RegExp(
          `^${name} is wrong: expected an address without a password, a query \\(\\?\\.\\.\\.\\) or`,
        );
        expect(() => readConfig({ [name]: `http://127.0.0.1:8000${rest}` }), rest).toThrow(refused);
      }
    }
  });

  it("take ElevenLabs' address with /v1 or without, and leave the others as they are", () => {
    for (const url of [
      'http://127.0.0.1:9',
      'http://127.0.0.1:9/',
      'http://127.0.0.1:9/v1',
      'http://127.0.0.1:9/v1/',
    ]) {
      expect(readConfig({ ELEVENLABS_BASE_URL: url }).ELEVENLABS_BASE_URL).toBe('http://127.0.0.1:9');
    }
    expect(readConfig({ ELEVENLABS_BASE_URL: 'http://h/eleven/v1' }).ELEVENLABS_BASE_URL).toBe('http://h/eleven');
    expect(readConfig({ OPENAI_BASE_URL: 'http://h/v1/' }).OPENAI_BASE_URL).toBe('http://h/v1');
  });

  it('take a key out of the quotes that a reader of env files left around it', () => {
    for (const quoted of ['"sk-1234"', "'sk-1234'", ' "sk-1234" ', '" sk-1234 "', 'sk-1234']) {
      expect(readConfig({ OPENAI_API_KEY: quoted }).OPENAI_API_KEY, quoted).toBe('sk-1234');
    }
  });

  it.each(['"sk-1234', "sk-1234'", `"sk-1234'`, 'sk-"1234', '""sk-1234""', '""', 'sk 1234', 'sk-1234é'])(
    'refuse %s for a key, and do not repeat it',
    (key) => {
      for (const name of ['OPENAI_API_KEY', 'WHISPER_API_KEY', 'ELEVENLABS_API_KEY']) {
        const refused = new RegExp(`^${name} is wrong: expected a key, without blanks and quotes\\.$`);
        expect(() => readConfig({ [name]: key })).toThrow(refused);
      }
    },
  );

  it('take the names of a voice and a model without the blanks around them', () => {
    const config = readConfig({ ELEVENLABS_VOICE_ID: ' abc ', ELEVENLABS_MODEL: 'eleven_v3\u00a0' });
    expect([config.ELEVENLABS_VOICE_ID, config.ELEVENLABS_MODEL]).toEqual(['abc', 'eleven_v3']);
    expect(() => readConfig({ ELEVENLABS_MODEL: 'eleven v3' })).toThrow(/expected the id of a model/);
  });

  it('are not changed by anything after they were read', () => {
    expect(Object.isFrozen(readConfig({}))).toBe(true);
  });

  it('are all in .env.example, and nothing else is', () => {
    const example = readFileSync('.env.example', 'utf8');
    const named = [...example.matchAll(/^#?\s?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1]!);
    expect([...named].sort()).toEqual([...variables].sort());
  });

  it('have in .env.example the defaults that they have here', () => {
    const example = readFileSync('.env.example', 'utf8');
    const shown = Object.fromEntries(
      [...example.matchAll(/^#?\s?([A-Z][A-Z0-9_]+)=(.*)$/gm)].map((match) => [match[1], match[2]]),
    );
    expect(readConfig(shown)).toEqual(readConfig({}));
  });
});
