/** Talking to the real server in a real browser: a voice goes in by the microphone, and an answer comes out. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { HEARING_RATE } from '../../src/audio/pcm.js';
import { findSphinx } from '../../src/engines/stt/pocketsphinx-package.js';
import { type RunningServer, startServer } from '../e2e/server.js';
import { joined, recordings, silence } from '../fixtures/hearing/recordings.js';
import { launchChromium } from './chromium.js';
import { type Visitor, visit } from './visitor.js';
import { wavFile } from './wav.js';

vi.setConfig({ testTimeout: 90_000 });

/** Loud enough to be heard; digital silence is 0. */
const AUDIBLE = 0.005;

/** A question, and when the answer has long begun, the same again, and so on. */
const spoken = joined(silence(1.5), recordings.tellMeAStory, silence(7));

const found = findSphinx(join(import.meta.dirname, '../../var/python'));
const reason = 'enable' in found ? `: SKIPPED, ${found.why}; ${found.enable}` : '';

let folder: string;
let file: string;
let browser: Browser;
let server: RunningServer | undefined;
let visitor: Visitor | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-spoken-'));
  file = join(folder, 'spoken.wav');
  await writeFile(file, wavFile(spoken, HEARING_RATE));
  browser = await launchChromium({ autoplay: true, microphone: { file } });
});

afterEach(async () => {
  await visitor?.leave();
  await server?.stop();
  visitor = undefined;
  server = undefined;
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true });
});

describe.skipIf('enable' in found)(`a spoken question${reason}`, () => {
  it('is written down and answered aloud, and the next one interrupts the answer', async () => {
    server = await startServer();
    visitor = await visit(browser, server.url);
    const { page, microphone, until, ask, answers, complaints } = visitor;
    await microphone.click();
    await page.locator('.transcript .user', { hasText: /^tell me a story/i }).waitFor();
    await until(`d.state === 'speaking' && d.level > ${AUDIBLE} && d.shown > 10`);
    await answers.locator('.cut').first().waitFor();
    await answers.nth(1).waitFor();
    await until(`d.state === 'speaking' && d.level > ${AUDIBLE}`);
    // Muted, the visitor goes on in writing, and is answered to the end.
    await microphone.click();
    await ask('What time is it?');
    await until(`d.state === 'idle' && d.play === 'ended'`);
    const heard = await answers.allTextContents();
    expect(heard[0]).toMatch(/\S —$/);
    expect(heard.at(-1)).toMatch(/\d/);
    expect(heard.at(-1)).not.toContain('—');
    expect(complaints).toEqual([]);
  });

  it('wakes the kiosk, which answers it, writes both sides large, and forgets them', async () => {
    server = await startServer();
    // Asked once: the very question that wakes it is answered.
    const once = await launchChromium({ autoplay: true, microphone: { file: `${file}%noloop` } });
    try {
      const page = await once.newPage();
      page.setDefaultTimeout(60_000);
      await page.goto(`${server.url}/kiosk?silence=5`);
      await page.locator('.caller', { hasText: /^tell me a story/i }).waitFor();
      await page.locator('body:not(.attract)').waitFor();
      await page.locator('.host .sounding').waitFor();
      await page.evaluate(`document.querySelector('parley-avatar').microphoneMuted = true`);
      await page.evaluate(`document.querySelector('parley-avatar').stop()`);
      await page.locator('body.attract').waitFor();
      expect(await page.locator('.words p').allTextContents()).toEqual(['', '']);
    } finally {
      await once.close();
    }
  });
});

describe('a server that was told not to listen', () => {
  it('says so where one would talk, and answers what is written', async () => {
    server = await startServer({ STT: 'none' });
    visitor = await visit(browser, server.url);
    const { page, microphone, ask, lastAnswer } = visitor;
    await page.locator('.tools .microphone[data-state=unavailable]').waitFor();
    await microphone.click({ force: true });
    await page.getByRole('alert').filter({ hasText: 'This server does not listen' }).waitFor();
    await ask('Who are you?');
    await lastAnswer.filter({ hasText: 'Ada' }).waitFor();
  });
});
