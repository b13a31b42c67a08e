/** A page whose sound takes 3 s to open: alone on the machine, since it is told from one that is forbidden by the time. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type RunningServer, startServer } from '../e2e/server.js';
import { launchChromium } from './chromium.js';
import { SLOW_SOUND } from './slow-sound.js';
import { visit } from './visitor.js';

/** Loud enough to be heard. */
const AUDIBLE = 0.005;

vi.setConfig({ testTimeout: 240_000 });

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => void (await server?.stop()));

it('waits for a sound that is slow to open, and does not call it forbidden', async () => {
  const strict = await launchChromium({ autoplay: false });
  try {
    const { start, until, page } = await visit(strict, server.url, { before: SLOW_SOUND });
    await start.click();
    await until(`d.level > ${AUDIBLE}`);
    expect(await page.getByRole('alert').filter({ hasText: 'keeps this page silent' }).isVisible()).toBe(false);
  } finally {
    await strict.close();
  }
});
