/** What sessions leave in the server when they are over: nothing, counted object by object. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pcmBytes } from '../../src/audio/pcm.js';
import { eventually } from '../fixtures/eventually.js';
import { censusOf } from '../fixtures/heap-census.js';
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
const ROUNDS = 8;
/** A look takes two seconds or more. */
const MOST_LOOKS = 8;

const SHORT = 'What time is it?';
const LONG = 'Tell me a story.';

let vendors: Vendors;
let server: RunningServer;
const snapshots = mkdtempSync(join(tmpdir(), 'parley-heap-'));
beforeAll(async () => {
  vendors = await startVendors(SHORT);
  const node = `--heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${snapshots}`;
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
    expect((await client.next('response.done')).response.status).toBe('completed');
    await client.close();
  },
  async 'speaks, and hears the answer to its end'() {
    const client = await connect(server.realtime);
    await client.speak(joined(questions.tellMeAStory, silent(1500)));
    expect((await client.next('response.done')).response.status).toBe('completed');
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

async function round(): Promise<void> {
  const sessions = Object.values(KINDS).flatMap((session) => Array.from({ length: OF_EACH }, session));
  await Promise.all(sessions);
  await eventually(async () => {
    const metrics = readMetrics(await (await fetch(`${server.url}/metrics`)).text());
    expect(metrics.value('parley_sessions_active')).toBe(0);
  });
}

/** Node collects what it can before it writes one. */
async function census(): Promise<Map<string, number>> {
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

it('leaves no object behind for a session', { timeout: 300_000 }, async () => {
  for (let done = 0; done < ROUNDS_BEFORE; done += 1) await round();
  const before = await census();
  for (let done = 0; done < ROUNDS; done += 1) await round();
  let left = await grownSince(before);
  // What is only being closed goes: a connection that somebody might have used again lives for some seconds more.
  for (let looks = 1; left.length > 0 && looks < MOST_LOOKS; looks += 1) left = await grownSince(before);
  expect(left).toEqual([]);
});

/** What one kind of session leaves behind is there as often as there were such sessions. */
async function grownSince(before: Map<string, number>) {
  const grown = [...(await census())].map(([kind, count]) => [kind, count - (before.get(kind) ?? 0)] as const);
  return grown.filter(([, more]) => more >= (ROUNDS * OF_EACH) / 2);
}
