import { beforeAll, describe, expect, it } from 'vitest';
import { HEARING_RATE, joinedSamples, msToSamples, samplesToMs } from '../../src/audio/pcm.js';
import { judge } from '../../src/bench/echoes/judging.js';
import { mixed, type Over, type Way } from '../../src/bench/echoes/mixing.js';
import { watchEcho } from '../../src/conversation/echo.js';
import type { Sounds } from '../../src/conversation/loudspeaker.js';
import { startRecording } from '../../src/conversation/recording.js';
import { VAD_FRAME_SAMPLES } from '../../src/engines/contract.js';
import { ANSWER, detected, echoOf, given, silence, voice, WAYS } from '../fixtures/echo.js';

const ALL: [string, Way][] = Object.entries(WAYS);
const AT = msToSamples(4000, HEARING_RATE);
const QUESTION = voice('what-is-the-weather-like');
const UTTERANCE = { from: AT, to: AT + QUESTION.length };
/** With the echo of the three seconds before it, as one noise. */
const LONG = { from: msToSamples(1000, HEARING_RATE), to: UTTERANCE.to };
const TWO_WORDS = joinedSamples([voice('yeah'), silence(1000), voice('right')]);
const QUESTION_ENDS_MS = 4000 + (QUESTION.length * 1000) / HEARING_RATE;

function heard(way: Way, over: Over | null, utterance = UTTERANCE) {
  const microphone = mixed(echoOf(way), over, way, 1);
  return judge({ answer: ANSWER, microphone, speech: detected(microphone), jitterMs: 50, utterance });
}

/** Whether the echo is known in the last frame before each of these places, where it comes back for 2.5 s and then no more. */
function knownWhere(from: number, places: readonly number[]): boolean[] {
  const recording = startRecording();
  const { loudspeaker, length } = given();
  const echo = watchEcho(recording, loudspeaker);
  const gone = echoOf(WAYS.dry).map((sample, at) => (samplesToMs(at, HEARING_RATE) < 2500 ? sample : 0));
  const microphone = mixed(gone, null, WAYS.dry, 1);
  recording.add(new Int16Array(from));
  const known = detected(microphone).map((speech, frame) => {
    const end = (frame + 1) * VAD_FRAME_SAMPLES;
    recording.add(microphone.subarray(end - VAD_FRAME_SAMPLES, end));
    const sounds = { response: 1, heard: Math.min(length, end * 1.5), moves: true };
    echo.hear({ end: from + end, speech, off: 0.35, lateMs: 0 }, 'speaking', sounds);
    return echo.seen('speaking_early') === 'speaking';
  });
  return places.map((ms) => known[Math.floor(msToSamples(ms, HEARING_RATE) / VAD_FRAME_SAMPLES) - 1]!);
}

describe('the echo of an answer', { timeout: 240_000 }, () => {
  beforeAll(() => {
    for (const [, way] of ALL) echoOf(way);
  }, 240_000);

  it.each(ALL)('R53 is known after a second of it, and nobody from then on: %s', (_, way) => {
    const { speech, foreign, knownMs, held, cut, isAllEcho } = heard(way, null);
    expect(speech).toBeGreaterThan(100);
    expect(knownMs).toBeLessThanOrEqual(1000);
    expect(foreign).toBe(0);
    // Until it is known it is as without: the first one of a session is held, if it is not its first seconds.
    expect(held.filter((ms) => ms > 1500)).toEqual([]);
    expect(cut.filter((ms) => ms > 1500)).toEqual([]);
    expect(isAllEcho).toBe(true);
  });

  it.each(ALL)('R53 does not hide who speaks over it as loud as it is: %s', (_, way) => {
    const { held, cut, isAllEcho } = heard(way, { voice: QUESTION, at: AT, level: 0 });
    // The recording has 100 ms of silence first; then 192 and 500 ms of speech are needed.
    expect(held.some((ms) => ms > 4100 && ms <= 4700)).toBe(true);
    expect(cut.some((ms) => ms > 4100 && ms <= 5500)).toBe(true);
    expect(isAllEcho).toBe(false);
  });

  it.each(ALL.filter(([, way]) => way !== WAYS.faint))('R53 does not hide who is half as loud: %s', (_, way) => {
    const { held, cut, isAllEcho } = heard(way, { voice: QUESTION, at: AT, level: -6 }, LONG);
    expect(held.some((ms) => ms > 4100 && ms <= QUESTION_ENDS_MS)).toBe(true);
    expect(cut.some((ms) => ms > 4100 && ms <= QUESTION_ENDS_MS)).toBe(true);
    expect(isAllEcho).toBe(false);
  });

  it.each(ALL)('R53 does not hide two short words in five seconds of it, a second apart: %s', (_, way) => {
    const utterance = { from: LONG.from, to: AT + TWO_WORDS.length };
    expect(heard(way, { voice: TWO_WORDS, at: AT, level: -6 }, utterance).isAllEcho).toBe(false);
  });

  it.each([0, 100])('R53 is forgotten when nothing comes back any more, %i samples off the beat of frames', (from) => {
    expect(knownWhere(from, [2400, 9500])).toEqual([true, false]);
  });

  it('R53 is not looked for in an answer that was over four seconds ago, which nobody keeps', () => {
    const forgotten: number[] = [];
    const loudspeaker = { ...given().loudspeaker, forget: (response: number) => void forgotten.push(response) };
    const echo = watchEcho(startRecording(), loudspeaker);
    const pass = (fromMs: number, toMs: number, sounds: Sounds | null) => {
      for (let end = msToSamples(fromMs, HEARING_RATE); end < msToSamples(toMs, HEARING_RATE); end += VAD_FRAME_SAMPLES)
        echo.hear({ end, speech: 0, off: 0.35, lateMs: 0 }, 'silent', sounds);
    };
    pass(32, 1000, { response: 7, heard: 0, moves: true });
    pass(1000, 9000, { response: 7, heard: 0, moves: false });
    expect(forgotten).toEqual([]);
    pass(9000, 10_000, { response: 7, heard: 0, moves: true });
    pass(10_000, 13_900, null);
    expect(forgotten).toEqual([]);
    pass(13_900, 20_000, null);
    expect(forgotten).toEqual([7]);
  });

  it('R53 is looked for in vain by headphones: whoever speaks over the answer is somebody', () => {
    const nothing = new Float64Array(ANSWER.length);
    const caller = joinedSamples(['what-time-is-it', 'how-old-are-you', 'tell-me-a-story', 'thank-you'].map(voice));
    const microphone = mixed(nothing, null, WAYS.dry, 1).map((sample, at) => sample + (caller[at] ?? 0));
    const { speech, foreign, knownMs } = judge({
      ...{ answer: ANSWER, microphone, jitterMs: 50, utterance: UTTERANCE },
      speech: detected(microphone),
    });
    expect(speech).toBeGreaterThan(100);
    expect(knownMs).toBeNull();
    expect(foreign).toBe(speech);
  });
});
