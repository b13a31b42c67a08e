/** The kiosk in a real browser: it invites, talks, forgets, and comes back. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RunningServer, startServer } from '../e2e/server.js';
import { launchChromium } from './chromium.js';
import { type Ear, putEar, utterance } from './ear.js';
import { SLOW_SOUND } from './slow-sound.js';
import { PATIENCE_MS } from './visitor.js';
import { notes, wavFile } from './wav.js';

/** A browser, a server and the tests beside them on two cores that others use too. */
vi.setConfig({ testTimeout: 240_000 });

let folder: string;
let file: string;
let server: RunningServer;
let browser: Browser;
let deaf: Browser;
let page: Page;
let ear: Ear;
let complaints: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-kiosk-'));
  file = join(folder, 'notes.wav');
  await writeFile(file, wavFile(notes(500, 2, 16_000), 16_000));
  [server, browser, deaf] = await Promise.all([
    startServer(),
    launchChromium({ autoplay: true, microphone: { file } }),
    launchChromium({ autoplay: true }),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await deaf?.close();
  await server?.stop();
  await rm(folder, { recursive: true });
});

afterEach(async () => {
  await page?.context().close();
});

interface Arrival {
  readonly hears?: boolean;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly at?: RunningServer;
  /** A script that runs in the page before its own. */
  readonly before?: string;
}

/** Opens the kiosk. `deaf` is a browser without a microphone: there nothing listens before it is touched. */
async function open(query: string, where = deaf, arrival: Arrival = {}): Promise<void> {
  const { hears = true, viewport, at = server, before = '' } = arrival;
  const context = await where.newContext(viewport === undefined ? {} : { viewport });
  await context.addInitScript(before);
  page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  ear = await putEar(page, { hears });
  await page.goto(`${at.url}/kiosk${query}`);
  await page.getByRole('img', { name: /ready|listening/ }).waitFor();
}

const invitation = () => page.getByRole('button', { name: /Touch to/ });
const attracts = () => page.locator('body.attract').waitFor();
const talks = () => page.locator('body:not(.attract)').waitFor();
const isSpeaking = () => page.locator('body[data-state=speaking]').waitFor();
const host = () => page.locator('.host');
const cannotHear = () =>
  page.getByRole('status').filter({ hasText: 'I cannot hear you at the moment. Please touch a question.' });
/** Runs in the page: waits until the face is where it is to be. */
const MADE_ROOM = `Promise.all(document.querySelector('parley-avatar').getAnimations().map(({ finished }) => finished))
  .then(() => {})`;

