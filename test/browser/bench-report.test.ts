/** The bench's report as a reader opens it: from a disk, without a network. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { renderComparison } from '../../src/bench/report/compare.js';
import { renderReport } from '../../src/bench/report/html.js';
import { madeUpRun } from '../fixtures/bench-run.js';
import { launchChromium } from './chromium.js';

/** A browser on two cores that others use too. */
vi.setConfig({ testTimeout: 240_000 });

const REPORT = 'report.html';
const COMPARISON = 'comparison.html';

let browser: Browser;
let folder: string;

beforeAll(async () => {
  browser = await launchChromium({ autoplay: true });
  folder = await mkdtemp(join(tmpdir(), 'parley-report-'));
  await writeFile(join(folder, REPORT), renderReport(madeUpRun()));
  const { html } = renderComparison(madeUpRun({ speculates: false }), madeUpRun({ seed: 8 }));
  await writeFile(join(folder, COMPARISON), html);
});

afterAll(async () => {
  await browser?.close();
  if (folder !== undefined) await rm(folder, { recursive: true });
});

interface Opened {
  readonly page: Page;
  readonly complaints: string[];
  /** But for the file itself. */
  readonly requests: string[];
}

async function open(file: string, width: number): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  const complaints: string[] = [];
  const requests: string[] = [];
  const address = pathToFileURL(join(folder, file)).href;
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('request', (request) => {
    if (request.url() !== address) requests.push(request.url());
  });
  await page.goto(address);
  return { page, complaints, requests };
}

/** Pairs of axis labels of one chart whose boxes lie on each other. In strings, for the page's own types are not here. */
const OVERLAPS = `[...document.querySelectorAll('.plot')].flatMap((plot) => {
  const boxes = [...plot.querySelectorAll('.tick, .mark')]
    .map((label) => ({ text: label.textContent, box: label.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0);
  return boxes.flatMap(({ text, box }, at) =>
    boxes.slice(at + 1)
      .filter((other) => box.left < other.box.right && other.box.left < box.right
        && box.top < other.box.bottom && other.box.top < box.bottom)
      .map((other) => text + ' on ' + other.text));
})`;

/** Labels that are cut off by the edge of the window. */
const CUT_OFF = `[...document.querySelectorAll('svg text')]
  .filter((label) => {
    const { left, right, width } = label.getBoundingClientRect();
    return width > 0 && (left < 0 || right > document.documentElement.clientWidth);
  })
  .map((label) => label.textContent)`;

it.each([
  [REPORT, 1440],
  [REPORT, 360],
  [COMPARISON, 1440],
  [COMPARISON, 360],
])('%s reads well at %i pixels, asks for nothing and complains of nothing', async (file, width) => {
  const { page, complaints, requests } = await open(file, width);
  expect(await page.locator('.tick').count()).toBeGreaterThan(30);
  expect(await page.evaluate(OVERLAPS)).toEqual([]);
  expect(await page.evaluate(CUT_OFF)).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  // The page's own style got past the policy.
  expect(await page.evaluate(`getComputedStyle(document.querySelector('section')).borderRadius`)).toBe('22px');
  expect(complaints).toEqual([]);
  expect(requests).toEqual([]);
  await page.close();
});

it('shows the turn that is picked, by mouse and by keys, and no other', async () => {
  const { page } = await open(REPORT, 1440);
  const shown = () => page.locator('.fall').filter({ visible: true }).locator('figcaption > b').allTextContents();
  await expect.poll(shown).toEqual([expect.stringMatching(/^Median turn: \d+ ms/)]);
  await page.getByText('Slowest turn', { exact: true }).click();
  await expect.poll(shown).toEqual([expect.stringMatching(/^Slowest turn: \d+ ms/)]);
  await page.getByRole('radio', { name: 'Slowest turn' }).press('ArrowLeft');
  await expect.poll(shown).toEqual([expect.stringMatching(/^Turn at p95: \d+ ms/)]);
  expect(await page.locator('.fall').filter({ visible: true }).locator('rect').count()).toBeGreaterThan(5);
  await page.close();
});

it('runs no script that got into it', async () => {
  const { page, complaints } = await open(REPORT, 1440);
  const ran = await page.evaluate(`(() => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    return window.ran === true;
  })()`);
  expect(ran).toBe(false);
  await expect.poll(() => complaints.join()).toContain('Content Security Policy');
  await page.close();
});
