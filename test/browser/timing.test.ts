/** "How long that took": the panel reads the real times of real turns, typed and spoken, and an operator finds them by its id. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { HEARING_RATE } from '../../src/audio/pcm.js';
import { findSphinx } from '../../src/engines/stt/pocketsphinx-package.js';
import { duration } from '../../web-client/page/duration.js';
import { type RunningServer, startServer } from '../e2e/server.js';
import { joined, recordings, silence } from '../fixtures/hearing/recordings.js';
import { launchChromium } from './chromium.js';
import { type VisitOptions, type Visitor, visit } from './visitor.js';
import { wavFile } from './wav.js';

/** A browser, a server and the tests beside them on two cores that others use too. */
vi.setConfig({ testTimeout: 240_000 });

/** On a busy machine the recogniser may give up a question or two; each is asked again and again. */
const UNTIL_UNDERSTOOD_MS = 150_000;

const found = findSphinx(join(import.meta.dirname, '../../var/python'));
const reason = 'enable' in found ? `: SKIPPED, ${found.why}; ${found.enable}` : '';

interface Told {
  readonly responseId: string;
  readonly status: string;
  readonly marks: Readonly<Record<string, number>>;
  readonly here: { readonly heard: number | null; readonly seen: number | null };
}

/** Runs in the page, before its own scripts: what embedding pages are told. */
const NOTE_TIMINGS = `{
  const told = (globalThis.told = []);
  document.addEventListener('parley-timings', ({ detail }) => told.push(detail));
}`;

/** A turn whose answer was begun before its end was certain. */
const SPECULATED: Told = {
  ...{ responseId: 'resp_speculated', status: 'completed', here: { heard: 140, seen: 155 } },
  marks: {
    ...{ soft_end: 180, words: 236, speculated: 240, model_asked: 241, first_token: 400, first_phrase: 430 },
    ...{ answered: 450, first_audible: 550, first_audio: 555, first_picture: 570, first_sent: 572, first_played: 670 },
  },
};

/** Runs in the page. */
const tell = (timings: Told) => `document.querySelector('parley-avatar').dispatchEvent(
  new CustomEvent('parley-timings', { detail: ${JSON.stringify({ code: null, ...timings })}, bubbles: true }),
)`;

let server: RunningServer;
let browser: Browser;
let visitor: Visitor | undefined;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), launchChromium({ autoplay: true })]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

afterEach(async () => {
  await visitor?.leave();
  visitor = undefined;
});

async function arrive(options: VisitOptions = {}, by = browser): Promise<Visitor> {
  visitor = await visit(by, server.url, { before: NOTE_TIMINGS, ...options });
  return visitor;
}

const panelOf = (page: Page) => page.getByRole('region', { name: 'How long that took' });
const openerOf = (page: Page) => page.getByRole('button', { name: 'How long that took' });
const stagesOf = (panel: Locator) => panel.getByRole('rowheader').allTextContents();
const lastTold = (page: Page) => page.evaluate<Told>('told.at(-1)');

/** The log's line about this turn. */
const turnOf = ({ responseId }: Told) =>
  server
    .output()
    .log.split('\n')
    .filter((line) => line.includes('"msg":"turn"') && line.includes(responseId))
    .map((line) => JSON.parse(line) as { status: string; marks: Told['marks'] });

const boxOf = async (target: Locator) => {
  const box = await target.boundingBox();
  if (box === null) throw new Error('it is not there');
  return box;
};