describe('the kiosk', () => {
  it('greets whoever touches it, and forgets them when they have gone', async () => {
    await open('?silence=5');
    await invitation().filter({ hasText: 'Touch to talk' }).waitFor();
    await page.mouse.click(40, 40);
    await talks();
    await isSpeaking();
    await host().locator('span.heard').first().waitFor();
    await page.getByRole('list', { name: 'Suggestions' }).getByRole('button', { name: 'Tell me a story' }).click();
    await page.locator('.caller', { hasText: 'Tell me a story' }).waitFor();
    await page.evaluate(`document.querySelector('parley-avatar').stop()`);
    expect(ear.sessions).toBe(1);
    await attracts();
    expect(await page.locator('.caller, .host').allTextContents()).toEqual(['', '']);
    expect(await page.locator('.answers').textContent()).toBe('');
    await page.getByRole('img', { name: /ready/ }).waitFor();
    await expect.poll(() => ear.sessions).toBe(2);
    // The new session was told nothing of what the last visitor said.
    const before = ear.asked.length;
    await page.keyboard.press('Enter');
    await isSpeaking();
    const asked = ear.asked.slice(before).map(({ type }) => type);
    expect(asked).toContain('response.create');
    expect(asked).not.toContain('conversation.item.create');
    expect(complaints).toEqual([]);
  });

  it('does not wipe while it speaks, however long that takes', async () => {
    await open('?silence=5');
    await page.mouse.click(40, 40);
    await isSpeaking();
    await page.evaluate(`document.querySelector('parley-avatar').say('Tell me a story')`);
    const story = `document.querySelector('parley-avatar').debug.heard > 24000 * 7`;
    await expect.poll(() => page.evaluate(story), { timeout: PATIENCE_MS }).toBe(true);
    expect(ear.sessions).toBe(1);
    expect(await page.locator('body.attract').count()).toBe(0);
  });

  it('begins with a word where the microphone was allowed before, and hears on for the next visitor', async () => {
    await open('?silence=5', browser);
    await page.getByRole('img', { name: /listening/ }).waitFor();
    await ear.hear(10);
    await page.locator('body.attract').waitFor();
    ear.tell(...utterance('a', ''), { type: 'avatar.state', state: 'idle', response_id: null });
    const answers = () => ear.asked.filter(({ type }) => type === 'response.create').length;
    expect(answers()).toBe(0);
    ear.tell(...utterance('b', 'Where are the lifts?'));
    await talks();
    await expect.poll(answers).toBe(1);
    await page.locator('.caller', { hasText: 'Where are the lifts?' }).waitFor();
    ear.tell({ type: 'avatar.state', state: 'idle', response_id: null });
    await attracts();
    expect(await page.locator('.caller').textContent()).toBe('');
    await page.getByRole('img', { name: /listening/ }).waitFor();
    await ear.hear(5);
    expect(ear.frames.find(({ session }) => session > 1)?.position).toBe(0);
  });

  it('waits for a touch where the browser does not let it sound before one', async () => {
    const strict = await launchChromium({ autoplay: false, microphone: { file } });
    try {
      await open('', strict, { before: NOTE_STATES });
      const states = () => page.evaluate<string>(`states.join(' ')`);
      await expect.poll(states).toMatch(/^opening .*off$/);
      await attracts();
      await page.mouse.click(40, 40);
      await isSpeaking();
      await expect.poll(states).toMatch(/on$/);
    } finally {
      await strict.close();
    }
  });

  it('waits for a sound that is slow to open, where the browser lets it sound by itself', async () => {
    await open('', browser, { before: SLOW_SOUND + NOTE_STATES });
    await ear.hear(5);
    expect(await page.evaluate(`states.join(' ')`)).toBe('opening on');
    ear.tell(...utterance('a', 'Where are the lifts?'));
    await talks();
    await isSpeaking();
  });

  it('says that it hears nothing where there is no microphone, and what can be done', async () => {
    await open('');
    await page.mouse.click(40, 40);
    await cannotHear().waitFor();
    expect(await page.locator('parley-avatar .note').isVisible()).toBe(false);
  });

  it('leaves the microphone alone with listen=off', async () => {
    await open('?listen=off&suggestions=off', browser);
    await invitation().filter({ hasText: 'Touch to begin' }).waitFor();
    await page.mouse.click(40, 40);
    await isSpeaking();
    expect(await page.evaluate(`document.querySelector('parley-avatar').microphone.kind`)).toBe('off');
    expect(ear.frames).toHaveLength(0);
    expect(await page.locator('.suggestions button').count()).toBe(0);
  });

  it('offers its questions where the server does not listen', async () => {
    await open('', browser, { hears: false });
    await invitation().filter({ hasText: 'Touch to begin' }).waitFor();
    await page.mouse.click(40, 40);
    await page.locator('.suggestions button').first().click();
    await isSpeaking();
    expect(ear.frames).toHaveLength(0);
  });

  it('says calmly that the connection is away, and comes back by itself', async () => {
    const first = await startServer();
    let second: RunningServer | undefined;
    try {
      await open('', deaf, { at: first });
      await first.stop();
      const away = page.getByRole('status').filter({ hasText: 'I will be back' });
      await away.waitFor();
      await invitation().locator('span').waitFor({ state: 'hidden' });
      second = await startServer({ PORT: new URL(first.url).port });
      await page.getByRole('img', { name: /ready/ }).waitFor();
      await invitation().locator('span').waitFor();
      expect(await away.count()).toBe(0);
    } finally {
      await first.stop();
      await second?.stop();
    }
  });

  it.each([
    ['a wide screen', { width: 1920, height: 1080 }],
    ['a tall screen', { width: 1080, height: 1920 }],
    ['a tablet', { width: 1024, height: 768 }],
    ['an upright tablet', { width: 768, height: 1024 }],
    ['a telephone', { width: 390, height: 844 }],
    ['a small telephone', { width: 360, height: 740 }],
  ])('fills %s with the face, and nothing scrolls or is selected', async (_, viewport) => {
    await open('', deaf, { viewport });
    await page.mouse.click(40, 40);
    await cannotHear().waitFor();
    await isSpeaking();
    // The face takes its time to make room; some answers begin sooner.
    await page.evaluate(MADE_ROOM);
    const face = await page.locator('parley-avatar canvas').boundingBox();
    expect(face?.width).toBeGreaterThanOrEqual(Math.min(viewport.width, viewport.height) * 0.75);
    const words = await host().boundingBox();
    if (face === null || words === null) throw new Error('the face or the words are not there');
    expect(words.x >= face.x + face.width * 0.9 || words.y >= face.y + face.height * 0.9).toBe(true);
    expect(words.y + words.height).toBeLessThanOrEqual(viewport.height);
    const suggestions = page.locator('.suggestions');
    await suggestions.getByRole('button').first().waitFor();
    const offered = await suggestions.boundingBox();
    expect(await suggestions.getByRole('button').filter({ visible: true }).count()).toBe(4);
    expect(offered?.y).toBeGreaterThanOrEqual(words.y + words.height);
    expect((offered?.y ?? 0) + (offered?.height ?? 0)).toBeLessThanOrEqual(viewport.height);
    // What is said moves nothing.
    await page.evaluate(`document.querySelector('parley-avatar').say('Tell me a story')`);
    await page.locator('.caller', { hasText: 'Tell me a story' }).waitFor();
    await host().locator('span.heard').first().waitFor();
    expect((await suggestions.boundingBox())?.y).toBeCloseTo(offered?.y ?? 0, 1);
    expect(await page.evaluate(UNTOUCHED)).toEqual({ width: viewport.width, height: viewport.height, menu: false });
  });
});

