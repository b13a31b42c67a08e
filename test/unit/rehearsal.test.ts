/** A rehearsal goes through whole turns, and reaches nobody but the house's own face, and counts nowhere. */

import { once } from 'node:events';
import { createServer, globalAgent } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { readConfig } from '../../src/config.js';
import { noLimits } from '../../src/conversation/allowance.js';
import type { House } from '../../src/conversation/house.js';
import { INTERRUPTING } from '../../src/conversation/turn-rules.js';
import type { Engine, FaceEngine } from '../../src/engines/contract.js';
import { watchedFace } from '../../src/engines/resilience/watched.js';
import { createMetrics } from '../../src/observe/metrics.js';
import type { EngineRow } from '../../src/observe/start-table.js';
import { type CannedVendors, openCannedVendors } from '../../src/rehearsal/canned-vendors.js';
import { rehearse } from '../../src/rehearsal/rehearse.js';
import { unheard } from '../../src/rehearsal/unheard.js';
import { noStandby, plainAvatar, plainFace, plainPictures } from '../fixtures/engines.js';
import { eventually } from '../fixtures/eventually.js';
import { readMetrics } from '../fixtures/metrics-text.js';

const TURNS = 3;
const PICTURES = { service: 'plain', endpoint: 'pictures' };
/** However slow the machine is: what is looked at is not how long it takes. */
const longestMs = 200_000;
const TEST_MS = 240_000;
/** The most that settings allow: nobody gives up an engine because this machine stands still. */
const PATIENT = Object.fromEntries(
  ['LLM_DEADLINE', 'TTS_DEADLINE', 'STT_DEADLINE', 'LLM_IDLE_TIMEOUT', 'REQUEST_TIMEOUT']
    .concat('OPENAI_TIMEOUT', 'ELEVENLABS_TIMEOUT')
    .map((name) => [name, '600']),
);
/** Nobody stops the server. */
const stopping = new AbortController().signal;
/** For documentation only (RFC 5737): no machine has it. */
const NOBODYS = '192.0.2.1';

/** Nothing may be asked of it. */
const untouchable = <Thing extends object>(touched: string[], what: string): Thing =>
  new Proxy({} as Thing, {
    get(_, name) {
      touched.push(`${what}.${String(name)}`);
      throw new Error(`${what}.${String(name)} was asked for`);
    },
  });

function openHouse(changes: Partial<House> = {}) {
  const touched: string[] = [];
  const lines: { level: number; turns?: unknown; err?: unknown }[] = [];
  const engine = <Run>(what: string) => untouchable<Engine<Run> & never>(touched, what);
  const house: House = {
    engines: {
      ...{ llm: engine('model'), tts: engine('voice'), face: plainFace() },
      observer: untouchable(touched, 'observer'),
    },
    hearing: { vad: engine('detector'), stt: engine('recogniser'), endOfTurn: engine('judge') },
    voices: ['ada'],
    presenter: {
      ...{ id: 'plain', instructions: '', voice: 'ada', otherVoices: [] },
      face: {
        avatar: plainAvatar,
        announcement: {
          ...{ id: 'plain', name: 'Plain', width: 512, height: 512, fps: 25, frames: 150 },
          pack: { url: '/p', bytes: 1, sha256: 'ab' },
        },
        pictures: plainPictures,
      },
    },
    presenters: new Map(),
    language: 'en-US',
    standby: noStandby,
    speculation: 'full',
    interrupting: INTERRUPTING,
    fillerAfterMs: null,
    limits: noLimits,
    log: pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) }),
    now: () => performance.now(),
    ...changes,
  };
  return { house, touched, lines };
}

/** One whose presenter, which every session asks for, comes to something else. */
const presenting = (house: House, get: () => House['presenter']) =>
  Object.create(house, { presenter: { get } }) as House;

