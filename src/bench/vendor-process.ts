/** The simulated vendors in a process of their own, so that what they cost is not counted as the server's. */
import { fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { ParleyError } from '../errors.js';
import type { OwnRecording } from './own-recordings.js';
import { ANSWER, EMBEDDED, type VendorProfile } from './vendor-profile.js';

const PROGRAM = fileURLToPath(new URL('./simulate.js', import.meta.url));
/** The whole of what leads a server to them, and makes it use nobody else. */
const FIXED = {
  STT: 'openai',
  LLM: 'openai',
  TTS: 'elevenlabs',
  // What the operator has set for the real vendors is not what the profiles are made for.
  OPENAI_STT_MODEL: '',
  OPENAI_CHAT_MODEL: '',
  ELEVENLABS_MODEL: '',
  ELEVENLABS_VOICE_ID: '',
  ELEVENLABS_OUTPUT_FORMAT: '',
};

export interface VendorProcess {
  /** Settings for a server. */
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** `own`: what the callers' scenario brings along. */
export async function startVendorProcess(
  profile: VendorProfile,
  own: readonly OwnRecording[],
  signal: AbortSignal,
): Promise<VendorProcess> {
  const { transcriptions, chat, speech, face } = profile;
  const paces = ['--transcriptions', transcriptions, '--chat', chat, '--speech', speech];
  // With the equals sign, behind which a text may begin with a dash.
  const known = own.flatMap(({ file, text = '' }) => [`--recording=${file}`, `--text=${text}`]);
  const child = fork(PROGRAM, ['--recordings', ...known, '--says', ANSWER, ...paces], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const close = async () => {
    signal.removeEventListener('abort', stop);
    child.kill('SIGTERM');
    await ended;
  };
  const stop = () => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop, { once: true });
  const vendors = await settingsFrom(child.stdout!);
  if (vendors === null) {
    await close();
    signal.throwIfAborted();
    throw new ParleyError('bad_settings', 'The simulated vendors did not start; their reason stands above.');
  }
  // From here on it must not wait for a reader.
  child.stdout!.resume();
  return { environment: { ...FIXED, ...vendors, ...faceAt(face) }, close };
}

function faceAt(pace: string): Record<string, string> {
  return pace === EMBEDDED ? { FACE: 'drawn' } : { FACE: 'simulated', SIMULATED_FACE: pace };
}

/** Null: it ended without having said them. */
async function settingsFrom(output: Readable): Promise<Record<string, string> | null> {
  let said = '';
  for await (const data of output.iterator({ destroyOnReturn: false })) {
    said += data.toString();
    const line = /^(OPENAI_BASE_URL=.*) npm start$/m.exec(said)?.[1];
    if (line !== undefined) return Object.fromEntries(line.split(' ').map((pair) => pair.split('=', 2)));
  }
  return null;
}