describe('the panel', () => {
  it('shows what the time of a typed turn was spent on, and the id that its line in the log has', async () => {
    const { page, ask, until, complaints } = await arrive();
    const panel = panelOf(page);
    expect(await panel.isVisible()).toBe(false);
    await page.keyboard.press('Alt+t');
    await panel.getByText('Ask something').waitFor();
    await ask('Who are you?');
    await panel.getByText(/^resp_/).waitFor();
    await until(`d.play === 'ended'`);

    const told = await lastTold(page);
    expect(told.status).toBe('completed');
    expect(await panel.getByText(/^resp_/).textContent()).toBe(told.responseId);
    await expect.poll(() => turnOf(told)).toMatchObject([{ status: 'completed', marks: told.marks }]);
    expect(await panel.locator('.total').textContent()).toBe(
      `${duration(told.marks.first_played!)} from your request until the answer was heard`,
    );
    const stages = await stagesOf(panel);
    for (const stage of ['Thinking', 'Voice', 'Face', 'Playing']) expect(stages).toContain(stage);
    expect(stages).not.toContain('Listening for the end');
    expect(told.here.heard).toBeGreaterThan(0);
    expect(told.here.seen).toBeGreaterThan(0);
    expect(await panel.locator('.here').textContent()).toContain(`heard in ${duration(told.here.heard!)}`);
    // The next stage begins where the one before has ended, also on the screen.
    const row = (name: string) => panel.getByRole('row', { name }).locator('.stretch');
    const [sending, playing] = [await boxOf(row('Sending')), await boxOf(row('Playing'))];
    expect(sending.x + sending.width).toBeCloseTo(playing.x, -1);
    expect(complaints).toEqual([]);
  });

  it('says of an answer that it was stopped, and goes back to the one before with an arrow', async () => {
    const { page, ask, until, stop } = await arrive();
    const panel = panelOf(page);
    await openerOf(page).click();
    await ask('What time is it?');
    await panel.getByText(/^resp_/).waitFor();
    const first = await lastTold(page);
    await until(`d.state === 'idle' && d.play === 'ended'`);
    await ask('Tell me a story');
    await until(`d.state === 'speaking' && d.heard > 24000`);
    await stop.click();
    await panel.getByText('It was stopped').waitFor();
    expect(await panel.getByText('2 of 2').isVisible()).toBe(true);
    const back = panel.getByRole('button', { name: 'The turn before' });
    await back.focus();
    await page.keyboard.press('ArrowLeft');
    await panel.getByText('1 of 2', { exact: true }).waitFor();
    expect(await panel.getByText(/^resp_/).textContent()).toBe(first.responseId);
    expect(await panel.getByText('It was stopped').isVisible()).toBe(false);
    await page.keyboard.press('ArrowLeft');
    expect(await panel.getByText('1 of 2', { exact: true }).isVisible()).toBe(true);
    await panel.getByRole('button', { name: 'The turn after' }).click();
    await panel.getByText('It was stopped').waitFor();
  });

  it('is as this browser left it, and closing it with Esc leaves the avatar speaking', async () => {
    const { page, ask, until, debug } = await arrive();
    const panel = panelOf(page);
    const opener = openerOf(page);
    expect(await opener.getAttribute('aria-expanded')).toBe('false');
    await opener.click();
    await page.reload();
    await panel.waitFor();
    expect(await opener.getAttribute('aria-expanded')).toBe('true');
    await page.getByRole('img', { name: /ready/ }).waitFor();
    await ask('Tell me a story');
    await until(`d.state === 'speaking' && d.heard > 12000`);
    await panel.getByRole('button', { name: 'Close' }).focus();
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'hidden' });
    expect((await debug()).state).toBe('speaking');
    expect(await opener.evaluate((node) => node === node.ownerDocument.activeElement)).toBe(true);
    await page.reload();
    await page.getByRole('img', { name: /ready/ }).waitFor();
    expect(await panel.isVisible()).toBe(false);
  });

  it('shows what ran ahead of the end of a turn, to the eye and to a reader', async () => {
    const { page } = await arrive();
    const panel = panelOf(page);
    await openerOf(page).click();
    await page.evaluate(tell(SPECULATED));
    const thinking = panel.getByRole('row', { name: 'Thinking' });
    const over = await boxOf(thinking.locator('.decided'));
    const early = await boxOf(thinking.locator('.early'));
    expect(early.x + early.width).toBeLessThan(over.x);
    expect((await boxOf(panel.getByRole('row', { name: 'Playing' }).locator('.stretch'))).x).toBeGreaterThan(over.x);
    expect(await panel.getByRole('row', { name: 'Playing' }).locator('.early').count()).toBe(0);
    await thinking.getByText('159 ms of it before your turn was over').waitFor({ state: 'attached' });
    await panel.getByText('begun 209 ms before').waitFor();
  });

  it('gives its id to the clipboard', async () => {
    const { page } = await arrive({ permissions: ['clipboard-read', 'clipboard-write'] });
    const panel = panelOf(page);
    await openerOf(page).click();
    await page.evaluate(tell(SPECULATED));
    await panel.getByRole('button', { name: 'Copy' }).click();
    await panel.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(SPECULATED.responseId);
    await page.evaluate(tell({ ...SPECULATED, responseId: 'resp_other' }));
    await panel.getByRole('button', { name: 'Copy', exact: true }).waitFor();
  });

  it.each([
    ['a small telephone', { width: 360, height: 740 }, false],
    ['a telephone on its side', { width: 740, height: 360 }, false],
    ['a desktop', { width: 1440, height: 900 }, true],
  ])('fits %s', async (_, viewport, isBeside) => {
    const { page, question } = await arrive({ viewport });
    const panel = panelOf(page);
    await openerOf(page).click();
    await page.evaluate(tell(SPECULATED));
    const box = await boxOf(panel);
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(viewport.width);
    expect(box.y + box.height).toBeLessThanOrEqual(viewport.height);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
    const copy = panel.getByRole('button', { name: 'Copy' });
    await copy.scrollIntoViewIfNeeded();
    expect((await boxOf(copy)).y).toBeLessThan(viewport.height);
    if (!isBeside) return;
    // Neither the face nor what was said is covered.
    const [face, lines, field] = [page.locator('parley-avatar canvas'), page.locator('.lines'), question];
    expect((await boxOf(face)).x + (await boxOf(face)).width).toBeLessThanOrEqual(box.x);
    expect((await boxOf(lines)).y).toBeGreaterThanOrEqual(box.y + box.height);
    expect((await boxOf(lines)).height).toBeGreaterThan(72);
    expect((await boxOf(field)).y).toBeGreaterThanOrEqual((await boxOf(lines)).y + (await boxOf(lines)).height);
  });
});

