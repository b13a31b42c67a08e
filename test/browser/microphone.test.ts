/** The microphone on the page, in a real browser: what is sent of it, and what the visitor is told about it. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RunningServer, startServer } from '../e2e/server.js';
import { launchChromium } from './chromium.js';
import { type Ear, putEar, utterance } from './ear.js';
import { type VisitOptions, type Visitor, visit } from './visitor.js';
import { notes, wavFile } from './wav.js';

/** A browser, a server and the tests beside them on two cores that others use too. */
vi.setConfig({ testTimeout: 240_000 });

const NOTE_HERTZ = 700;

let folder: string;
let server: RunningServer;
let browser: Browser;
let visitor: Visitor | undefined;
let ear: Ear;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-microphone-'));
  const file = join(folder, 'notes.wav');
  await writeFile(file, wavFile(notes(NOTE_HERTZ, 2, 48_000), 48_000));
  [server, browser] = await Promise.all([
    startServer({ ALLOWED_ORIGINS: '*', ALLOWED_HOSTS: 'parley.test' }),
    launchChromium({ autoplay: true, microphone: { file } }),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await rm(folder, { recursive: true });
});

afterEach(async () => {
  await visitor?.leave();
  visitor = undefined;
});

async function arrive(options: VisitOptions & { hears?: boolean; with?: Browser } = {}): Promise<Visitor> {
  const { hears = true, with: other = browser, ...rest } = options;
  const prepare = async (page: Visitor['page']) => {
    ear = await putEar(page, { hears });
  };
  visitor = await visit(other, server.url, { prepare, ...rest });
  return visitor;
}

const stateOf = ({ microphone }: Visitor) => microphone.getAttribute('data-state');
const isIn = ({ page }: Visitor, state: string) => page.locator(`.tools .microphone[data-state=${state}]`).waitFor();
const noteOf = ({ page }: Visitor) => page.locator('parley-avatar .note.told');

/** Of all tones, the one that a frame holds most of. */
function pitch(samples: Int16Array): number {
  const strength = (hertz: number) => {
    const [re, im] = [Math.cos, Math.sin].map((wave) =>
      samples.reduce((sum, sample, at) => sum + sample * wave((2 * Math.PI * hertz * at) / 24_000), 0),
    );
    return Math.hypot(re as number, im as number);
  };
  const tried = Array.from({ length: 40 }, (_, at) => 100 + at * 50);
  return tried.reduce((best, next) => (strength(next) > strength(best) ? next : best));
}

/** How many frames the page had sent by now: what it says on the same wire comes behind them. */
async function framesUntilNow(page: Visitor['page']): Promise<number> {
  const before = ear.asked.length;
  await page.evaluate(`(() => {
    const avatar = document.querySelector('parley-avatar');
    avatar.waitsForWords = !avatar.waitsForWords;
  })()`);
  await expect.poll(() => ear.asked.length).toBe(before + 1);
  return ear.frames.length;
}

const loudness = (samples: Int16Array) => Math.sqrt(samples.reduce((sum, s) => sum + s * s, 0) / samples.length);

describe('one press', () => {
  it('sends what the microphone hears: frames of 20 ms at 24 kHz, one after the other', async () => {
    const arrived = await arrive();
    const { microphone, complaints, page } = arrived;
    expect(ear.frames).toHaveLength(0);
    await microphone.click();
    await isIn(arrived, 'on');
    await ear.hear(100);
    expect(ear.frames.map(({ samples }) => samples.length)).toEqual(ear.frames.map(() => 480));
    // What it heard before the sound was open is counted, too.
    const first = ear.frames[0]!.position;
    expect(ear.frames.map(({ position }) => position - first)).toEqual(ear.frames.map((_, at) => at * 480));
    const loudest = ear.frames.reduce((best, next) => (loudness(next.samples) > loudness(best.samples) ? next : best));
    expect(loudness(loudest.samples)).toBeGreaterThan(300);
    expect(pitch(loudest.samples)).toBe(NOTE_HERTZ);
    const updates = ear.asked.filter(({ type }) => type === 'session.update');
    expect(updates).toMatchObject([{ session: { type: 'realtime', audio: { input: { transcription: {} } } } }]);
    await page.getByRole('img', { name: /listening/ }).waitFor();
    expect(complaints).toEqual([]);
  });

  it('moves the meter', async () => {
    const arrived = await arrive();
    await arrived.microphone.click();
    await isIn(arrived, 'on');
    await arrived.page.evaluate(`new Promise((resolve) => {
      const button = document.querySelector('.tools .microphone');
      const look = () => (Number(button.style.getPropertyValue('--level')) > 0.4 ? resolve() : requestAnimationFrame(look));
      look();
    })`);
  });

  it('and another mutes: nothing is sent, and the time goes on', async () => {
    const arrived = await arrive();
    const { microphone, page, until } = arrived;
    await microphone.click();
    await isIn(arrived, 'on');
    await ear.hear(5);
    await microphone.click();
    await isIn(arrived, 'muted');
    expect(await microphone.getAttribute('aria-pressed')).toBe('false');
    const muted = await framesUntilNow(page);
    const now = await page.evaluate<number>('performance.now()');
    await until(`performance.now() > ${now} + 500`);
    expect(await framesUntilNow(page)).toBe(muted);
    await microphone.click();
    await ear.hear(5);
    const gap = (ear.frames[muted]?.position ?? 0) - (ear.frames[muted - 1]?.position ?? 0);
    expect(gap).toBeGreaterThan(480 * 5);
    expect(gap % 480).toBe(0);
  });

  it('goes by the keyboard too, and a letter that is typed stays a letter', async () => {
    const arrived = await arrive();
    const { question, page } = arrived;
    await question.focus();
    await page.keyboard.press('Alt+m');
    await isIn(arrived, 'on');
    await question.dispatchEvent('keydown', { key: 'µ', code: 'KeyM', altKey: true, bubbles: true });
    await page.keyboard.press('m');
    expect(await question.inputValue()).toBe('m');
    expect(await stateOf(arrived)).toBe('on');
    await page.keyboard.press('Alt+m');
    await isIn(arrived, 'muted');
  });
});

