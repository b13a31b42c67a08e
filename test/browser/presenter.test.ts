/** A choice of presenter: on the page, at the kiosk, and as the element's attribute. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RunningServer, startServer } from '../e2e/server.js';
import { launchChromium } from './chromium.js';
import { type Ear, putEar } from './ear.js';
import { type TwoAvatars, twoAvatars, ZOE } from './second-avatar.js';
import { PATIENCE_MS, type VisitOptions, type Visitor, visit } from './visitor.js';

/** A browser, a server and the tests beside them on two cores that others use too. */
vi.setConfig({ testTimeout: 240_000 });

let data: TwoAvatars;
let server: RunningServer;
let browser: Browser;
let visitor: Visitor | undefined;
let ear: Ear;

beforeAll(async () => {
  data = await twoAvatars();
  [server, browser] = await Promise.all([
    startServer({ DATA_DIR: data.folder, AVATAR: 'ada', STT: 'none' }),
    launchChromium({ autoplay: true }),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await data?.remove();
});

afterEach(async () => {
  await visitor?.leave();
  visitor = undefined;
});

async function arrive(options: VisitOptions = {}): Promise<Visitor> {
  const prepare = async (page: Page) => {
    ear = await putEar(page, { hears: false });
    await options.prepare?.(page);
  };
  visitor = await visit(browser, server.url, { ...options, prepare });
  return visitor;
}

const choice = ({ page }: Visitor) => page.getByRole('combobox', { name: 'Presenter' });
const wanted = () => ear.addresses.map((address) => new URL(address).searchParams.get('avatar'));

/** Runs in the page: keeps what the menu says whenever something is told of the avatar. */
const NOTE_CHOICES = `{
  const choices = (globalThis.choices = []);
  const menu = document.querySelector('.presenter select');
  document.addEventListener('parley-state', () => {
    if (menu.value !== choices.at(-1)) choices.push(menu.value);
  });
}`;

/** Runs in the page, before its own scripts: this browser remembers somebody. */
const REMEMBER = (id: string) => `localStorage.setItem('parley.presenter', '${id}')`;

describe('the page', () => {
  it('offers a choice, goes on with the conversation under another face, and remembers it', async () => {
    const arrived = await arrive();
    const { page, ask, until, answers, complaints } = arrived;
    await ask('What time is it?');
    await until(`d.state === 'idle' && d.play === 'ended'`);
    await page.evaluate(NOTE_CHOICES);
    await choice(arrived).selectOption(ZOE.name);
    await page.getByRole('img', { name: 'Zoe, ready' }).waitFor();
    // While she is on her way the menu does not go back to whom it had before.
    expect(await page.evaluate<string[]>('choices')).toEqual(['zoe']);
    await page.getByRole('heading', { name: 'Zoe', exact: true }).waitFor();
    expect(await page.title()).toBe('Zoe · Parley');
    // What was said stays, and the newcomer is told of it.
    expect(await page.locator('.transcript li').count()).toBe(2);
    const told = ear.asked.filter(({ type }) => type === 'conversation.item.create');
    expect(told).toHaveLength(3);
    expect(wanted()).toEqual([null, 'zoe']);
    await ask('Tell me a joke');
    await answers.nth(1).waitFor();
    await until(`d.state === 'speaking' && d.shown > 5`);

    await page.reload();
    await page.getByRole('img', { name: 'Zoe, ready' }).waitFor();
    // Nobody else was there first.
    expect(wanted()).toEqual([null, 'zoe', 'zoe']);
    await expect.poll(() => choice(arrived).inputValue()).toBe('zoe');
    expect(complaints).toEqual([]);
  });

  it('is chosen without a mouse, and greets if nobody has asked anything yet', async () => {
    const arrived = await arrive();
    const { page, start, until, answers } = arrived;
    await start.click();
    await until(`d.state === 'idle' && d.play === 'ended'`);
    const select = choice(arrived);
    await page.locator('.bar').click();
    await page.keyboard.press('Tab');
    expect(await select.evaluate((node) => node.ownerDocument.activeElement === node)).toBe(true);
    await page.keyboard.press('ArrowDown');
    await until(`d.state === 'speaking' && d.shown > 5`);
    await page.getByRole('img', { name: /Zoe/ }).waitFor();
    await answers.nth(1).waitFor();
  });

  it('shows the one who is there where somebody was remembered who is not, and forgets them', async () => {
    const arrived = await arrive({ before: REMEMBER('gone') });
    const { page, complaints } = arrived;
    await page.getByRole('img', { name: 'Ada, ready' }).waitFor();
    await expect.poll(() => choice(arrived).inputValue()).toBe('ada');
    expect(await page.evaluate(`localStorage.getItem('parley.presenter')`)).toBeNull();
    expect(await page.getByRole('alert').allTextContents()).toEqual([]);
    // The browser itself says that the first socket was refused, and nothing else is wrong.
    expect(complaints.filter((text) => !text.includes('WebSocket'))).toEqual([]);
  });

  it('offers nothing where there is only one', async () => {
    const alone = { avatars: [{ id: 'ada', name: 'Ada' }] };
    let hasAsked = false;
    const arrived = await arrive({
      prepare: (page) =>
        page.route('**/v1/avatars', async (route) => {
          await route.fulfill({ json: alone });
          hasAsked = true;
        }),
    });
    await expect.poll(() => hasAsked).toBe(true);
    await expect.poll(() => arrived.page.getByRole('button', { name: 'Engines' }).isVisible()).toBe(true);
    expect(await arrived.page.getByLabel('Presenter').isVisible()).toBe(false);
  });
});

describe('the kiosk', () => {
  async function open(query: string): Promise<{ page: Page; warnings: string[] }> {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    const warnings: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'warning') warnings.push(message.text());
    });
    await page.goto(`${server.url}/kiosk${query}`);
    return { page, warnings };
  }

  it('shows whom its address names, on their ground', async () => {
    const { page } = await open('?avatar=zoe');
    try {
      await page.getByRole('img', { name: 'Zoe, ready' }).waitFor();
      await expect.poll(() => page.locator('body').getAttribute('style')).toContain(ZOE.background);
    } finally {
      await page.context().close();
    }
  });

  it('shows somebody all the same where there is no such one, and warns whoever looks after it', async () => {
    const { page, warnings } = await open('?avatar=nobody');
    try {
      await page.getByRole('img', { name: 'Ada, ready' }).waitFor();
      expect(warnings.join()).toContain('no avatar "nobody", only: ada, zoe');
    } finally {
      await page.context().close();
    }
  });
});

describe('the element', () => {
  it('cuts what is being said when its attribute changes, and shows no mouth of the one on the other', async () => {
    const { page, ask, until, lastAnswer, mouthOpening } = await arrive();
    await ask('Tell me a story');
    await until(`d.state === 'speaking' && d.heard > 30000 && d.shown > 5`);
    await page.evaluate(`document.querySelector('parley-avatar').setAttribute('avatar', 'zoe')`);
    await lastAnswer.locator('.cut').waitFor();
    await page.getByRole('img', { name: 'Zoe, ready' }).waitFor();
    await until('d.mouth === null');
    await expect.poll(mouthOpening).toBeLessThan(1.5);
    await page.evaluate(`document.querySelector('parley-avatar').removeAttribute('avatar')`);
    await page.getByRole('img', { name: 'Ada, ready' }).waitFor();
    expect(wanted()).toEqual([null, 'zoe', null]);
  });
});
