/** The page at `/voices` in a real browser: somebody records a voice, it is made, spoken with, and deleted. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { HEARING_RATE } from '../../src/audio/pcm.js';
import { startServer } from '../e2e/server.js';
import { startVoiceServer, UNREADABLE, type VoiceServer } from '../e2e/voice-server.js';
import { speech } from '../fixtures/voice-form.js';
import { launchChromium } from './chromium.js';
import { PATIENCE_MS, visit } from './visitor.js';
import { wavFile } from './wav.js';

/** A browser, a server and the tests beside them on two cores that others use too. */
vi.setConfig({ testTimeout: 240_000 });

let folder: string;
let house: VoiceServer;
let browser: Browser;
let page: Page;
/** What the browser complained about. */
let complaints: string[];

/** Runs in the page, before its own scripts: keeps the microphone's track, and what was wanted of it. */
const KEEP_TRACK = `{
  const { mediaDevices } = navigator;
  const original = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (wanted) => {
    const stream = await original(wanted);
    globalThis.track = stream.getAudioTracks()[0];
    globalThis.wanted = wanted.audio;
    return stream;
  };
}`;

async function arrive(at = house.running().url, options: BrowserContextOptions = {}, by = browser): Promise<Page> {
  const context = await by.newContext(options);
  await context.addInitScript(KEEP_TRACK);
  page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  complaints = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${at}/voices`);
  return page;
}

const press = (name: string | RegExp) => page.getByRole('button', { name, exact: true }).click();
const recordings = () => page.locator('.takes li');
const level = () => page.evaluate<string>(`document.querySelector('.meter').style.getPropertyValue('--level')`);

/** Records until the clock shows so many seconds. */
async function record(seconds: number): Promise<void> {
  const before = await recordings().count();
  await press('Record');
  await page.locator('.record[data-state=recording]').waitFor();
  const shown = async () => Number((await page.locator('.time').textContent())?.split(':')[1]);
  await expect.poll(shown, { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(seconds);
  await page.locator('.record').click();
  await recordings().nth(before).waitFor();
}

async function fillIn(name: string): Promise<void> {
  await page.getByLabel('Name of the voice').fill(name);
  await page.getByLabel('Full name of whoever speaks').fill(`${name} Smith`);
  await page.getByLabel('This is true').check();
}

const outcome = (text: string | RegExp) => page.locator('.outcome', { hasText: text });

describe.skipIf(UNREADABLE !== null)(`the page of the voices${UNREADABLE ?? ''}`, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-voices-page-'));
    const file = join(folder, 'speech.wav');
    await writeFile(file, wavFile(speech, HEARING_RATE));
    [house, browser] = await Promise.all([
      startVoiceServer(),
      launchChromium({ autoplay: true, microphone: { file } }),
    ]);
  });
  afterEach(async () => {
    await page?.context().close();
    await house.clear();
  });
  afterAll(async () => {
    await browser?.close();
    await house?.close();
    await rm(folder, { recursive: true });
  });

  it('records somebody, makes their voice, lets one talk to it, and deletes it', async () => {
    await arrive();
    await page.getByText('None yet.').waitFor();
    await fillIn('Anna');
    const consent = await page.getByLabel('What they agree to').inputValue();
    expect(consent).toContain('I, Anna Smith,');
    await press('Record');
    await expect.poll(async () => Number(await level())).toBeGreaterThan(0.4);
    await page.getByText('That sounds good').waitFor();
    expect(await page.evaluate('wanted')).toMatchObject({ autoGainControl: false, noiseSuppression: false });
    await page.locator('.time', { hasText: '0:10' }).waitFor();
    await page.locator('.record').click();
    await page.locator('.takes .details', { hasText: /recorded here · \d\d?\.\d s/ }).waitFor();
    expect(await page.evaluate('track.readyState')).toBe('ended');
    expect([await level(), await page.locator('.time').textContent()]).toEqual(['0.00', '0:00']);

    await press('Play');
    await press('Stop');
    await page.getByRole('button', { name: 'Play' }).waitFor();

    await press('Make the voice');
    await outcome('Anna is ready.').waitFor();
    expect(await recordings().count()).toBe(0);
    const [voice] = await house.learnt();
    expect(voice).toMatchObject({ name: 'Anna', engine: 'elevenlabs' });
    const { body } = house.vendors.elevenLabs.requests.findLast(({ endpoint }) => endpoint === 'cloning')!;
    expect(body).toMatchObject({ name: 'Anna', description: consent });
    const row = page.locator('.learnt li', { hasText: 'Anna' });
    await row.getByText('ElevenLabs').waitFor();

    await row.getByRole('button', { name: 'Delete Anna' }).click();
    await row.getByText('Delete Anna for good?').waitFor();
    await page.keyboard.press('Escape');
    await row.getByRole('button', { name: 'Delete Anna' }).click();
    await row.getByRole('button', { name: 'Yes, delete Anna' }).click();
    await page.getByText('Anna is deleted.').waitFor();
    expect([await house.learnt(), await row.count(), complaints]).toEqual([[], 0, []]);
  });

  it('says what is missing beside its field, and sends nothing', async () => {
    await arrive();
    await press('Make the voice');
    await page.getByText('Give the voice a name.').waitFor();
    await page.getByText('Say who speaks in the recordings').waitFor();
    await page.getByText('Without their consent').waitFor();
    await page.getByText('Record the text first').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('name');
    expect(await house.learnt()).toEqual([]);
    await fillIn('Berta');
    await expect.poll(() => page.locator('.whose .trouble').allTextContents()).toEqual(['', '', '']);
    // Whoever changes the sentence agrees anew.
    await page.getByLabel('What they agree to').fill('Berta agreed on the telephone.');
    expect(await page.getByLabel('This is true').isChecked()).toBe(false);
  });

  it('keeps what was recorded when the server refuses it or cannot be reached', async () => {
    await arrive();
    await fillIn('Carla');
    const short = wavFile(speech.subarray(0, HEARING_RATE), HEARING_RATE);
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'short.wav', mimeType: 'audio/wav', buffer: Buffer.from(short) });
    await page.locator('.takes').getByText('Too short').waitFor();
    await press('Make the voice');
    await outcome(/Recording 1 lasts [\d.]+ s.*Record more/).waitFor();
    expect(await recordings().count()).toBe(1);

    await press('Remove');
    await record(10);
    await page.context().setOffline(true);
    await press('Make the voice');
    await outcome('cannot be reached').waitFor();
    expect(await recordings().count()).toBe(1);
    await page.context().setOffline(false);
    await press('Make the voice');
    await outcome('Carla is ready.').waitFor();
  });

  it('takes a file as the browser’s own recorder writes it: WebM without lengths', async () => {
    await arrive();
    const bytes = Buffer.from(await page.evaluate<string>(RECORD_WEBM), 'base64');
    // A segment and clusters of unknown size, as one who does not know the end writes them; and no index.
    expect(bytes.includes(Buffer.from('1853806701ffffffffffffff', 'hex'))).toBe(true);
    expect(bytes.includes(Buffer.from('1f43b67501ffffffffffffff', 'hex'))).toBe(true);
    expect(bytes.includes(Buffer.from('1c53bb6b', 'hex'))).toBe(false);
    await fillIn('Doris');
    await page.setInputFiles('input[type=file]', { name: 'doris.webm', mimeType: 'audio/webm', buffer: bytes });
    await page.locator('.takes .details', { hasText: 'doris.webm' }).waitFor();
    await press('Make the voice');
    await outcome('Doris is ready.').waitFor();
    expect(await house.learnt()).toMatchObject([{ name: 'Doris' }]);
  });

  it('asks before it is left only while a recording would be lost', async () => {
    await arrive();
    await record(1);
    const asked = page.waitForEvent('dialog');
    await page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe('beforeunload');
    await dialog.dismiss();
    await press('Remove');
    const closed = page.waitForEvent('close');
    await page.close({ runBeforeUnload: true });
    await closed;
  });

  it('says what to do about a microphone that the browser does not give', async () => {
    const strict = await launchChromium({ autoplay: true, microphone: 'unasked' });
    try {
      await arrive(undefined, { permissions: [] }, strict);
      await press('Record');
      await page.getByText('Allow it in the address bar').waitFor();
    } finally {
      await strict.close();
    }
  });

  it.each([360, 1280])('fits a window of %i px', async (width) => {
    await house.make({ name: 'Emilia with a name that is longer than most windows of telephones are wide' });
    await arrive(undefined, { viewport: { width, height: 800 } });
    await page.getByText('Emilia').first().waitFor();
    await record(1);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });
});

describe.skipIf(UNREADABLE !== null)(`a voice in the address of the conversation${UNREADABLE ?? ''}`, () => {
  beforeAll(async () => {
    [house, browser] = await Promise.all([startVoiceServer(), launchChromium({ autoplay: true })]);
  });
  afterEach(() => house.clear());
  afterAll(async () => {
    await browser?.close();
    await house?.close();
  });

  it('is the one that answers', async () => {
    const { id } = await house.make({ name: 'Anna' });
    const { page: tab, ask, lastAnswer, leave } = await visit(browser, `${house.running().url}/?voice=${id}`);
    try {
      await tab.getByRole('link', { name: 'Voices' }).waitFor();
      await ask('What is Parley?');
      await lastAnswer.waitFor();
      const about = JSON.parse(await readFile(join(house.data, 'voices', id, 'about.json'), 'utf8'));
      const asked = house.vendors.elevenLabs.requests.filter(({ endpoint }) => endpoint === 'socket');
      expect(asked.map(({ body }) => (body as { voice?: string } | null)?.voice)).toContain(about.vendor_id);
    } finally {
      await leave();
    }
  });

  it('has a way to its page beside the presenter’s name, also on a small telephone', async () => {
    const { page: tab, leave } = await visit(browser, house.running().url, { viewport: { width: 320, height: 568 } });
    try {
      await tab.getByRole('link', { name: 'Voices' }).waitFor();
      await tab.getByLabel('Presenter').selectOption({ label: 'Daniel' });
      await tab.getByRole('heading', { name: 'Daniel' }).waitFor();
      for (const place of [tab.getByRole('button', { name: 'Engines' }), tab.locator('.composer')]) {
        const box = await place.boundingBox();
        expect((box?.x ?? 0) + (box?.width ?? Number.NaN)).toBeLessThanOrEqual(320);
      }
      await tab.getByRole('link', { name: 'Voices' }).click();
      await tab.getByRole('heading', { name: 'Make one of your own' }).waitFor();
    } finally {
      await leave();
    }
  });

  it('that there is not is told as such, and the avatar answers with its own', async () => {
    const { page: tab, ask, lastAnswer, leave } = await visit(browser, `${house.running().url}/?voice=voice_gone`);
    try {
      await tab.getByRole('alert').filter({ hasText: 'no voice "voice_gone"' }).waitFor();
      await ask('What is Parley?');
      await lastAnswer.waitFor();
    } finally {
      await leave();
    }
  });
});

describe('a server that makes no voices', () => {
  it('shows no way to the page, which says why', async () => {
    const [plain, chromium] = await Promise.all([startServer({ TTS: 'espeak' }), launchChromium({ autoplay: true })]);
    try {
      const { page: tab } = await visit(chromium, plain.url);
      await tab.getByRole('button', { name: 'Engines' }).waitFor();
      expect(await tab.getByRole('link', { name: 'Voices' }).isVisible()).toBe(false);
      await tab.goto(`${plain.url}/voices`);
      await tab.getByText('none learns').waitFor();
      expect(await tab.getByRole('button', { name: 'Record' }).isVisible()).toBe(false);
    } finally {
      await chromium.close();
      await plain.stop();
    }
  });
});

/** Runs in the page: ten seconds of the microphone as Chromium's recorder writes them, in pieces of a second. */
const RECORD_WEBM = `(async () => {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream, { mimeType: 'audio/webm;codecs=opus' });
  const pieces = [];
  recorder.ondataavailable = ({ data }) => {
    pieces.push(data);
    if (pieces.length === 10) recorder.stop();
  };
  const stopped = new Promise((resolve) => (recorder.onstop = resolve));
  recorder.start(1000);
  await stopped;
  stream.getTracks().forEach((track) => track.stop());
  const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer());
  return btoa(bytes.reduce((letters, byte) => letters + String.fromCharCode(byte), ''));
})()`;
