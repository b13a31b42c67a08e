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

export interface LaunchOptions {
  /** False leaves the browser's own rule: a page sounds only after a gesture. */
  readonly autoplay: boolean;
  /**
   * Microphones that hear this WAV file, over and over from the moment they are opened; the browser gives them without
   * asking. `unasked`: they are there, but nobody is there to allow them. Left out: there is none.
   */
  readonly microphone?: { readonly file: string } | 'unasked';
  /** Host names that lead to this machine. */
  readonly hosts?: readonly string[];
}

export async function launchChromium({ autoplay, microphone, hosts = [] }: LaunchOptions): Promise<Browser> {
  const policy = autoplay ? ['--autoplay-policy=no-user-gesture-required'] : [];
  const names = hosts.map((host) => `--host-resolver-rules=MAP ${host} 127.0.0.1`);
  const { executablePath, args } = await findChromium();
  return chromium.launch({ executablePath, args: [...args, ...FLAGS, ...policy, ...names, ...hearing(microphone)] });
}

function hearing(microphone: LaunchOptions['microphone']): readonly string[] {
  if (microphone === undefined) return [];
  const device = '--use-fake-device-for-media-stream';
  if (microphone === 'unasked') return [device];
  return [device, '--use-fake-ui-for-media-stream', `--use-file-for-fake-audio-capture=${microphone.file}`];
}

/** Two at once would write the same file, and one would start what the other is still writing. */
let unpacked: Promise<string> | undefined;

async function findChromium(): Promise<{ executablePath: string; args: readonly string[] }> {
  const named = process.env.CHROMIUM_PATH;
  const executablePath = named === undefined || named === '' ? onPath() : named;
  if (executablePath !== undefined) return { executablePath, args: [] };
  const { default: packaged } = await import('@sparticuz/chromium');
  unpacked ??= packaged.executablePath();
  return { executablePath: await unpacked, args: packaged.args };
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
