/**
 * The espeak worker's entry: a process of its own, because espeak-ng is GPL-3.0 and because it computes in one go. Run
 * by espeak.ts as dist/engines/tts/espeak-worker.js.
 */
import { SettingsError, serveWorker } from '../../workers/serve.js';
import { loadSpeaker, type Speaker } from './espeak-speaker.js';
import { speakMethod } from './espeak-speech.js';

const MISSING =
  'espeak-ng is not installed; this line installs it: npm install --save-optional @echogarden/espeak-ng-emscripten@0.3.5';

serveWorker({
  espeak: async () => ({ info: {}, methods: { speak: speakMethod(orExit(await load())) } }),
});

async function load(): Promise<Speaker> {
  try {
    return await loadSpeaker();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
      throw new SettingsError(MISSING);
    }
    throw error;
  }
}

/** A synthesiser that has thrown may have lost its memory's order. A fresh process is up again within a second. */
function orExit(speaker: Speaker): Speaker {
  return (text, voice, speed) => {
    try {
      return speaker(text, voice, speed);
    } catch (error) {
      process.stderr.write(`espeak-ng failed: ${error}\n`);
      process.exit(1);
    }
  };
}
