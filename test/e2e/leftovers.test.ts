/**
 * What sessions leave in the server when they are over: no object of any kind, and hardly a byte. 64 of them are enough to see
 * what each of a kind leaves behind; `LEFTOVER_ROUNDS=125 npx vitest run --project server test/e2e/leftovers.test.ts` is of a
 * thousand, and takes some eight minutes.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pcmBytes } from '../../src/audio/pcm.js';
import { type Census, growthOf } from '../../src/bench/heap-census.js';
import { openHeapSnapshots } from '../../src/bench/heap-snapshots.js';
import { kindsOf, leftoversOf } from '../../src/bench/leftovers.js';
import { eventually } from '../fixtures/eventually.js';
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
const snapshots = openHeapSnapshots();
const stopped = new AbortController();
beforeAll(async () => {
  vendors = await startVendors(SHORT);
  const flags = snapshots.flags.map((flag) => `"${flag}"`).join(' ');
  server = await startCloudServer({ ...vendors.environment, STT: 'openai', NODE_OPTIONS: flags });
}, 120_000);
afterAll(async () => {
  stopped.abort();
  await server?.stop();
  await vendors?.close();
  snapshots.remove();
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

const census = () => snapshots.count({ child: server.process, http: server.url }, stopped.signal);

it('leaves nothing behind for a session', { timeout: 300_000 + ROUNDS * 60_000 }, async () => {
  for (let done = 0; done < ROUNDS_BEFORE; done += 1) await round();
  const before = await census();
  for (let done = 0; done < ROUNDS; done += 1) await round();

  const sessions = ROUNDS * OF_EACH * Object.keys(KINDS).length;
  const left = (after: Census) => ({
    ...leftoversOf(before, after, sessions),
    // What one kind of session leaves behind is there as often as there were such sessions.
    kinds: kindsOf(growthOf(before, after), (ROUNDS * OF_EACH) / 2),
  });
  let now = left(await census());
  const deadline = performance.now() + GONE_MS;
  while ((now.kinds.length > 0 || now.bytes >= MOST_BYTES_A_SESSION) && performance.now() < deadline)
    now = left(await census());
  console.info(`${sessions} sessions left ${now.bytes} bytes each, and ${now.codeBytes} of compiled code`);
  expect(now.kinds).toEqual([]);
  expect(now.bytes).toBeLessThan(MOST_BYTES_A_SESSION);
});
