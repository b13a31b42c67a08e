/** A visitor who types, and whose page is watched. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { PROBE, type Seen } from './probe.js';

/** Beyond what an answer lasts: a browser and a server on one busy machine. */
const PATIENCE_MS = 60_000;

/** What the element counts by itself. */
export interface ElementWord {
  readonly shown: number;
  readonly late: number;
  readonly missing: number;
  readonly underruns: number;
  /** Milliseconds; of its last 500 pictures. */
  readonly skew: { readonly p50: number; readonly p99: number };
}

export interface Visit {
  /** Asks, and waits until the answer has sounded to its end. */
  ask(seconds: number): Promise<Seen>;
  /** What the element says of all its pictures and its sound so far. */
  told(): Promise<ElementWord>;
  close(): Promise<void>;
}

export async function visit(browser: Browser, http: string): Promise<Visit> {
  const context = await browser.newContext();
  const page = await open(context, http).catch(async (thrown) => {
    await context.close();
    throw thrown;
  });
  const question = page.getByLabel('Your question');
  return {
    async ask(seconds) {
      await page.evaluate('void takeSeen()');
      await question.fill('Click.');
      await question.press('Enter');
      await page.evaluate(untilHolds(`d.play === 'playing'`, PATIENCE_MS));
      await page.evaluate(untilHolds(`d.play === 'ended' && d.state === 'idle'`, PATIENCE_MS + 1000 * seconds));
      return await page.evaluate<Seen>('takeSeen()');
    },
    told: () => page.evaluate<ElementWord>(TOLD),
    close: () => context.close(),
  };
}

async function open(context: BrowserContext, http: string): Promise<Page> {
  await context.addInitScript(PROBE);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(http);
  await page.getByRole('img', { name: /ready/ }).waitFor();
  return page;
}

const TOLD = `(() => {
  const { shown, late, missing, underruns, skew } = document.querySelector('parley-avatar').debug;
  return { shown, late, missing, underruns, skew: { p50: skew.p50, p99: skew.p99 } };
})()`;

/** Runs in the page: looks before every picture whether the condition holds of the element's `debug`, called `d`. */
const untilHolds = (condition: string, patienceMs: number) => `new Promise((resolve, reject) => {
  const since = performance.now();
  const look = () => {
    const d = document.querySelector('parley-avatar').debug;
    if (d !== undefined && (${condition})) return resolve();
    if (performance.now() - since < ${patienceMs}) return requestAnimationFrame(look);
    reject(new Error('in vain: ' + ${JSON.stringify(condition)} + ' with ' + JSON.stringify(d)));
  };
  look();
})`;
