/** How the page lies in windows of many sizes, and what it offers in them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RunningServer, startServer } from '../e2e/server.js';
import { launchChromium } from './chromium.js';
import { type VisitOptions, type Visitor, visit } from './visitor.js';

/** A browser, a server and the tests beside them on two cores that others use too. */
vi.setConfig({ testTimeout: 240_000 });

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

async function arrive(options: VisitOptions): Promise<Visitor> {
  visitor = await visit(browser, server.url, options);
  return visitor;
}

describe('the page', () => {
  it('offers four questions on a small telephone without hiding any, and moves nothing when it answers', async () => {
    const { page, ask, until } = await arrive({ viewport: { width: 360, height: 740 } });
    const list = page.getByRole('list', { name: 'Suggestions' });
    await list.getByRole('button').first().waitFor();
    const offered = await list.getByRole('button').filter({ visible: true }).all();
    expect(offered).toHaveLength(4);
    const composer = page.locator('.composer');
    const field = await composer.boundingBox();
    for (const button of offered) {
      const box = await button.boundingBox();
      if (box === null || field === null) throw new Error('a question or the field is not there');
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(360);
      expect(box.y + box.height).toBeLessThanOrEqual(field.y);
    }
    const face = page.locator('parley-avatar canvas');
    const before = await face.boundingBox();
    await ask('Tell me a story');
    await until(`d.state === 'speaking' && d.heard > 60000`);
    expect(await face.boundingBox()).toEqual(before);
    expect(await composer.boundingBox()).toEqual(field);
  });

  it('says of a server without a voice that it answers in writing', async () => {
    const silent = await startServer({ TTS: 'none' });
    const { page, ask, lastAnswer, leave } = await visit(browser, silent.url);
    try {
      await page.getByText('This server has no voice').waitFor();
      await ask('Who are you?');
      await lastAnswer.filter({ hasText: 'Ada' }).waitFor();
      expect(await page.getByRole('button', { name: 'Mute' }).isVisible()).toBe(false);
    } finally {
      await leave();
      await silent.stop();
    }
  });

  it.each([
    ['a telephone', { width: 390, height: 844 }],
    ['a desktop', { width: 1440, height: 900 }],
    ['a tablet', { width: 820, height: 1180 }],
    ['a small telephone', { width: 320, height: 568 }],
    ['a telephone on its side', { width: 844, height: 390 }],
    ['a small telephone on its side', { width: 640, height: 360 }],
    ['a page at 200 %', { width: 720, height: 450 }],
  ])('fits %s', async (name, viewport) => {
    const { page, start, question, until } = await arrive({ viewport });
    const folder = await mkdtemp(join(tmpdir(), 'parley-page-'));
    try {
      const button = await start.boundingBox();
      const frame = await page.locator('parley-avatar .frame').boundingBox();
      if (button === null || frame === null) throw new Error('the button or the frame is not there');
      expect(button.x).toBeGreaterThanOrEqual(frame.x);
      expect(button.x + button.width).toBeLessThanOrEqual(frame.x + frame.width);
      await start.click();
      await until('d.shown > 5');
      const picture = await page.screenshot({ path: join(folder, `${name}.png`) });
      expect(picture.byteLength).toBeGreaterThan(50_000);
    } finally {
      await rm(folder, { recursive: true });
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
    const face = await page.locator('parley-avatar canvas').boundingBox();
    const field = await question.boundingBox();
    if (face === null || field === null) throw new Error('the face or the field is not there');
    expect(face.width).toBeGreaterThanOrEqual(Math.max(180, viewport.width * 0.29));
    const lines = await page.locator('.lines').boundingBox();
    // Three lines of text.
    expect(lines?.height).toBeGreaterThan(72);
    expect(face.y + face.height).toBeLessThan(viewport.height);
    expect(field.y + field.height).toBeLessThanOrEqual(viewport.height);
    const isBeside = field.x >= face.x + face.width;
    expect(isBeside || field.y >= face.y + face.height).toBe(true);
    // Below 16 px a telephone zooms in when the field is touched.
    expect(
      await page.evaluate(`parseFloat(getComputedStyle(document.querySelector('#question')).fontSize)`),
    ).toBeGreaterThanOrEqual(16);
  });
});
