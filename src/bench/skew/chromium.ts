/** A browser: the one that is named, else the system's, else the one that arrived with the packages. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Browser } from 'playwright-core';
import { ParleyError } from '../../errors.js';

const SYSTEM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

export const FLAGS: readonly string[] = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** Without it a page sounds only after a gesture. */
export const AUTOPLAY = '--autoplay-policy=no-user-gesture-required';

type Environment = Readonly<Record<string, string | undefined>>;

/** Packages for development only: a server is run without them, and without a browser. */
export async function launchChromium(environment: Environment): Promise<Browser> {
  const { chromium } = await import('playwright-core').catch((cause: unknown) => {
    const detail = 'To measure in a browser, install what comes with development: `npm install --include=dev`.';
    throw new ParleyError('bad_settings', detail, { cause });
  });
  const { executablePath, args } = await findChromium(environment);
  try {
    return await chromium.launch({ executablePath, args: [...args, ...FLAGS, AUTOPLAY] });
  } catch (cause) {
    const detail = `The browser ${executablePath} does not start; name another one with CHROMIUM_PATH.`;
    throw new ParleyError('bad_settings', detail, { cause });
  }
}

/** Two at once would write the same file, and one would start what the other is still writing. */
let unpacked: Promise<string> | undefined;

/** Throws bad_settings. */
export async function findChromium(
  environment: Environment,
): Promise<{ readonly executablePath: string; readonly args: readonly string[] }> {
  const named = environment.CHROMIUM_PATH;
  const executablePath = named === undefined || named === '' ? onPath(environment) : named;
  if (executablePath !== undefined) return { executablePath, args: [] };
  const { default: packaged } = await import('@sparticuz/chromium').catch((cause: unknown) => {
    const detail = 'There is no browser here: install Chromium, or name one with CHROMIUM_PATH.';
    throw new ParleyError('bad_settings', detail, { cause });
  });
  unpacked ??= packaged.executablePath();
  return { executablePath: await unpacked, args: packaged.args };
}

function onPath({ PATH }: Environment): string | undefined {
  const folders = (PATH ?? '').split(delimiter);
  return SYSTEM_NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