describe('the kiosk without a voice', () => {
  let silent: RunningServer;

  beforeAll(async () => {
    silent = await startServer({ TTS: 'none' });
  });

  afterAll(async () => {
    await silent?.stop();
  });

  it.each([
    ['a wide screen', { width: 1920, height: 1080 }],
    ['a tall screen', { width: 1080, height: 1920 }],
    ['a small telephone', { width: 360, height: 740 }],
  ])('writes a long answer on %s where one can read it all', async (_, viewport) => {
    await open('', deaf, { viewport, at: silent });
    await page.mouse.click(40, 40);
    await cannotHear().waitFor();
    await page.evaluate(`document.querySelector('parley-avatar').say('Tell me a story')`);
    await host().filter({ hasText: 'town' }).waitFor();
    await page.evaluate(MADE_ROOM);
    const boxes = await Promise.all(
      [page.locator('parley-avatar canvas'), host(), page.locator('.suggestions')].map((part) => part.boundingBox()),
    );
    const [face, words, offered] = boxes;
    if (!face || !words || !offered) throw new Error('the face, the words or the suggestions are not there');
    expect(face.y).toBeGreaterThanOrEqual(0);
    expect(words.y).toBeGreaterThanOrEqual(0);
    expect(offered.y).toBeGreaterThanOrEqual(words.y + words.height - 1);
    expect(offered.y + offered.height).toBeLessThanOrEqual(viewport.height);
    // What has no room is pushed up by a finger.
    const hidden = await host().evaluate((line) => {
      line.scrollTop = line.scrollHeight;
      return line.scrollHeight - line.scrollTop - line.clientHeight;
    });
    expect(hidden).toBeLessThan(2);
  });
});

/** Runs in the page: keeps what the microphone becomes. */
const NOTE_STATES = `{
  const states = (globalThis.states = []);
  document.addEventListener('parley-microphone', ({ detail: { kind } }) => states.push(kind));
}`;

/** Runs in the page: how large it is, and whether a long press opens a menu. */
const UNTOUCHED = `({
  width: document.documentElement.scrollWidth,
  height: document.documentElement.scrollHeight,
  menu: document.body.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true })),
})`;
