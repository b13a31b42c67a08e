/** The page against the real server, in a real browser: what a visitor sees, hears and can do. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RunningServer, startServer } from '../e2e/server.js';
import { launchChromium } from './chromium.js';
import { goesWithTheSound, type Look, lipSync, watchLips } from './lip-sync.js';
import { SLOW_SOUND } from './slow-sound.js';
import { type VisitOptions, type Visitor, visit } from './visitor.js';

/** Loud enough to be heard; digital silence is 0, and the last of a fade far below. */
const AUDIBLE = 0.005;
const SILENT = 0.0005;

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

/** What the picture of a mouth at rest may differ from the pack's own, in levels. */
const CLOSED = 1.5;

/** Runs in the page, before its own scripts: keeps what is written while an answer sounds, in its order. */
const NOTE_LINES = `{
  const noted = (globalThis.noted = { captions: [], answers: [] });
  document.addEventListener('parley-caption', ({ target }) => {
    const caption = target.shadowRoot.querySelector('.caption');
    noted.captions.push({ line: caption.textContent, heard: caption.querySelectorAll('.heard').length });
    noted.answers.push([...document.querySelectorAll('.transcript .avatar')].at(-1)?.textContent ?? '');
  });
}`;

interface Noted {
  readonly captions: readonly { readonly line: string; readonly heard: number }[];
  readonly answers: readonly string[];
}

async function arrive(options: VisitOptions = {}): Promise<Visitor> {
  visitor = await visit(browser, server.url, options);
  return visitor;
}

