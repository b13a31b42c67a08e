/**
 * Lets the conversation tests of test/e2e speak with engines of this machine: Whisper, which was taught what they say, and
 * Kokoro, which hums.
 */
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { speechPython, tinyKokoro } from '../fixtures/speech-python.js';

export default function setup(project: TestProject): () => void {
  // Without it the tests are passed over, and say so.
  if (speechPython === null) return () => {};
  const model = tinyKokoro();
  project.provide('serverSettings', {
    STT: 'whisper',
    WHISPER_PYTHON: speechPython,
    WHISPER_MODEL: join(import.meta.dirname, '../fixtures/whisper'),
    TTS: 'kokoro',
    KOKORO_PYTHON: speechPython,
    KOKORO_MODEL: model.folder,
  });
  return () => model.remove();
}
