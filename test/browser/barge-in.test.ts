/** Speaking over the avatar, as it is seen and heard: it holds, goes on from the very sample, or is still for good. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type RunningServer, startServer } from '../e2e/server.js';
import { launchChromium } from './chromium.js';
import { type Ear, putEar } from './ear.js';
import { watchLips } from './lip-sync.js';
import { type Visitor, visit } from './visitor.js';

/** A browser, a server and the tests beside them on two cores that others use too. */
vi.setConfig({ testTimeout: 240_000 });

/** Loud enough to be heard; digital silence is 0, and the last of a fade far below. */
const AUDIBLE = 0.005;
const SILENT = 0.0005;
/** Of the closed mouth, drawn on a picture of the idle loop or the one after it, in levels. */
const CLOSED = 1.5;

let server: RunningServer;
let browser: Browser;
let visitor: Visitor;
let ear: Ear;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchChromium({ autoplay: true })]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

beforeEach(async () => {
  const prepare = async (page: Visitor['page']) => {
    ear = await putEar(page, { hears: true });
  };
  visitor = await visit(browser, server.url, { prepare });
});

afterEach(async () => {
  await visitor?.leave();
});

interface Report {
  readonly type: string;
  readonly response: number;
  readonly played: number;
  readonly state: string;
}

/** What the page has reported of its playing since it was asked `from` events ago. */
const reports = (from = 0) =>
  ear.asked.slice(from).filter(({ type }) => type === 'avatar.playback') as unknown as Report[];

/** Which answer sounds, as the server has announced it. */
function answer(): { response: number; response_id: string } {
  const announced = ear.said.findLast(({ type }) => type === 'avatar.response');
  return { response: Number(announced?.response), response_id: String(announced?.response_id) };
}

async function hearAStory(): Promise<void> {
  await visitor.ask('Tell me a story');
  await visitor.until(`d.state === 'speaking' && d.heard > 40000 && d.shown > 10 && d.level > ${AUDIBLE}`);
}

/** Lets the page go on for a while, as long as nothing is expected to happen in it. */
async function aSecondPasses(): Promise<void> {
  const now = await visitor.page.evaluate<number>('performance.now()');
  await visitor.until(`performance.now() > ${now} + 1000`);
}

/** The widest that the mouth is seen to be in a second. */
async function widestMouth(): Promise<number> {
  const looks = await watchLips(visitor.page, 1000);
  return Math.max(...looks.map(({ opening }) => opening));
}

describe('a pause', () => {
  it('silences the voice and shuts the mouth, and the answer goes on from the very sample', async () => {
    const { until, debug, page, lastAnswer, complaints } = visitor;
    await hearAStory();
    const before = ear.asked.length;
    ear.tell({ type: 'avatar.pause', ...answer() });
    await until(`d.play === 'paused' && d.level < ${SILENT}`);
    await page.getByRole('img', { name: /listening/ }).waitFor();
    // The lips close within 120 ms of pictures, and then rest on the head that holds still.
    await until('d.mouth === null');
    expect(await widestMouth()).toBeLessThan(CLOSED);
    // A server says something now and then; after 10 s without a word the page would take it for dead.
    ear.tell({ type: 'avatar.state', state: 'listening', response_id: null });
    const held = await debug();
    await aSecondPasses();
    expect(await debug()).toMatchObject({ heard: held.heard, shown: held.shown, mouth: null, base: held.base });
    const paused = reports(before).filter(({ state }) => state === 'paused');
    expect(paused).toHaveLength(1);
    const { played } = paused[0]!;

    ear.tell({ type: 'avatar.resume', ...answer(), position: played });
    await until(`d.play === 'playing' && d.level > ${AUDIBLE} && d.mouth !== null`);
    await until(`d.heard > ${played} + 24000 && d.shown > ${held.shown}`);
    const later = reports(before).slice(reports(before).findIndex(({ state }) => state === 'paused') + 1);
    // A quantum of sound is played when the first word of it comes, and a few at most.
    expect(later[0]?.played).toBeGreaterThanOrEqual(played);
    expect(later.find(({ state }) => state === 'playing')?.played).toBeLessThanOrEqual(played + 512 + 128);
    expect(await lastAnswer.locator('.cut').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('is no reason to say that it thinks, and neither is a network that brings nothing for a moment', async () => {
    const { until, page } = visitor;
    await page.evaluate(NOTE_MOODS);
    await hearAStory();
    ear.hold();
    await until(`d.play === 'buffering' && d.mouth === null && d.level < ${SILENT}`);
    ear.release();
    await until(`d.play === 'playing' && d.level > ${AUDIBLE} && d.mouth !== null`);
    ear.tell({ type: 'avatar.pause', ...answer() });
    await until(`d.play === 'paused'`);
    ear.tell({ type: 'avatar.resume', ...answer(), position: reports().at(-1)!.played });
    await until(`d.play === 'playing' && d.level > ${AUDIBLE}`);
    expect(await page.evaluate('moods')).toEqual(['idle', 'thinking', 'speaking', 'listening', 'speaking']);
  });
});

/** Runs in the page: keeps what the avatar is seen to do, one after the other. */
const NOTE_MOODS = `{
  const moods = (globalThis.moods = []);
  document.addEventListener('parley-state', ({ detail: { state } }) => {
    if (state !== moods.at(-1)) moods.push(state);
  });
}`;

describe('a cut', () => {
  it('leaves nothing of the answer to be seen or heard, also of what was still on its way', async () => {
    const { until, debug, lastAnswer, caption } = visitor;
    await hearAStory();
    // Sound and pictures that the server has sent, and the network has not yet brought.
    ear.hold();
    await expect.poll(() => ear.held).toBeGreaterThan(4);
    ear.tell({ type: 'avatar.flush', ...answer(), reason: 'turn_detected' });
    await until(`d.play === 'flushed' && d.level < ${SILENT} && d.mouth === null`);
    await lastAnswer.locator('.cut').waitFor();
    // What is on its way to the ear counts, too.
    await aSecondPasses();
    const cut = await debug();
    const words = await lastAnswer.textContent();

    ear.release();
    await aSecondPasses();
    expect(await widestMouth()).toBeLessThan(CLOSED);
    const later = await debug();
    expect(later).toMatchObject({ heard: cut.heard, shown: cut.shown, mouth: null, play: 'flushed' });
    expect(later.level).toBeLessThan(SILENT);
    expect(await lastAnswer.textContent()).toBe(words);
    expect(await caption.locator('.coming').filter({ visible: true }).count()).toBe(0);
    expect(reports().at(-1)).toMatchObject({ state: 'flushed', response: answer().response });
  });

  it('makes room for the next answer, which is not touched by what is late', async () => {
    const { ask, until, answers } = visitor;
    await hearAStory();
    ear.hold();
    await expect.poll(() => ear.held).toBeGreaterThan(4);
    const { response } = answer();
    await ask('What time is it?');
    await expect.poll(() => answer().response).toBeGreaterThan(response);
    ear.release();
    await until(`d.state === 'idle' && d.play === 'ended'`);
    await answers.nth(1).waitFor();
    const [cut, time] = await answers.allTextContents();
    expect(cut).toMatch(/\S —$/);
    expect(time).toMatch(/\d/);
    expect(time).not.toContain('—');
  });
});
