/** Whether the server under test can hear, and recorded questions at the rate that callers send. */
import { expect, vi } from 'vitest';
import { HEARING_RATE, SPEECH_RATE } from '../../src/audio/pcm.js';
import { resampler } from '../../src/audio/resample.js';
import { joined, recordings } from '../fixtures/hearing/recordings.js';
import type { connect } from './client.js';
import type { RunningServer } from './server.js';
import { ear } from './speech-under-test.js';

/** Why spoken turns cannot be tried here; null if they can. */
export const deaf = ear.missing;

function atSpeechRate(samples: Int16Array): Int16Array {
  const resample = resampler(HEARING_RATE, SPEECH_RATE);
  return joined(resample.push(samples), resample.flush());
}

export const silent = (ms: number): Int16Array => new Int16Array((ms * SPEECH_RATE) / 1000);

export const questions = {
  tellMeAStory: atSpeechRate(recordings.tellMeAStory),
  whatIsParley: atSpeechRate(recordings.whatIsParley),
  howIsTheWeather: atSpeechRate(recordings.howIsTheWeather),
  capitalOfFrance: atSpeechRate(recordings.capitalOfFrance),
};

export const COMPLETED = 'conversation.item.input_audio_transcription.completed';
export const FAILED = 'conversation.item.input_audio_transcription.failed';

/**
 * Tries again where the recogniser took longer than a turn waits for it, as it may on a busy machine: `attempt` gives
 * null when it was not understood, and the server's log must say that this was why.
 */
export async function untilInTime<T>(server: RunningServer, attempt: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const tooLate = () => server.output().log.split('did not answer in time').length;
    const before = tooLate();
    const outcome = await attempt();
    if (outcome !== null) return outcome;
    await vi.waitFor(() => expect(tooLate()).toBeGreaterThan(before), { timeout: 10_000 });
  }
}

/** What is understood of what `say` lets the client say. */
export const understood = (
  server: RunningServer,
  client: Awaited<ReturnType<typeof connect>>,
  say: () => Promise<unknown>,
) =>
  untilInTime(server, async () => {
    const said = say();
    const event = await client.next(COMPLETED, FAILED);
    if (event.type === COMPLETED) return event;
    await said;
    return null;
  });