describe('what is said', () => {
  it('is a line from the first sound on, and has its words when they come', async () => {
    const arrived = await arrive();
    const { page, microphone } = arrived;
    const lines = page.locator('.transcript .user');
    await microphone.click();
    await isIn(arrived, 'on');
    const [listening, started, ...rest] = utterance('a', 'What time is it?');
    ear.tell(listening!, started!);
    await page.locator('.transcript .user.waiting', { hasText: '…' }).waitFor();
    await page.getByRole('img', { name: /listening/ }).waitFor();
    await page.getByRole('status').filter({ hasText: 'Listening' }).waitFor();
    ear.tell(...rest, { type: 'avatar.state', state: 'thinking', response_id: null });
    await lines.filter({ hasText: 'What time is it?' }).waitFor();
    await page.getByRole('img', { name: /thinking/ }).waitFor();
    ear.tell(...utterance('b', ''));
    await lines.filter({ hasText: '(not understood)' }).waitFor();
    ear.tell({ type: 'input_audio_buffer.speech_started', item_id: 'c', audio_start_ms: 0 });
    await page.locator('.transcript .user.waiting').waitFor();
    ear.tell({ type: 'input_audio_buffer.cleared' });
    await page.locator('.transcript .user.waiting').waitFor({ state: 'detached' });
    expect(await lines.allTextContents()).toEqual(['What time is it?', '(not understood)']);
  });
});

describe('speech that the connection takes along', () => {
  it('stays as a line that says so, and that it can be said again', async () => {
    const mortal = await startServer();
    const prepare = async (page: Visitor['page']) => {
      ear = await putEar(page, { hears: true });
    };
    const arrived = await visit(browser, mortal.url, { prepare });
    try {
      await arrived.microphone.click();
      await isIn(arrived, 'on');
      ear.tell({ type: 'input_audio_buffer.speech_started', item_id: 'a', audio_start_ms: 0 });
      await arrived.page.locator('.transcript .user.waiting').waitFor();
      await mortal.stop();
      await arrived.page.locator('.transcript .user', { hasText: 'Please say it again' }).waitFor();
    } finally {
      await arrived.leave();
      await mortal.stop();
    }
  });
});

describe('which microphone', () => {
  it('is chosen from a menu, remembered, and turned off there', async () => {
    const arrived = await arrive();
    const { microphone, page } = arrived;
    const open = () => page.evaluate<string>(`document.querySelector('parley-avatar').microphoneDevice`);
    await microphone.click();
    await isIn(arrived, 'on');
    const menu = page.getByRole('button', { name: 'Choose the microphone' });
    await menu.click();
    const select = page.getByLabel('Microphone', { exact: true }).locator('xpath=self::select');
    await select.selectOption({ label: 'Fake Audio Input 2' });
    const chosen = await select.inputValue();
    await isIn(arrived, 'on');
    await expect.poll(open).toBe(chosen);
    await page.getByRole('button', { name: 'Turn it off' }).click();
    await isIn(arrived, 'off');
    await expect.poll(() => menu.isHidden()).toBe(true);
    await page.reload();
    await page.getByRole('img', { name: /ready/ }).waitFor();
    await microphone.click();
    await isIn(arrived, 'on');
    expect(await open()).toBe(chosen);
  });

  it('is another one when it is unplugged', async () => {
    const arrived = await arrive({ before: KEEP_TRACK });
    const { microphone, page } = arrived;
    await microphone.click();
    await isIn(arrived, 'on');
    const states = await page.evaluate(UNPLUG);
    expect(states).toEqual(['lost', 'opening', 'on']);
    await ear.hear(5);
  });
});