describe.skipIf('enable' in found)(`a spoken turn${reason}`, () => {
  let folder: string;
  let talking: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-timing-'));
    const file = join(folder, 'spoken.wav');
    // A question, and the same again and again, with pauses that no answer needs to begin.
    await writeFile(file, wavFile(joined(silence(1.5), recordings.tellMeAStory, silence(25)), HEARING_RATE));
    talking = await launchChromium({ autoplay: true, microphone: { file } });
  });

  afterAll(async () => {
    await talking?.close();
    await rm(folder, { recursive: true });
  });

  it('is measured from the last sound, and shows how it was listened to', async () => {
    const { page, microphone, until, stop } = await arrive({}, talking);
    page.setDefaultTimeout(UNTIL_UNDERSTOOD_MS);
    const panel = panelOf(page);
    await openerOf(page).click();
    await microphone.click();
    await until(`d.state === 'speaking' && d.shown > 10`);
    // Muted, so that nothing is said into what is read now.
    await microphone.click();
    await stop.click();
    await panel.getByText('It was stopped').waitFor();
    const told = await lastTold(page);
    expect(await panel.locator('.total').textContent()).toBe(
      `${duration(told.marks.first_played!)} from your last sound until the answer was heard`,
    );
    expect((await stagesOf(panel))[0]).toBe('Listening for the end');
    expect(await panel.locator('.over').textContent()).toContain(
      `Your turn was over after ${duration(told.marks.answered!)}.`,
    );
    await expect.poll(() => turnOf(told)).toMatchObject([{ status: 'cancelled', marks: told.marks }]);
  });
});
