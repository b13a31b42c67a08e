/** Who comes to a server that has as much to do as it can. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { eventually } from '../fixtures/eventually.js';
import { readMetrics } from '../fixtures/metrics-text.js';
import { connect } from './client.js';
import { type RunningServer, startServer } from './server.js';

/** Fewer than this are never what makes a server late. */
const FEW = 8;

let server: RunningServer;
beforeAll(async () => {
  // By one percent for one caller more it would be over that already; however late this machine makes it is no matter.
  server = await startServer({ MAX_LOOP_BUSY: '1', MAX_LOOP_LAG: '60000' });
});
afterAll(async () => void (await server?.stop()));

const metrics = async () => readMetrics(await (await fetch(`${server.url}/metrics`)).text());

it('is told so, is counted, and is let in when there is room again', async () => {
  const callers = await Promise.all(Array.from({ length: FEW }, () => connect(server.realtime)));
  await Promise.all(callers.map((caller) => caller.next('session.created')));
  const busy = (await metrics()).value('parley_event_loop_busy');
  expect(busy).toBeGreaterThan(0);
  expect(busy).toBeLessThanOrEqual(1);

  const next = await connect(server.realtime);
  expect((await next.next('error')).error).toMatchObject({
    code: 'at_capacity',
    message: expect.stringContaining('The server has as much to do as it can'),
  });
  expect((await next.closed).code).toBe(1013);
  expect((await metrics()).value('parley_sessions_refused_total', { reason: 'busy' })).toBe(1);

  await callers[0]!.close();
  await eventually(async () => {
    expect((await metrics()).value('parley_sessions_active')).toBe(FEW - 1);
  });
  const last = await connect(server.realtime);
  await last.next('session.created');
  await Promise.all([...callers.slice(1), last].map((caller) => caller.close()));
});
