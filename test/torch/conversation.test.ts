/** Whole answers of a real server whose face a real worker draws, with tiny models on the CPU. */

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { decodeJpeg, joinOf, type Pixels } from '../../src/avatars/drawn/place.js';
import { jpegSize } from '../../src/avatars/jpeg.js';
import { decodePack } from '../../src/protocol/pack.js';
import { connect } from '../e2e/client.js';
import { type RunningServer, startServer, untilReady } from '../e2e/server.js';
import { workersOf } from '../e2e/workers-of.js';
import { openStudio, type Studio } from './studio.js';

/** A worker takes 10 s to start, on a busy machine a minute, and some tests start several. */
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });
const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 240_000, interval: 20 });

let studio: Studio;
let server: RunningServer;
beforeAll(async () => {
  studio = openStudio();
  cpSync('var/avatars/ada', join(studio.folder, 'avatars/ada'), { recursive: true });
  server = await startServer({ ...studio.settings, FACE: 'musetalk,drawn', AVATAR: 'anna' });
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
  studio.remove();
});

type Client = Awaited<ReturnType<typeof connect>>;

const patchesOf = ({ media }: Client) =>
  media.flatMap((frame) => (frame.kind === 'patch' && frame.jpeg.length > 0 ? [frame] : []));

/**
 * Asks until one answer has had more patches than that, and gives its number: where nothing but a processor draws, those
 * of a whole answer may come too late.
 */
async function untilSeen(client: Client, least: number): Promise<number> {
  for (;;) {
    client.ask('Count to five');
    expect((await client.next('response.done')).response.status).toBe('completed');
    const last = Math.max(...client.media.map((frame) => (frame.kind === 'microphone' ? 0 : frame.response)));
    if (patchesOf(client).filter(({ response }) => response === last).length > least) return last;
  }
}

function withoutRim({ data, width }: Pixels): Pixels {
  const rows = Array.from({ length: data.length / 4 / width - 2 }, (_, row) =>
    data.subarray(((row + 1) * width + 1) * 4, ((row + 2) * width - 1) * 4),
  );
  return { data: Uint8ClampedArray.from(rows.flatMap((row) => [...row])), width: width - 2 };
}

interface Readiness {
  readonly services: readonly { readonly engine: string; readonly state: string }[];
}

/** The worker may still be on its way up: a face that is not there costs an answer only its face. */
async function untilDrawing({ url } = server): Promise<void> {
  await eventually(async () => {
    const { services } = (await (await fetch(`${url}/readyz`)).json()) as Readiness;
    expect(services.find(({ engine }) => engine === 'musetalk')?.state).toBe('up');
  });
}

async function numbers({ url } = server, worker = 'musetalk'): Promise<Record<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.matchAll(/^parley_worker\{worker="([\w ]+)",stat="(\w+)"\} (\S+)$/gm);
  return Object.fromEntries(
    [...lines].flatMap(([, of, name, value]) => (of === worker ? [[name, Number(value)]] : [])),
  );
}