/** Runs in the page: keeps the microphone's track where the test can reach it. */
const KEEP_TRACK = `{
  const { mediaDevices } = navigator;
  const original = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (wanted) => {
    const stream = await original(wanted);
    globalThis.track = stream.getAudioTracks()[0];
    return stream;
  };
}`;

/** Runs in the page: what the microphone becomes, one after the other, when its track ends. */
const UNPLUG = `new Promise((resolve) => {
  const states = [];
  document.addEventListener('parley-microphone', ({ detail: { kind } }) => {
    states.push(kind);
    if (kind === 'on') resolve(states);
  });
  track.stop();
  track.dispatchEvent(new Event('ended'));
})`;

describe('no microphone', () => {
  it('that the browser did not allow: says where to allow it', async () => {
    const strict = await launchChromium({ autoplay: true, microphone: 'unasked' });
    try {
      const arrived = await arrive({ with: strict, permissions: [] });
      await arrived.microphone.click();
      await isIn(arrived, 'refused');
      await noteOf(arrived).filter({ hasText: 'Allow it in the address bar' }).waitFor();
      // One can still write.
      await arrived.ask('Who are you?');
      await arrived.lastAnswer.waitFor();
    } finally {
      await strict.close();
    }
  });

  it('that is there: says to plug one in', async () => {
    const bare = await launchChromium({ autoplay: true });
    try {
      const arrived = await arrive({ with: bare });
      await arrived.microphone.click();
      await isIn(arrived, 'missing');
      await noteOf(arrived).filter({ hasText: 'Plug one in' }).waitFor();
    } finally {
      await bare.close();
    }
  });

  it('on a page that is not secure: says what browsers want', async () => {
    const plain = await launchChromium({ autoplay: true, hosts: ['parley.test'] });
    try {
      const page = await plain.newPage();
      await putEar(page, { hears: true });
      await page.goto(server.url.replace('127.0.0.1', 'parley.test'));
      await page.getByRole('img', { name: /ready/ }).waitFor();
      await page.locator('.tools .microphone').click();
      await page.locator('parley-avatar .note.told', { hasText: 'https://' }).waitFor();
    } finally {
      await plain.close();
    }
  });

  it('for a server without a recogniser: the button says so, and one writes', async () => {
    const arrived = await arrive({ hears: false });
    const { microphone, page } = arrived;
    await isIn(arrived, 'unavailable');
    expect(await microphone.getAttribute('aria-disabled')).toBe('true');
    expect(await page.getByRole('button', { name: 'Send' }).isVisible()).toBe(true);
    // It is not disabled: whoever presses it learns why.
    await microphone.click({ force: true });
    await page.getByRole('alert').filter({ hasText: 'no speech recogniser' }).waitFor();
    expect(ear.frames).toHaveLength(0);
  });
});

describe('what is written', () => {
  it('and is too long is not cut: the page says by how much', async () => {
    const { page, question } = await arrive();
    await question.fill('x'.repeat(4010));
    await page.getByText('Too long by 10 characters').waitFor();
    expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
    await question.press('Enter');
    expect((await question.inputValue()).length).toBe(4010);
    await question.fill('x'.repeat(4000));
    await page.getByText('Too long').waitFor({ state: 'hidden' });
    const refused = `new Promise((resolve) => {
      const avatar = document.querySelector('parley-avatar');
      avatar.addEventListener('parley-error', ({ detail }) => resolve(detail.code), { once: true });
      avatar.say('x'.repeat(4001));
    })`;
    expect(await page.evaluate(refused)).toBe('text_too_long');
    expect(await page.locator('.transcript li').count()).toBe(0);
  });
});

describe('the element on a page of another origin', () => {
  it('brings its own button, and hears', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const shop = await servePage(EMBEDDING(server.url));
    try {
      ear = await putEar(page, { hears: true });
      await page.goto(shop.url);
      await page.getByRole('button', { name: 'Start the conversation' }).click();
      await page.getByRole('button', { name: 'Microphone' }).click();
      await page.locator('parley-avatar .microphone[data-state=on]').waitFor();
      await ear.hear(10);
      expect(ear.frames[0]!.position % 480).toBe(0);
    } finally {
      await context.close();
      await shop.stop();
    }
  });
});

/** A page of somebody else: another port is another origin. */
async function servePage(body: string): Promise<{ url: string; stop(): Promise<unknown> }> {
  const other = createServer((_request, response) => response.setHeader('content-type', 'text/html').end(body));
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  return {
    url: `http://127.0.0.1:${(other.address() as AddressInfo).port}/`,
    stop: () => {
      other.closeAllConnections();
      return once(other.close(), 'close');
    },
  };
}

const EMBEDDING = (url: string) => `<!doctype html>
<script type="module" src="${url}/parley-avatar.js"></script>
<parley-avatar src="${url}" style="width: 320px"></parley-avatar>`;
