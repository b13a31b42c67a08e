/** A visitor of the page: what one can do there, and what one sees and hears. */
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';

/** What the element's `debug` tells. */
export interface Debug {
  readonly state: string;
  readonly play: string;
  readonly shown: number;
  readonly missing: number;
  readonly underruns: number;
  readonly heard: number;
  readonly level: number;
  readonly base: number;
  readonly mouth: number | null;
  readonly skew: { readonly last: number; readonly p50: number; readonly p99: number };
}

export interface Visitor {
  readonly page: Page;
  readonly start: Locator;
  readonly question: Locator;
  readonly stop: Locator;
  readonly microphone: Locator;
  readonly caption: Locator;
  readonly answers: Locator;
  readonly lastAnswer: Locator;
  /** What the browser complained about. */
  readonly complaints: readonly string[];
  debug(): Promise<Debug>;
  /** Waits until this expression, in which `d` is the element's `debug`, holds in the page. */
  until(condition: string): Promise<void>;
  ask(text: string): Promise<void>;
  /** How far the mouth on the canvas is from that of the pack's own picture: mean difference of its pixels, in levels. */
  mouthOpening(): Promise<number>;
  leave(): Promise<void>;
}

export interface VisitOptions extends BrowserContextOptions {
  /** A script that runs in the page before its own. */
  readonly before?: string;
  /** What is to be done with the page before it is opened. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

const ELEMENT = `document.querySelector('parley-avatar')`;

/** Longer than any answer on a busy machine; a wait that ends is far shorter. */
export const PATIENCE_MS = 90_000;

export async function visit(browser: Browser, url: string, options: VisitOptions = {}): Promise<Visitor> {
  const { before, prepare, ...contextOptions } = options;
  const context = await browser.newContext(contextOptions);
  if (before !== undefined) await context.addInitScript(before);
  const page = await context.newPage();
  await prepare?.(page);
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  const until = async (condition: string) => {
    await page.evaluate(untilHolds(condition));
  };
  const question = page.getByLabel('Your question');
  await page.goto(url);
  await until(`d.state === 'idle'`);
  await page.getByRole('img', { name: /ready/ }).waitFor();
  return {
    page,
    start: page.getByRole('button', { name: 'Start the conversation' }),
    question,
    stop: page.getByRole('button', { name: 'Stop the answer' }),
    microphone: page.locator('.tools').getByRole('button', { name: 'Microphone', exact: true }),
    caption: page.locator('parley-avatar .caption'),
    answers: page.locator('.transcript .avatar'),
    lastAnswer: page.locator('.transcript .avatar').last(),
    complaints,
    debug: () => page.evaluate<Debug>(`${ELEMENT}.debug`),
    until,
    ask: async (text) => {
      await question.fill(text);
      await question.press('Enter');
    },
    mouthOpening: () => page.evaluate<number>(MOUTH_OPENING),
    leave: () => context.close(),
  };
}

/**
 * Runs in the page: looks before every picture whether the condition holds. In one piece, because the page's security
 * policy refuses what is put together while it runs, as Playwright's own waiting is.
 */
export const untilHolds = (condition: string) => `new Promise((resolve, reject) => {
  const since = performance.now();
  const look = () => {
    const d = ${ELEMENT}.debug;
    if (d !== undefined && (${condition})) return resolve();
    if (performance.now() - since < ${PATIENCE_MS}) return requestAnimationFrame(look);
    reject(new Error('in vain: ' + ${JSON.stringify(condition)} + ' with ' + JSON.stringify(d)));
  };
  look();
})`;

/**
 * Runs in the page. Takes the canvas and the base picture it is drawn on in one go, decodes that picture from the pack,
 * and compares the middle of the face's lower half.
 */
const MOUTH_OPENING = `(async () => {
  const element = ${ELEMENT};
  const canvas = element.shadowRoot.querySelector('canvas');
  const { width, height } = canvas;
  const place = [width * 0.38, height * 0.48, width * 0.24, height * 0.14].map(Math.round);
  await new Promise(requestAnimationFrame);
  const seen = canvas.getContext('2d').getImageData(...place).data;
  const base = element.debug.base;
  const { avatars } = await (await fetch('/v1/avatars')).json();
  const { avatar } = await (await fetch('/v1/about')).json();
  const bytes = await (await fetch(avatars.find(({ id }) => id === avatar).pack.url)).arrayBuffer();
  const view = new DataView(bytes);
  const json = view.getUint32(12, true);
  const { pictures } = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 16, json)));
  const offset = pictures.slice(0, base).reduce((sum, length) => sum + length, 16 + json);
  const bitmap = await createImageBitmap(new Blob([bytes.slice(offset, offset + pictures[base])]));
  const surface = new OffscreenCanvas(width, height).getContext('2d');
  surface.drawImage(bitmap, 0, 0);
  const plain = surface.getImageData(...place).data;
  return seen.reduce((sum, value, at) => sum + Math.abs(value - plain[at]), 0) / seen.length;
})()`;