describe('a typed question', () => {
  it('is answered with voice, moving lips and captions, after which the face rests', async () => {
    const { ask, until, lastAnswer, mouthOpening, complaints, page } = await arrive({ before: NOTE_LINES });
    // The face has its name before its first picture is decoded and drawn.
    await expect.poll(mouthOpening).toBeLessThan(CLOSED);
    await ask('Who are you?');
    await page.locator('.transcript .user', { hasText: 'Who are you?' }).waitFor();
    await until(`d.level > ${AUDIBLE} && d.state === 'speaking'`);
    const looks = await watchLips(page, 3000);
    expect(Math.max(...looks.map(({ opening }) => opening))).toBeGreaterThan(3 * CLOSED);

    await until(`d.state === 'idle' && d.play === 'ended' && d.mouth === null`);
    const whole = (await lastAnswer.textContent()) ?? '';
    expect(whole).not.toContain('—');
    await until(`d.level < ${SILENT}`);
    // The head moves while it rests, and the mouth with it: within one round of the idle loop it is back.
    await expect.poll(mouthOpening).toBeLessThan(CLOSED);

    // The words were written as they sounded, none of them twice.
    const { captions, answers } = await page.evaluate<Noted>('noted');
    expect(captions.some(({ heard }, at) => heard > (captions[at - 1]?.heard ?? heard))).toBe(true);
    expect(new Set(captions.map(({ line }) => line)).size).toBeGreaterThan(1);
    expect(answers.every((text, at) => text.startsWith((answers[at - 1] ?? '').trim()))).toBe(true);
    expect(answers.some((text) => text.trim() !== '' && text.length < whole.length)).toBe(true);
    expect(whole.startsWith((answers.at(-1) ?? '').trim())).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('moves the lips with the sound', async () => {
    const { ask, until, page } = await arrive();
    await ask('Tell me a story');
    await until(`d.level > ${AUDIBLE}`);
    // The longer one looks, the less it counts where a busy machine stumbled; the story lasts a minute.
    const watched: (readonly Look[])[] = [];
    const watchOn = async () => {
      watched.push(await watchLips(page, 3000));
      return lipSync(watched);
    };
    await expect.poll(watchOn, { timeout: 45_000 }).toSatisfy(goesWithTheSound);
  });

  it('moves the lips also where the browser does not tell how late its sound is', async () => {
    const { ask, until, caption } = await arrive({ before: 'delete AudioContext.prototype.outputLatency' });
    await ask('Tell me a story');
    await until('d.heard > 24000 && d.shown > 10 && d.mouth !== null');
    expect(await caption.textContent()).not.toBe('');
  });

  it('interrupts the answer that is being given', async () => {
    const { ask, until, answers, page } = await arrive();
    await ask('Tell me a story');
    await until(`d.state === 'speaking' && d.heard > 40000`);
    await ask('What time is it?');
    await page.locator('.transcript .avatar .cut').waitFor();
    await answers.nth(1).waitFor();
    await until(`d.state === 'idle' && d.play === 'ended'`);
    const [cut, time] = await answers.allTextContents();
    expect(cut).toMatch(/\S —$/);
    expect(time).toMatch(/\d/);
    expect(time).not.toContain('—');
  });
});

describe('Stop', () => {
  it('silences at once and leaves only what was heard', async () => {
    const { ask, until, stop, caption, lastAnswer, debug, complaints, page } = await arrive();
    await ask('Tell me a story');
    await until(`d.heard > 50000 && d.level > ${AUDIBLE}`);
    await page.evaluate(NOTE_PRESS);
    await stop.click();
    await until(`d.play === 'flushed' && d.level < ${SILENT} && d.mouth === null`);
    // What is on its way to the ear counts, too.
    await until(`performance.now() > ${await page.evaluate<number>('performance.now()')} + 300`);
    const { heard } = await debug();
    // Without a stop, 400 ms more would be on their way and sound to their end.
    expect(heard - (await page.evaluate<number>('heardAtPress'))).toBeLessThan(24_000 / 4);
    await lastAnswer.locator('.cut').waitFor();
    const left = await lastAnswer.textContent();
    await until(`d.state === 'idle' && d.mouth === null`);
    await expect.poll(() => stop.isHidden()).toBe(true);
    // A second later nothing more has been played or written.
    await until(`performance.now() > ${await page.evaluate<number>('performance.now()')} + 1000`);
    expect((await debug()).heard).toBeLessThanOrEqual(heard + 480);
    expect(await lastAnswer.textContent()).toBe(left);
    expect(await caption.locator('.coming').filter({ visible: true }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});

/** Runs in the page: keeps how much had been heard in the moment of the press. */
const NOTE_PRESS = `document.addEventListener('click', () => {
  globalThis.heardAtPress = document.querySelector('parley-avatar').debug.heard;
}, { capture: true, once: true })`;

describe('the beginning', () => {
  it('needs one gesture where the browser asks for it, and then the host greets', async () => {
    const strict = await launchChromium({ autoplay: false });
    try {
      const { start, until, lastAnswer, complaints } = await visit(strict, server.url);
      await start.click();
      await until(`d.level > ${AUDIBLE}`);
      await lastAnswer.waitFor();
      // Its veil fades for longer than some answers take to begin.
      await start.waitFor({ state: 'hidden' });
      expect(complaints).toEqual([]);
    } finally {
      await strict.close();
    }
  });

  it('says so when the browser keeps the page silent, and another press of the button helps', async () => {
    const strict = await launchChromium({ autoplay: false });
    try {
      const page = await strict.newPage();
      await page.addInitScript(`addEventListener('load', () => document.querySelector('parley-avatar').start())`);
      await page.goto(server.url);
      const notice = page.getByRole('alert').filter({ hasText: 'keeps this page silent' });
      await notice.waitFor();
      await page.getByRole('button', { name: 'Start the conversation' }).click();
      await page.getByRole('img', { name: /speaking/ }).waitFor();
      await notice.waitFor({ state: 'hidden' });
    } finally {
      await strict.close();
    }
  });

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

  it('offers what to ask, and says what is running', async () => {
    const { page, until } = await arrive();
    await page.getByRole('button', { name: 'Engines' }).click();
    const engines = page.getByRole('region', { name: 'What is running' });
    await engines.getByText('scripted', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await engines.waitFor({ state: 'hidden' });
    await page.getByRole('list', { name: 'Suggestions' }).getByRole('button').first().click();
    await until(`d.level > ${AUDIBLE}`);
  });
});

describe('without a mouse', () => {
  it('one can start, ask and stop', async () => {
    const { page, until, stop, start, lastAnswer, question } = await arrive();
    const tabTo = async (isThere: () => Promise<boolean>) => {
      for (let presses = 0; presses < 20 && !(await isThere()); presses += 1) await page.keyboard.press('Tab');
      expect(await isThere()).toBe(true);
    };
    const hasFocus = (target: Visitor['start']) => () =>
      target.evaluate((node) => (node.getRootNode() as { activeElement?: unknown }).activeElement === node);
    await tabTo(hasFocus(start));
    await page.keyboard.press('Enter');
    await until(`d.level > ${AUDIBLE}`);
    // The button is gone; who goes on with the keyboard goes on from there.
    await expect.poll(hasFocus(page.getByRole('button', { name: 'Mute' }))).toBe(true);
    await tabTo(hasFocus(question));
    await page.keyboard.type('Tell me a story');
    await page.keyboard.press('Enter');
    await page.locator('.transcript .user').waitFor();
    await until(`d.state === 'speaking' && d.heard > 30000`);
    await page.keyboard.press('Escape');
    await until(`d.level < ${SILENT} && d.state !== 'speaking'`);
    await lastAnswer.locator('.cut').waitFor();
    await expect.poll(() => stop.isHidden()).toBe(true);
  });
});

describe('when the connection is lost', () => {
  it('says so, comes back by itself, and answers what was asked meanwhile', async () => {
    const first = await startServer();
    const port = new URL(first.url).port;
    const { ask, until, page, lastAnswer, leave } = await visit(browser, first.url);
    let second: RunningServer | undefined;
    try {
      await ask('What time is it?');
      await until(`d.state === 'idle' && d.play === 'ended'`);
      await first.stop();
      await page.getByText(/Trying again/).waitFor();
      await ask('Who are you?');
      await page.locator('.transcript .unsent', { hasText: 'Who are you?' }).waitFor();
      second = await startServer({ PORT: port });
      // A server that has only just started may not have its voice yet; then it answers in writing.
      await lastAnswer.filter({ hasText: 'Ada' }).waitFor();
      await expect.poll(() => page.getByText(/Trying again/).isHidden()).toBe(true);
      expect(await page.locator('.transcript .unsent').count()).toBe(0);
      await until(`d.state === 'idle'`);
      expect(await page.locator('.transcript li').allTextContents()).toEqual([
        'What time is it?',
        expect.any(String),
        'Who are you?',
        expect.stringContaining('Ada'),
      ]);
    } finally {
      await leave();
      await first.stop();
      await second?.stop();
    }
  });
});

describe('the element on a page of its own', () => {
  it('is offline and silent once it is taken from the page, even in the middle of an answer', async () => {
    const { ask, until, page } = await arrive();
    await ask('Tell me a story');
    await until(`d.heard > 30000`);
    expect(await page.evaluate(REMOVAL)).toEqual({ state: 'offline', caption: '', label: 'Connecting' });
  });

  it('says so when src is no address, and connects once it is one', async () => {
    const { until, page, complaints } = await arrive();
    expect(await page.evaluate(SRC('https://'))).toEqual(['src_invalid']);
    expect(await page.evaluate(SRC(server.url))).toEqual([]);
    await until(`d.state === 'idle'`);
    expect(complaints).toEqual([]);
  });

  it('keeps its volume when it is given what is no number', async () => {
    const { page } = await arrive();
    const volume = `(() => {
      const avatar = document.querySelector('parley-avatar');
      avatar.volume = 0.4;
      avatar.volume = undefined;
      return avatar.volume;
    })()`;
    expect(await page.evaluate(volume)).toBe(0.4);
  });

  it('needs one tag and one script, and tells the page what happens', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    try {
      // Any page that is not Parley's own; this one is only JSON.
      await page.goto(`${server.url}/healthz`);
      await page.evaluate(EMBEDDING);
      await page.getByRole('img', { name: /ready/ }).waitFor();
      await page.evaluate(`document.querySelector('parley-avatar').say('Tell me a story')`);
      await page.getByText('parley-message: cut').waitFor();
      const told = await page.locator('#told').textContent();
      for (const event of [
        'connection: open',
        'state: thinking',
        'state: speaking',
        'message: complete',
        'caption: ',
      ]) {
        expect(told).toContain(`parley-${event}`);
      }
    } finally {
      await context.close();
    }
  });
});

/** Runs in the page. */
const REMOVAL = `(() => {
  const avatar = document.querySelector('parley-avatar');
  avatar.remove();
  const text = (selector) => avatar.shadowRoot.querySelector(selector).textContent;
  return { state: avatar.state, caption: text('.caption'), label: text('.light span') };
})()`;

/** Runs in the page: the codes of the errors that this `src` leads to at once. */
const SRC = (src: string) => `(() => {
  const avatar = document.querySelector('parley-avatar');
  const codes = [];
  const note = ({ detail }) => codes.push(detail.code);
  avatar.addEventListener('parley-error', note);
  avatar.setAttribute('src', ${JSON.stringify(src)});
  avatar.removeEventListener('parley-error', note);
  return codes;
})()`;

/** Runs in the page, which writes down what it is told, and stops the answer after its thirtieth piece of caption. */
const EMBEDDING = `(async () => {
  document.body.innerHTML = '<parley-avatar></parley-avatar><pre id="told"></pre>';
  await import('/parley-avatar.js');
  let captions = 0;
  for (const name of ['parley-state', 'parley-caption', 'parley-message', 'parley-error', 'parley-connection']) {
    document.addEventListener(name, ({ detail }) => {
      const what = detail.state ?? detail.status ?? detail.kind ?? detail.words?.length;
      document.querySelector('#told').append(name + ': ' + what + '\\n');
      if (name === 'parley-caption' && ++captions === 30) document.querySelector('parley-avatar').stop();
    });
  }
})()`;
