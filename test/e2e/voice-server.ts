/** A server that makes voices by a vendor that is simulated, and what is asked of it over HTTP. */
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { findDecoder } from '../../src/voices/decoder-package.js';
import { type FormFields, voiceForm } from '../fixtures/voice-form.js';
import { startCloudServer, startVendors, type Vendors } from './cloud.js';
import type { RunningServer } from './server.js';

/** The one that reads recordings. */
export const python = findDecoder(resolve('.'), [process.env.SPEECH_PYTHON]);

/** Null: recordings can be read here; otherwise it stands in the names of what is passed over. */
export const UNREADABLE = typeof python === 'string' ? null : `: SKIPPED, ${python.why}; \`npm test\` makes one`;

export interface ShownVoice {
  readonly id: string;
  readonly name: string;
  readonly language: string | null;
  readonly engine: string;
  readonly kind: string;
  /** Of one that has just been made. */
  readonly seconds?: number;
}

export interface VoiceServer {
  readonly vendors: Vendors;
  readonly running: () => RunningServer;
  readonly data: string;
  restart(): Promise<void>;
  post(form: FormData | string, more?: RequestInit): Promise<Response>;
  drop(id: string): Promise<Response>;
  listed(): Promise<ShownVoice[]>;
  learnt(): Promise<ShownVoice[]>;
  /** The names in its folder. */
  stored(): string[];
  make(fields?: FormFields): Promise<ShownVoice>;
  /** What it says of a form of which no voice is made. */
  refused(form: FormData | string, more?: RequestInit): Promise<Refused>;
  /** As it was before any voice. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

interface Refused {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly what_to_do: string;
}

/** `fill` puts into its folder what is there before it starts. */
export async function startVoiceServer(fill: (data: string) => void = () => {}): Promise<VoiceServer> {
  const vendors = await startVendors();
  const data = mkdtempSync(join(tmpdir(), 'parley-voices-'));
  symlinkSync(resolve('var/avatars'), join(data, 'avatars'));
  fill(data);
  const settings = {
    ...vendors.environment,
    DATA_DIR: data,
    WHISPER_PYTHON: String(python),
    STT: 'none',
    MAX_UPLOAD: '30',
  };
  let server = await startCloudServer(settings);
  const at = (path: string) => `${server.url}/v1/voices${path}`;
  const post = (body: FormData | string, more: RequestInit = {}) => fetch(at(''), { method: 'POST', body, ...more });
  const drop = (id: string) => fetch(at(`/${encodeURIComponent(id)}`), { method: 'DELETE' });
  const listed = async () => ((await (await fetch(at(''))).json()) as { voices: ShownVoice[] }).voices;
  const learnt = async () => (await listed()).filter(({ kind }) => kind === 'learnt');
  return {
    vendors,
    running: () => server,
    data,
    post,
    drop,
    listed,
    learnt,
    // The folder comes with the first voice.
    stored: () => (existsSync(join(data, 'voices')) ? readdirSync(join(data, 'voices')) : []),
    async restart() {
      await server.stop();
      server = await startCloudServer(settings);
    },
    async make(fields = {}) {
      const answer = await post(voiceForm(fields));
      expect(answer.status).toBe(201);
      return (await answer.json()) as ShownVoice;
    },
    async refused(form, more = {}) {
      const answer = await post(form, more);
      const { error } = (await answer.json()) as { error: Omit<Refused, 'status'> };
      expect(await learnt()).toEqual([]);
      return { status: answer.status, ...error };
    },
    async clear() {
      vendors.clear();
      for (const { id } of await learnt()) await drop(id);
    },
    async close() {
      await server.stop();
      await vendors.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
