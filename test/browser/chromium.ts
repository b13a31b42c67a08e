/** A browser for the tests: the one that is named, else the system's, else the one that arrived with the packages. */
import { type Browser, chromium } from 'playwright-core';
import { AUTOPLAY, FLAGS, findChromium } from '../../src/bench/skew/chromium.js';

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
  const policy = autoplay ? [AUTOPLAY] : [];
  const names = hosts.map((host) => `--host-resolver-rules=MAP ${host} 127.0.0.1`);
  const { executablePath, args } = await findChromium(process.env);
  return chromium.launch({ executablePath, args: [...args, ...FLAGS, ...policy, ...names, ...hearing(microphone)] });
}

function hearing(microphone: LaunchOptions['microphone']): readonly string[] {
  if (microphone === undefined) return [];
  const device = '--use-fake-device-for-media-stream';
  if (microphone === 'unasked') return [device];
  return [device, '--use-fake-ui-for-media-stream', `--use-file-for-fake-audio-capture=${microphone.file}`];
}
