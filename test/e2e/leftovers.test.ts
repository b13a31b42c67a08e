/**
 * What sessions leave in the server when they are over: no object of any kind, and hardly a byte. 64 of them are enough to see
 * what each of a kind leaves behind; `LEFTOVER_ROUNDS=125 npx vitest run --project server test/e2e/leftovers.test.ts` is of a
 * thousand, and takes some eight minutes.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pcmBytes } from '../../src/audio/pcm.js';
import { eventually } from '../fixtures/eventually.js';
import { type Census, CODE, censusOf, growthOf, leastOf } from '../fixtures/heap-census.js';
import { joined } from '../fixtures/hearing/recordings.js';
import { readMetrics } from '../fixtures/metrics-text.js';
import { connect } from './client.js';
import { startCloudServer, startVendors, type Vendors } from './cloud.js';
import { questions, silent } from './recogniser.js';
import type { RunningServer } from './server.js';

/** So many of each kind at a time: the first eight are never turned away. */
const OF_EACH = 2;
/** Everything has been used by then, and the windows of the server's own measures are full. */
const ROUNDS_BEFORE = 3;
const ROUNDS = Number(process.env.LEFTOVER_ROUNDS ?? 8);
const MOST_BYTES_A_SESSION = 2048;
/** Connections to vendors that somebody might have used again are closed by then. */
const GONE_MS = 90_000;

const SHORT = 'What time is it?';
const LONG = 'Tell me a story.';

let vendors: Vendors;
let server: RunningServer;
const snapshots = mkdtempSync(join(tmpdir(), 'parley-heap-'));
beforeAll(async () => {
  vendors = await startVendors(SHORT);
  const node = `--heapsnapshot-signal=SIGUSR2 "--diagnostic-dir=${snapshots}"`;
  server = await startCloudServer({ ...vendors.environment, STT: 'openai', NODE_OPTIONS: node });
}, 120_000);
afterAll(async () => {
  await server?.stop();
  await vendors?.close();
  rmSync(snapshots, { recursive: true, force: true });
});

const KINDS = {
  async 'types, and hears the answer to its end'() {
    const client = await connect(server.realtime);
    client.ask(SHORT);
    await answered(client);
    await client.close();
  },
  async 'speaks, and hears the answer to its end'() {
    const client = await connect(server.realtime);
    await client.speak(joined(questions.tellMeAStory, silent(1500)));
    await answered(client);
    await client.close();
  },
  async 'sends a recording, and leaves before it is answered'() {
    const client = await connect(server.realtime, ['realtime']);
    const input = { turn_detection: null };
    client.send({ type: 'session.update', session: { type: 'realtime', audio: { input } } });
    const audio = Buffer.from(pcmBytes(questions.tellMeAStory)).toString('base64');
    client.send({ type: 'input_audio_buffer.append', audio });
    client.send({ type: 'input_audio_buffer.commit' });
    client.send({ type: 'response.create' });
    await client.next('response.created');
    await client.close();
  },
  async 'is gone in the middle of an answer'() {
    const client = await connect(server.realtime);
    client.ask(LONG);
    await client.next('response.output_audio_transcript.delta');
    client.socket.terminate();
    await client.closed;
  },
};

/** Whose words reach a busy machine late may be answered twice, and cut the first answer off. */
async function answered(client: Awaited<ReturnType<typeof connect>>): Promise<void> {
  let { status } = (await client.next('response.done')).response;
  while (status === 'cancelled') status = (await client.next('response.done')).response.status;
  expect(status).toBe('completed');
}

async function round(): Promise<void> {
  const sessions = Object.values(KINDS).flatMap((session) => Array.from({ length: OF_EACH }, session));
  await Promise.all(sessions);
  await eventually(async () => {
    const metrics = readMetrics(await (await fetch(`${server.url}/metrics`)).text());
    expect(metrics.value('parley_sessions_active')).toBe(0);
  });
}

/** Node collects what it can before it writes one. */
async function census(): Promise<Census> {
  for (const file of readdirSync(snapshots)) rmSync(join(snapshots, file));
  server.process.kill('SIGUSR2');
  const file = await eventually(() => {
    const [name] = readdirSync(snapshots);
    expect(name).toBeDefined();
    return join(snapshots, name!);
  });
  // It does nothing else until it is written.
  await fetch(`${server.url}/healthz`);
  return censusOf(file);
}

it('leaves nothing behind for a session', { timeout: 300_000 + ROUNDS * 60_000 }, async () => {
  for (let done = 0; done < ROUNDS_BEFORE; done += 1) await round();
  // What is only being closed is not in all of them.
  const before = leastOf([await census(), await census(), await census()]);
  for (let done = 0; done < ROUNDS; done += 1) await round();

  let growth = growthOf(before, await census());
  const deadline = performance.now() + GONE_MS;
  while (isLeft(growth) && performance.now() < deadline) growth = growthOf(before, await census());
  const each = (bytes: number) => Math.round(bytes / sessions);
  console.info(
    `${sessions} sessions left ${each(dataIn(growth))} bytes each, and ${each(codeIn(growth))} of compiled code`,
  );
  expect(kindsOf(growth)).toEqual([]);
  expect(each(dataIn(growth))).toBeLessThan(MOST_BYTES_A_SESSION);
});

const sessions = ROUNDS * OF_EACH * Object.keys(KINDS).length;
const isLeft = (growth: Census) => kindsOf(growth).length > 0 || dataIn(growth) >= sessions * MOST_BYTES_A_SESSION;

/** What one kind of session leaves behind is there as often as there were such sessions. */
const kindsOf = (growth: Census) =>
  [...growth].filter(([kind, { count }]) => /^(object|native|function) /.test(kind) && count >= (ROUNDS * OF_EACH) / 2);

const codeIn = (growth: Census) => growth.get(CODE)?.bytes ?? 0;
const dataIn = (growth: Census) => [...growth.values()].reduce((sum, { bytes }) => sum + bytes, 0) - codeIn(growth);
