/**
 * ElevenLabs over its multi-context WebSocket: a socket that is warm before the first word, a context for each answer, and
 * the times of every character. docs/voices.md tells it from the other engine, elevenlabs-http.ts.
 */
import { ParleyError } from '../../errors.js';
import type { TtsEngine } from '../contract.js';
import { type Configured, configured, healthOf } from './elevenlabs-configured.js';
import { openConnection, TIMINGS, type Timings } from './elevenlabs-connection.js';
import { READ_AHEAD } from './elevenlabs-input.js';
import { elevenLabsLearner } from './elevenlabs-learner.js';
import type { ElevenLabsSettings } from './elevenlabs-settings.js';
import { talk } from './elevenlabs-talk.js';
import { voiceList } from './elevenlabs-voices.js';
import { warmSockets } from './elevenlabs-warm.js';

/** `asSet` is what the vendor's engines know together. `timings` are not for operators: tests make them short. */
export function elevenLabsSocket(
  settings: ElevenLabsSettings,
  asSet: Configured = configured(settings),
  timings: Timings = TIMINGS,
): TtsEngine {
  const { format, timeoutMs, log } = settings;
  const voices = voiceList(settings);
  const sockets = warmSockets((voice, onLost) =>
    openConnection(settings, voice, timings, (error) => {
      log.debug({ code: error.code, detail: error.message }, 'a socket to elevenlabs is lost');
      onLost();
    }),
  );
  let isClosed = false;

  return {
    name: 'elevenlabs',
    readAhead: READ_AHEAD,
    async *run(phrases, options, context) {
      if (isClosed) throw new ParleyError('engine_failed', 'elevenlabs is closed.');
      const asked = { ...options, voice: voices.find(options.voice) };
      yield* asSet.watch(talk({ sockets, format, timeoutMs }, phrases, asked, context), asked.voice);
    },
    get voices() {
      return voices.known();
    },
    mayHave: voices.mayHave,
    learner: elevenLabsLearner(settings),
    prepare({ voice }, session) {
      if (!isClosed && voices.has(voice)) sockets.prepare(voices.find(voice), session);
    },
    health: () => healthOf(asSet, isClosed),
    probe: (signal) => voices.ask(signal),
    async close() {
      isClosed = true;
      sockets.close();
    },
  };
}