describe('an answer with a filmed face', () => {
  it('has patches that join their base pictures, each at its own sound', async () => {
    await untilDrawing();
    const client = await connect(server.realtime);
    const { avatar } = await client.next('avatar.announced');
    expect(avatar).toMatchObject({ id: 'anna', frames: 38, width: 256, height: 256 });
    const pack = decodePack(new Uint8Array(await (await fetch(server.url + avatar.pack.url)).arrayBuffer()));
    expect(pack.pictures.length).toBe(38);
    const number = await untilSeen(client, 10);
    const positions = client.media.flatMap((frame) =>
      frame.kind === 'audio' && frame.response === number ? [frame.position] : [],
    );
    const patches = patchesOf(client).filter(({ response }) => response === number);
    for (const { position } of patches) expect(positions).toContain(position);
    expect(patches.map(({ position }) => position)).toEqual(
      patches.map(({ position }) => position).sort((a, b) => a - b),
    );
    for (const { place, jpeg, base } of patches) {
      expect(jpegSize(jpeg)).toEqual({ width: place.width, height: place.height });
      // As clients lay it over: without its outermost pixels.
      const inner = { x: place.x + 1, y: place.y + 1, width: place.width - 2, height: place.height - 2 };
      const shown = withoutRim(await decodeJpeg(jpeg));
      expect(joinOf(await decodeJpeg(pack.pictures[base]!), shown, inner)).toBeLessThanOrEqual(4);
    }
    expect(new Set(patches.map(({ jpeg }) => Buffer.from(jpeg).toString('base64'))).size).toBeGreaterThan(8);
    await client.close();
  });

  it('is cut off at once, and nothing of it is drawn any more', async () => {
    await untilDrawing();
    const client = await connect(server.realtime);
    client.ask('Tell me a story');
    await eventually(() => expect(patchesOf(client).length).toBeGreaterThan(5));
    client.send({ type: 'response.cancel' });
    const { response } = await client.next('avatar.flush');
    const before = client.media.length;
    client.ask('Count to five');
    await eventually(() => expect(patchesOf(client).some((patch) => patch.response > response)).toBe(true));
    const late = client.media
      .slice(before)
      .filter((frame) => frame.kind !== 'microphone' && frame.response <= response);
    expect(late).toEqual([]);
    client.send({ type: 'response.cancel' });
    await client.close();
    await eventually(async () => {
      const { replies, pictures_waiting } = await numbers();
      expect([replies, pictures_waiting]).toEqual([0, 0]);
    });
  });

  it('is there for several callers at once, and for a drawn presenter beside them', async () => {
    await untilDrawing();
    const clients = await Promise.all(['anna', 'anna', 'ada'].map((id) => connect(`${server.realtime}?avatar=${id}`)));
    await Promise.all(clients.map((client) => untilSeen(client, 3)));
    await Promise.all(clients.map((client) => client.close()));
  });

  it('comes as whole pictures to whoever asks for them', async () => {
    await untilDrawing();
    const client = await connect(`${server.realtime}?video=frames`);
    const spokenOnes = () =>
      client.media.flatMap((frame) => (frame.kind === 'picture' && frame.response > 0 ? [frame] : []));
    // Pictures that come too late are left out, and where nothing but a processor draws that may be a whole answer.
    while (spokenOnes().length <= 10) {
      client.ask('Count to five');
      const { response } = await client.next('response.done');
      expect(response.status).toBe('completed');
    }
    const spoken = spokenOnes();
    const shown = await loadImage(spoken[5]!.jpeg);
    expect([shown.width, shown.height]).toEqual([256, 256]);
    createCanvas(256, 256).getContext('2d').drawImage(shown, 0, 0);
    await client.close();
  });

  it('is counted', async () => {
    const counted = await numbers();
    expect(counted.pictures).toBeGreaterThan(20);
    expect(counted.batch_fill).toBeGreaterThan(0);
    for (const name of ['queue_age_p99_ms', 'lateness_p99_ms', 'busy_share', 'pictures_dropped', 'rss_bytes']) {
      expect(counted[name]).toBeTypeOf('number');
    }
  });
});

describe('a worker that has room for one face', () => {
  it('is sent another one again, and no answer goes without', async () => {
    const narrow = await startServer({ ...studio.settings, AVATAR: 'anna', MUSETALK_OPTIONS: '{"face_megabytes": 2}' });
    try {
      await untilDrawing(narrow);
      for (const id of ['anna', 'bea', 'anna', 'bea']) {
        const client = await connect(`${narrow.realtime}?avatar=${id}`);
        await untilSeen(client, 3);
        expect(client.types()).not.toContain('error');
        await client.close();
      }
    } finally {
      await narrow.stop();
    }
  });
});

describe.skipIf(process.platform !== 'linux')('a face whose worker is killed', () => {
  it('costs the answer its face and nothing else, and is there again', async () => {
    await untilDrawing();
    const client = await connect(server.realtime);
    client.ask('Count to ten');
    await eventually(() => expect(patchesOf(client).length).toBeGreaterThan(3));
    const [worker] = workersOf(server.process.pid).filter(({ command }) => command.includes(studio.python));
    process.kill(worker!.pid, 'SIGKILL');
    const { error } = await client.next('error');
    expect(error).toMatchObject({ type: 'server_error', code: 'face_failed' });
    const done = await client.next('response.done');
    expect(done.response.status).toBe('completed');
    const sound = client.media.flatMap((frame) => (frame.kind === 'audio' ? [frame.position] : []));
    expect(sound).toEqual(sound.map((_, index) => index * 960));
    await untilReady(server.url);
    await untilDrawing();
    await untilSeen(client, 3);
    await client.close();
  });
});

describe.skipIf(process.platform !== 'linux')('a server with two devices', () => {
  it('shares answers out between them, and goes on with one', async () => {
    const two = await startServer({ ...studio.settings, AVATAR: 'anna', MUSETALK_DEVICES: 'cpu,cpu' });
    try {
      const started = () => workersOf(two.process.pid).filter(({ command }) => command.includes(studio.python));
      await untilDrawing(two);
      // Both have been asked for their numbers, so both are up.
      await eventually(async () => {
        for (const worker of ['musetalk', 'musetalk 2']) expect((await numbers(two, worker)).replies).toBe(0);
      });
      const clients = await Promise.all([connect(two.realtime), connect(two.realtime)]);
      await Promise.all(clients.map((client) => untilSeen(client, 3)));
      await eventually(async () => {
        for (const worker of ['musetalk', 'musetalk 2']) {
          expect((await numbers(two, worker)).pictures).toBeGreaterThan(3);
        }
      });
      process.kill(started()[0]!.pid, 'SIGKILL');
      await eventually(() => expect(two.output().log).toContain('"reason":"killed by SIGKILL"'));
      await untilDrawing(two);
      await untilSeen(clients[0]!, 3);
      await Promise.all(clients.map((one) => one.close()));
    } finally {
      await two.stop();
    }
  });
});
