/**
 * How voices are made, in this process: recordings are really read, the vendor is simulated, and it is a test that says
 * when whoever asks the vendor goes on.
 */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { json } from 'node:stream/consumers';
import { startElevenLabsVendor } from '../../src/bench/vendors/elevenlabs/server.js';
import type { Pace } from '../../src/bench/vendors/faults.js';
import { readConfig } from '../../src/config.js';
import type { Learnt, VoiceLearner } from '../../src/engines/learnt.js';
import { elevenLabsLearner } from '../../src/engines/tts/elevenlabs-learner.js';
import { ParleyError } from '../../src/errors.js';
import { voicesRoute } from '../../src/gateway/voices.js';
import { openVoices } from '../../src/open-voices.js';
import { buildServer, type ServerParts } from '../../src/server.js';
import { openVoiceStore } from '../../src/voices/store.js';
import { plainVad, silentLog, steadyTts } from '../fixtures/engines.js';
import { voiceForm } from '../fixtures/voice-form.js';
import { settings } from '../unit/elevenlabs-fixture.js';
import { KEY } from '../unit/vendor-elevenlabs-fixture.js';
import { python } from './voice-server.js';

const HASTE = { silenceMs: 100, lingerMs: 2000 };
const PATIENCE = { silenceMs: 60_000, lingerMs: 60_000 };
const AT_ONCE: Pace = { firstMs: 0, everyMs: 0, jitter: 0 };

/** Where whoever asks the vendor is held until a test lets it go on. */
export type Stage = 'before the vendor is asked' | 'when the vendor has made it' | 'before the vendor forgets it';

export interface Refusal {
  readonly status: number;
  readonly code: string;
}

/** One whose every byte is in a test's hands. It declares no length. */
export interface Sender {
  readonly socket: ClientRequest;
  readonly refusal: Promise<Refusal>;
}

export type VoiceHouse = Awaited<ReturnType<typeof openVoiceHouse>>;

