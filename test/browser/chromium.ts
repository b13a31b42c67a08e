/** A browser for the tests: the one that is named, else the system's, else the one that arrived with the packages. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const SYSTEM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** `autoplay: false` leaves the browser's own rule: a page sounds only after a gesture. */
export async function launchChromium({ autoplay }: { autoplay: boolean }): Promise<Browser> {
  const policy = autoplay ? ['--autoplay-policy=no-user-gesture-required'] : [];
  const { executablePath, args } = await findChromium();
  return chromium.launch({ executablePath, args: [...args, ...FLAGS, ...policy] });
}

async function findChromium(): Promise<{ executablePath: string; args: readonly string[] }> {
  const named = process.env.CHROMIUM_PATH;
  const executablePath = named === undefined || named === '' ? onPath() : named;
  if (executablePath !== undefined) return { executablePath, args: [] };
  const { default: packaged } = await import('@sparticuz/chromium');
  return { executablePath: await packaged.executablePath(), args: packaged.args };
}

function onPath(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
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