/** Canned vendors of which it is known where they were. */
function recordedVendors(before: () => unknown = () => {}) {
  const opened: CannedVendors[] = [];
  return {
    opened,
    async openVendors() {
      await before();
      const vendors = await openCannedVendors();
      opened.push(vendors);
      return vendors;
    },
    /** They were there, and nobody listens any more. */
    gone: () =>
      eventually(async () => {
        expect(opened).toHaveLength(1);
        const { port, hostname } = new URL(opened[0]!.url);
        const socket = connect(Number(port), hostname);
        const listens = once(socket, 'connect').then(() => 'somebody listens');
        const answer = await listens.catch(({ code }) => code);
        socket.destroy();
        expect(answer).toBe('ECONNREFUSED');
      }),
  };
}

const rowOf = (job: string, engine: string): EngineRow => ({ job, engine, why: '', fallbacks: [], better: [] });
const CLOUD = [rowOf('recogniser', 'openai'), rowOf('language model', 'openai'), rowOf('voice', 'elevenlabs')];

describe('a rehearsal', { timeout: TEST_MS }, () => {
  /** Who would be asked if the engines asked whom the settings name. */
  const vendor = createServer((_, response) => {
    asked += 1;
    response.writeHead(500).end();
  });
  let asked = 0;
  let config = readConfig(PATIENT);
  beforeAll(async () => {
    await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`;
    config = readConfig({
      ...PATIENT,
      ...{ OPENAI_API_KEY: 'sk-dear', OPENAI_BASE_URL: `${url}/v1`, ELEVENLABS_API_KEY: 'dear' },
      ELEVENLABS_BASE_URL: url,
    });
  });
  afterAll(() => void vendor.close());

  it.each([
    ['with what is embedded', [] as EngineRow[], {}],
    ['with what vendors say', CLOUD, {}],
    ['without an answer begun ahead', CLOUD, { speculation: 'off' } as const],
    ['where callers type', CLOUD.slice(1), { hearing: null }],
  ])('goes through every turn, and asks nobody but the face: %s', async (_, rows, changes) => {
    const { house, touched, lines } = openHouse(changes);
    expect(await rehearse({ house, config, rows, stopping, longestMs })).toBe(TURNS);
    expect(touched).toEqual([]);
    expect(asked).toBe(0);
    expect(lines).toEqual([expect.objectContaining({ level: 20, msg: 'rehearsed', turns: TURNS })]);
  });

  it('is one without sound where there is no voice, and without pictures where there is no face', async () => {
    const { house, touched } = openHouse();
    const bare = { ...house, engines: { ...house.engines, tts: null, face: null } };
    expect(await rehearse({ house: bare, config, rows: CLOUD, stopping, longestMs })).toBe(TURNS);
    expect(touched).toEqual([]);
  });

  it('does without a face that is not ready', async () => {
    const { house, touched } = openHouse();
    const run: FaceEngine['run'] = () => {
      touched.push('face');
      throw new Error('it was asked');
    };
    const face: FaceEngine = { ...plainFace(), health: () => ({ down: 'it is starting' }), run };
    const waiting = { ...house, engines: { ...house.engines, face } };
    expect(await rehearse({ house: waiting, config, rows: CLOUD, stopping, longestMs })).toBe(TURNS);
    expect(touched).toEqual([]);
  });

  it('is not counted, and what is asked outside of it is', async () => {
    const metrics = createMetrics();
    const rehearsing = unheard(metrics.observer);
    const { house } = openHouse();
    const face = watchedFace(plainFace(), { service: 'plain', observer: rehearsing.observer });
    const watched = { ...house, engines: { ...house.engines, face } };
    const counted = async () => readMetrics(await metrics.text()).value('api_calls_total', PICTURES);
    const rehearsal = { house: watched, config, rows: CLOUD, stopping, longestMs };
    expect(await rehearse({ ...rehearsal, during: rehearsing.during })).toBe(TURNS);
    expect(await counted()).toBeUndefined();
    await rehearse(rehearsal);
    expect(await counted()).toBeGreaterThan(0);
  });

  it('leaves nobody listening behind', async () => {
    const { house } = openHouse();
    const { openVendors, gone } = recordedVendors();
    expect(await rehearse({ house, config, rows: CLOUD, stopping, longestMs, openVendors })).toBe(TURNS);
    await gone();
  });

  it.each(['the house', 'the settings'])(
    'that cannot be for %s is none, and keeps nobody from serving',
    async (what) => {
      const { house, lines } = openHouse();
      const { openVendors, gone } = recordedVendors();
      const broken = () => {
        throw new Error('it is broken');
      };
      const tools = { house, config, rows: CLOUD, stopping, longestMs, openVendors };
      if (what === 'the house') tools.house = presenting(house, broken);
      else tools.config = Object.defineProperty({ ...config }, 'OPENAI_CHAT_MODEL', { get: broken, enumerable: true });
      expect(await rehearse(tools)).toBe(0);
      expect(lines.map(({ level }) => level)).toEqual([20]);
      await gone();
    },
  );

  it('is left where it takes too long, and then begins nothing any more', async () => {
    const { house, touched, lines } = openHouse();
    let open = () => {};
    const mayOpen = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { openVendors, gone } = recordedVendors(() => mayOpen);
    const unwanted = presenting(house, () => {
      touched.push('presenter');
      return house.presenter;
    });
    expect(await rehearse({ house: unwanted, config, rows: CLOUD, stopping, longestMs: 0, openVendors })).toBe(0);
    expect(lines).toEqual([expect.objectContaining({ level: 20, turns: 'late' })]);
    open();
    await gone();
    expect(touched).toEqual([]);
  });

  it('ends at once where the server is stopped, also in mid-session', async () => {
    const { house, lines } = openHouse();
    const stop = new AbortController();
    const { openVendors, gone } = recordedVendors();
    const run: FaceEngine['run'] = (frames, options, context) => {
      stop.abort(new Error('it is stopped'));
      return plainFace().run(frames, options, context);
    };
    const stopped = { ...house, engines: { ...house.engines, face: { ...plainFace(), run } } };
    const ended: string[] = [];
    const during = <T>(session: () => Promise<T>) => session().finally(() => ended.push('session'));
    const tools = { house: stopped, config, rows: CLOUD, stopping: stop.signal, longestMs, openVendors, during };
    expect(await rehearse(tools)).toBe(0);
    expect(lines).toEqual([expect.objectContaining({ level: 20, msg: 'the rehearsal failed' })]);
    await gone();
    expect(ended).toEqual(['session']);
  });

  it('is none where nothing can listen', async () => {
    const { house, lines } = openHouse();
    const openVendors = () => openCannedVendors(NOBODYS);
    expect(await rehearse({ house, config, rows: CLOUD, stopping, longestMs, openVendors })).toBe(0);
    const err = expect.objectContaining({ code: 'EADDRNOTAVAIL' });
    expect(lines).toEqual([expect.objectContaining({ level: 20, err })]);
  });

  it('asks no vendor on loopback where all that is asked goes through a proxy', async () => {
    const { house } = openHouse();
    const { openVendors, opened } = recordedVendors();
    const { options } = globalAgent as unknown as { options: { proxyEnv?: object | undefined } };
    const { proxyEnv } = options;
    options.proxyEnv = { HTTP_PROXY: 'http://192.0.2.1' };
    try {
      expect(await rehearse({ house, config, rows: CLOUD, stopping, longestMs, openVendors })).toBe(TURNS);
    } finally {
      options.proxyEnv = proxyEnv;
    }
    expect(opened).toEqual([]);
  });
});

describe('a canned vendor', { timeout: TEST_MS }, () => {
  it.each(['{', 'null', '{"text":{"toString":1}}', 'x'.repeat(100_000)])(
    'hangs up on who talks nonsense: %.30s',
    async (junk) => {
      const vendors = await openCannedVendors();
      try {
        const socket = new WebSocket(vendors.url.replace('http', 'ws'));
        await once(socket, 'open');
        const closed = new Promise((resolve) => socket.once('close', resolve));
        socket.on('error', () => {});
        socket.send(junk);
        await closed;
        const response = await fetch(`${vendors.url}/v1/models`);
        expect(await response.json()).toMatchObject({ data: [] });
      } finally {
        vendors.close();
      }
    },
  );
});
