/** What a run's file says of the server that was measured: its settings, without a secret, and its commit. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { commitOf } from '../../src/bench/commit.js';
import { settingsOf } from '../../src/bench/settings.js';
import { variables } from '../../src/config.js';

describe('the settings of a run', () => {
  it('are those that differ from the defaults, as they would stand in the environment', () => {
    const environment = {
      SPECULATION: 'off',
      MAX_LOOP_LAG: '80',
      FILLER_AFTER: '1.50',
      VAD: 'auto',
      LLM: 'openai, scripted',
    };
    expect(settingsOf({ ...environment, SIMULATED_FACE: '2,80,8', KOKORO_DEVICE: 'cuda:1' })).toEqual({
      ...{ SPECULATION: 'off', MAX_LOOP_LAG: '80', LLM: 'openai,scripted', SIMULATED_FACE: '2,80,8' },
      KOKORO_DEVICE: 'cuda:1',
    });
    expect(settingsOf({ ELEVENLABS_SPEAKER_BOOST: 'false', SESSION_MAX_TURNS: '3', HOME: '/root' })).toEqual({
      ELEVENLABS_SPEAKER_BOOST: 'false',
      SESSION_MAX_TURNS: '3',
    });
    expect(settingsOf({})).toEqual({});
    expect(settingsOf({ SPECULATION: '', STT: 'auto' })).toEqual({});
  });

  it('hold no word that somebody has thought of himself, whatever it is for', () => {
    const secret = 'a-secret-of-somebody';
    const words = variables.filter((name) => {
      try {
        return Object.values(settingsOf({ [name]: secret })).some((text) => text !== 'set');
      } catch {
        // The schema lets no such word be: it lists what may be, or asks for a number.
        return false;
      }
    });
    expect(words).toEqual([]);
  });

  it('name what they hide: no address, no path, no key; but nothing that the bench chooses itself', () => {
    const told = settingsOf({
      ...{ OPENAI_API_KEY: 'sk-1234567890abcdef', OPENAI_BASE_URL: 'https://inside.example', DATA_DIR: '/srv/secret' },
      ...{ ACCESS_TOKEN: 'a-token-of-somebody', TLS_KEY: '/etc/key.pem', ALLOWED_ORIGINS: 'https://a.example' },
      ...{ MUSETALK_OPTIONS: '{"token": "x"}', HOST: '0.0.0.0', PORT: '9', MAX_SESSIONS: '7', PERSONA: 'aunt-agatha' },
    });
    const hidden = ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'DATA_DIR', 'MUSETALK_OPTIONS', 'PERSONA'];
    expect(told).toEqual(Object.fromEntries(hidden.map((name) => [name, 'set'])));
    expect(settingsOf({ PERSONA: 'parley', COQUI_TOS_AGREED: '1', VOICE: '' })).toEqual({});
  });

  it('leave out what the bench has set for this run, unless it may be shown', () => {
    const vendors = { OPENAI_BASE_URL: 'http://127.0.0.1:4010/v1', OPENAI_API_KEY: 'sk-simulated', STT: 'openai' };
    expect(settingsOf({ ...vendors, AVATAR: 'mine' }, Object.keys(vendors))).toEqual({ STT: 'openai', AVATAR: 'set' });
  });
});

describe('the commit of a run', () => {
  const room = mkdtempSync(join(tmpdir(), 'parley-commit-'));
  const folder = join(room, 'copy');
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  afterAll(() => rmSync(room, { recursive: true, force: true }));
  const id = '5b07972c0ffee5b07972c0ffee5b07972c0ffee5';
  const write = (name: string, text: string) => {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  };

  it('is that of the branch, or that which is checked out', () => {
    write('.git/HEAD', 'ref: refs/heads/main\n');
    expect(commitOf(folder)).toBeNull();
    write('.git/packed-refs', `# pack-refs with: peeled\n${id} refs/heads/main\n`);
    expect(commitOf(folder)).toBe(id);
    write('.git/refs/heads/main', `${id.replace('5b', 'aa')}\n`);
    expect(commitOf(folder)).toBe(id.replace('5b', 'aa'));
    write('.git/HEAD', `${id}\n`);
    expect(commitOf(folder)).toBe(id);
  });

  it('is found from a second working copy', () => {
    write('first/.git/refs/heads/side', `${id}\n`);
    write('first/.git/worktrees/side/HEAD', 'ref: refs/heads/side\n');
    write('first/.git/worktrees/side/commondir', '../..\n');
    write('.git', 'gitdir: first/.git/worktrees/side\n');
    expect(commitOf(folder)).toBe(id);
  });

  it('is unknown where there is no working copy, or no commit in it', () => {
    expect(commitOf(folder)).toBeNull();
    write('.git/HEAD', 'something else\n');
    expect(commitOf(folder)).toBeNull();
    write('.git/HEAD', 'ref: ../../secret\n');
    write('../secret', 'no commit');
    expect(commitOf(folder)).toBeNull();
  });
});