export async function openVoiceHouse() {
  const data = mkdtempSync(join(tmpdir(), 'parley-voice-house-'));
  const speak = steadyTts().engine;
  const pace = { voices: AT_ONCE, speech: AT_ONCE, socket: AT_ONCE };
  const vendor = await startElevenLabsVendor({ key: KEY, speak, pace, log: silentLog });
  const gate = newGate();
  const store = await openVoiceStore(join(data, 'voices'), silentLog, () => new Date());
  const voices = openVoices({
    config: readConfig({ WHISPER_PYTHON: String(python), MAX_CONCURRENT_TASKS: '1', MAX_UPLOAD: '5' }),
    root: resolve('.'),
    store,
    choice: {
      engines: { vad: plainVad(), stt: null, llm: null, tts: null, face: null },
      learners: [gated(elevenLabsLearner(settings(vendor.url)), gate)],
    } as unknown as Parameters<typeof openVoices>[0]['choice'],
    log: silentLog,
  });
  /** Two doors to the same voices. By the first, nobody is waited for; by the other, for as long as they need. */
  const doors = [await opened(HASTE), await opened(PATIENCE)] as const;

  async function opened(times: typeof HASTE) {
    const app = await buildServer(bareParts());
    voicesRoute(app, { voices, hasToken: false, ...times });
    await app.listen({ host: '127.0.0.1', port: 0 });
    return { app, port: (app.server.address() as AddressInfo).port };
  }

  const url = `http://127.0.0.1:${doors[1].port}/v1/voices`;
  const post = (form = voiceForm()) => fetch(url, { method: 'POST', body: form });
  return {
    gate,
    vendor,
    port: doors[1].port,
    post,
    drop: (id: string, init: RequestInit = {}) => fetch(`${url}/${id}`, { method: 'DELETE', ...init }),
    /** Asks until the place is free that somebody has left. */
    async make(): Promise<string> {
      let answer = await post();
      while (answer.status === 503) answer = await post();
      const made = (await answer.json()) as { id: string };
      if (answer.status !== 201) throw new Error(JSON.stringify(made));
      return made.id;
    },
    /** The ids here, and how many voices of ours the vendor has. */
    async kept(): Promise<{ here: string[]; atVendor: number }> {
      const answer = await fetch(`${vendor.url}/v1/voices`, { headers: { 'xi-api-key': KEY } });
      const listed = (await answer.json()) as { voices: { category: string }[] };
      return {
        here: store.of('elevenlabs').map(({ id }) => id),
        atVendor: listed.voices.filter(({ category }) => category === 'cloned').length,
      };
    },
    stored: () => readdirSync(data).flatMap((name) => readdirSync(join(data, name))),
    /** `door`: nobody waits for a hasty one's sender. */
    sender(door: 'hasty' | 'patient'): Sender {
      const { port } = doors[door === 'hasty' ? 0 : 1];
      const socket = request(`http://127.0.0.1:${port}/v1/voices`, {
        method: 'POST',
        headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
      });
      // The sender goes away in the middle; that it hears of it is no news.
      socket.on('error', () => {});
      const refusal = once(socket, 'response').then(([answer]) => refusalOf(answer as IncomingMessage));
      refusal.catch(() => {});
      return { socket, refusal };
    },
    /** The server ends, as on a SIGTERM. */
    stop: async () => void (await Promise.all(doors.map(({ app }) => app.close()))),
    async close() {
      await Promise.all(doors.map(({ app }) => app.close()));
      await vendor.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

const BOUNDARY = 'x';
const CRLF = '\r\n';

export const fieldPart = (name: string, value: string): string =>
  `--${BOUNDARY}${CRLF}content-disposition: form-data; name="${name}"${CRLF}${CRLF}${value}${CRLF}`;

/** What stands before the bytes of a recording; CRLF comes behind them. */
export const recordingPart = (): string =>
  `--${BOUNDARY}${CRLF}content-disposition: form-data; name="recording"; filename="a.wav"${CRLF}${CRLF}`;

export const endOfForm = (): string => `${CRLF}--${BOUNDARY}--${CRLF}`;

async function refusalOf(answer: IncomingMessage): Promise<Refusal> {
  const { error } = (await json(answer)) as { error: { code: string } };
  return { status: answer.statusCode ?? 0, code: error.code };
}

interface Arrival {
  readonly stage: Stage;
  readonly signal: AbortSignal;
  go(): void;
}

function newGate() {
  const arrivals: Arrival[] = [];
  let held: Stage | null = null;
  return {
    arrivals,
    hold(stage: Stage) {
      held = stage;
    },
    /** Nobody is held any more. */
    open() {
      held = null;
      for (const { go } of arrivals.splice(0)) go();
    },
    pass(stage: Stage, signal: AbortSignal): Promise<void> {
      if (held !== stage) return Promise.resolve();
      return new Promise((go) => void arrivals.push({ stage, signal, go }));
    },
  };
}

function gated(learner: VoiceLearner, gate: ReturnType<typeof newGate>): VoiceLearner {
  return {
    engine: learner.engine,
    async learn(lesson, signal): Promise<Learnt> {
      await gate.pass('before the vendor is asked', signal);
      const made = await learner.learn(lesson, signal);
      await gate.pass('when the vendor has made it', signal);
      return made;
    },
    async forget(vendorId, signal) {
      await gate.pass('before the vendor forgets it', signal);
      await learner.forget?.(vendorId, signal);
    },
  };
}

/** A server that has nothing but its doors. */
function bareParts(): ServerParts {
  const unasked = () => {
    throw new ParleyError('not_found');
  };
  return {
    log: silentLog,
    access: { allowedOrigins: [], allowedHosts: () => [] },
    token: null,
    tls: null,
    realtime: {
      openSession: unasked,
      admission: { maxSessions: 1, overload: () => null, onRefused: () => {} },
      avatars: new Set(),
      log: silentLog,
      now: () => 0,
      stopping: new AbortController().signal,
    },
    previewSession: unasked,
    routes: {
      about: unasked,
      avatars: () => [],
      troubles: () => [],
      services: () => [],
      metrics: { contentType: 'text/plain', text: unasked },
    },
    making: null,
    page: null,
  };
}
