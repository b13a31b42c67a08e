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

/** A browser, a server and the tests beside them on two cores that others use too. */
vi.setConfig({ testTimeout: 240_000 });

/** Loud enough to be heard; digital silence is 0. */
const AUDIBLE = 0.005;

/** On a busy machine the recogniser may give up a question or two; each is asked again and again. */
const UNTIL_UNDERSTOOD_MS = 150_000;

/** A question, and when the answer has long begun, the same again, and so on. */
const spoken = joined(silence(1.5), recordings.tellMeAStory, silence(9));
/** The same with a pause that no answer needs to begin. */
const spokenSeldom = joined(silence(1.5), recordings.tellMeAStory, silence(25));

const found = findSphinx(join(import.meta.dirname, '../../var/python'));
const reason = 'enable' in found ? `: SKIPPED, ${found.why}; ${found.enable}` : '';

let folder: string;
let fileSeldom: string;
let browser: Browser;
let server: RunningServer | undefined;
let visitor: Visitor | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-spoken-'));
  const file = join(folder, 'spoken.wav');
  fileSeldom = join(folder, 'spoken-seldom.wav');
  await writeFile(file, wavFile(spoken, HEARING_RATE));
  await writeFile(fileSeldom, wavFile(spokenSeldom, HEARING_RATE));
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
    page.setDefaultTimeout(UNTIL_UNDERSTOOD_MS);
    await microphone.click();
    await page
      .locator('.transcript .user', { hasText: /^tell me a story/i })
      .first()
      .waitFor();
    await until(`d.state === 'speaking' && d.level > ${AUDIBLE} && d.shown > 10`);
    await answers.locator('.cut').first().waitFor();
    await answers.nth(1).waitFor();
    await until(`d.state === 'speaking' && d.level > ${AUDIBLE}`);
    // Muted, the visitor goes on in writing, and is answered to the end.
    await microphone.click();
    await ask('What time is it?');
    await until(`d.state === 'idle' && d.play === 'ended'`);
    const heard = await answers.allTextContents();
    expect(heard.slice(0, -1)).toContainEqual(expect.stringMatching(/\S —$/));
    expect(heard.at(-1)).toMatch(/\d/);
    expect(heard.at(-1)).not.toContain('—');
    expect(complaints).toEqual([]);
  });

  it('wakes the kiosk, which answers it, writes both sides large, and forgets them', async () => {
    server = await startServer();
    const lobby = await launchChromium({ autoplay: true, microphone: { file: fileSeldom } });
    try {
      const page = await lobby.newPage();
      page.setDefaultTimeout(UNTIL_UNDERSTOOD_MS);
      await page.addInitScript(NOTE_SPEAKERS);
      await page.goto(`${server.url}/kiosk?silence=5`);
      await page.locator('.caller', { hasText: /^tell me a story/i }).waitFor();
      await page.locator('body:not(.attract)').waitFor();
      await page.locator('.host .sounding').waitFor();
      // The very question that woke it is answered.
      await expect.poll(() => page.evaluate(`speakers`)).toEqual(['user', 'avatar']);
      await page.evaluate(`document.querySelector('parley-avatar').microphoneMuted = true`);
      await page.evaluate(`document.querySelector('parley-avatar').stop()`);
      await page.locator('body.attract').waitFor();
      expect(await page.locator('.caller, .host').allTextContents()).toEqual(['', '']);
    } finally {
      await lobby.close();
    }
  });
});

/** Runs in the page, before its own scripts: whose turns had words, one after the other. */
const NOTE_SPEAKERS = `{
  const speakers = (globalThis.speakers = []);
  const known = new Set();
  document.addEventListener('parley-message', ({ detail: { id, role, text, status } }) => {
    if (text === '' || (role === 'user' && status !== 'complete') || known.has(id)) return;
    known.add(id);
    speakers.push(role);
  });
}`;

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
