/** A tab that is truly hidden, as when its visitor looks at another one: the voice goes on, and nothing is lost. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type RunningServer, startServer } from '../e2e/server.js';
import { launchChromium } from './chromium.js';
import { goesWithTheSound, type Look, lipSync, watchLips } from './lip-sync.js';
import { openTab } from './tab.js';
import { type Debug, PATIENCE_MS, untilHolds } from './visitor.js';

/** A browser, a server and the tests beside them on two cores that others use too. */
vi.setConfig({ testTimeout: 240_000 });

/** Loud enough to be heard; digital silence is 0. */
const AUDIBLE = 0.005;
const SECOND = 24_000;
/** 100 ms, and what the audio thread may have played between two of its messages: 512 samples and a quantum of 128. */
const MOST_BETWEEN_REPORTS = 2400 + 512 + 128;

let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchChromium({ autoplay: true })]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** Runs in the page, before its own scripts: keeps what it reports as played. */
const NOTE_REPORTS = `{
  const reports = (globalThis.reports = []);
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (data) {
    const event = typeof data === 'string' ? JSON.parse(data) : {};
    if (event.type === 'avatar.playback' && event.state === 'playing') reports.push(event.played);
    return send.call(this, data);
  };
}`;

it('speaks on and reports on, and shows the right picture when it is looked at again', async () => {
  const tab = await openTab(browser, server.url, NOTE_REPORTS);
  const debug = () => tab.evaluate<Debug>(`document.querySelector('parley-avatar').debug`);
  const visibility = () => tab.evaluate<string>('document.visibilityState');
  const heard = async () => (await debug()).heard;
  const isThere = `document.querySelector('parley-avatar')?.debug?.state === 'idle'`;
  await expect.poll(() => tab.evaluate(isThere), { timeout: PATIENCE_MS }).toBe(true);
  await tab.evaluate(`document.querySelector('parley-avatar').say('Tell me a story')`);
  await tab.evaluate(untilHolds('d.heard > 24000 && d.shown > 5'));

  await tab.cover();
  await expect.poll(visibility).toBe('hidden');
  const hidden = await debug();
  await expect.poll(heard, { timeout: PATIENCE_MS }).toBeGreaterThan(hidden.heard + 4 * SECOND);
  await expect.poll(async () => (await debug()).level).toBeGreaterThan(AUDIBLE);
  const covered = await debug();
  // Nothing was drawn: it was hidden indeed.
  expect(covered.shown).toBeLessThanOrEqual(hidden.shown + 1);
  const reports = await tab.evaluate<number[]>('reports');
  const meanwhile = reports.filter((played) => played > hidden.heard);
  expect(meanwhile.length).toBeGreaterThan(20);
  const gaps = meanwhile.map((played, at) => played - (meanwhile[at - 1] ?? played));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(MOST_BETWEEN_REPORTS);

  await tab.uncover();
  await tab.evaluate(untilHolds(`d.shown > ${covered.shown} && d.mouth !== null`));
  // The first mouth that is seen is that of the sound, not one that waited for the tab.
  const { mouth, heard: now } = await debug();
  expect(mouth ?? Number.POSITIVE_INFINITY).toBeGreaterThan(covered.heard / 960 - 1);
  // Where the browser's own audio stands still for a moment, what is heard is reckoned on for up to 250 ms.
  expect(mouth ?? 0).toBeLessThanOrEqual((now + SECOND / 4) / 960);
  const watched: (readonly Look[])[] = [];
  const watchOn = async () => {
    watched.push(await watchLips(tab, 3000));
    return lipSync(watched);
  };
  await expect.poll(watchOn, { timeout: 30_000 }).toSatisfy(goesWithTheSound);
  // And it lies on the right head: between two sounds it is the pack's own picture.
  expect(Math.min(...watched.flat().map(({ opening }) => opening))).toBeLessThan(1.5);
});
