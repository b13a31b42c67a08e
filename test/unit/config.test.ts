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
    ['FACE', 'drawn,marble', /expected a comma list of: auto, drawn, none/],
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
