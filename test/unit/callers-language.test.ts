/** By which language it is judged what a caller says: its own wish, the recogniser's setting, the persona's language. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Hearsay, tellingStt } from '../fixtures/engines.js';
import { openTalk as open, type TalkOptions } from '../fixtures/talk.js';

/** What is heard while the caller still speaks, and in the end. */
const spoken = (text: string): Hearsay => ({ atMs: 200, partial: text, text });

/** What is said is set up for German callers by whoever runs the recogniser. */
function setToGerman(...answers: readonly Hearsay[]) {
  const { engine, heard } = tellingStt(...answers);
  return { engine: { ...engine, language: 'de' }, heard };
}

describe("a caller's language", () => {
  beforeEach(
    () =>
      void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] }),
  );
  afterEach(() => void vi.useRealTimers());

  /** The second answer sounds, past the first seconds of the session's first. */
  async function speaking(options: TalkOptions, language?: string) {
    const caller = open({ reportsPlayback: true, ...options });
    if (language !== undefined) caller.update({ transcription: { language } });
    caller.ask('Hello');
    await caller.next('avatar.response');
    caller.report(1, 0, 'ended');
    await caller.next('response.done');
    await caller.pass(50);
    caller.report(1, 5000, 'ended');
    await caller.pass(50);
    caller.ask('A story');
    const { response } = await caller.next('avatar.response');
    caller.report(response, 200, 'playing');
    await caller.pass(10);
    return caller;
  }

  /** Whether the avatar is cut off by so much speech. */
  async function isCutOff(caller: Awaited<ReturnType<typeof speaking>>) {
    await caller.speak(700);
    await caller.rest(300);
    return caller.types().includes('avatar.flush');
  }

  it('R27 is what its session says: "ja, genau" over the avatar does not cut it off', async () => {
    const caller = await speaking({ stt: tellingStt(spoken('Ja, genau.')) }, 'de');
    expect(await isCutOff(caller)).toBe(false);
    expect(caller.story().slice(-2)).toEqual(['avatar.resume', 'avatar.state']);
    expect(caller.types()).not.toContain('input_audio_buffer.speech_started');
    caller.leave();
  });

  it('R26 is what its session says: "halt, warte mal" cuts it off', async () => {
    const caller = await speaking({ stt: tellingStt(spoken('Halt, warte mal.')) }, 'de');
    expect(await isCutOff(caller)).toBe(true);
    expect(caller.last('avatar.flush')?.reason).toBe('turn_detected');
    caller.leave();
  });

  it.each<[string, boolean, TalkOptions, string?]>([
    ['Ja, genau.', true, {}],
    ['Ja, genau.', false, { language: 'de-AT' }],
    ['Yes, right.', true, { language: 'de-AT' }],
    ['Yes, right.', false, { language: 'de-AT' }, 'en'],
    ['Mhm.', false, { language: 'pl' }],
    ['Yes, right.', true, { language: 'pl' }],
  ])(
    '"%s" cuts it off: %s, where the persona and the session are of %o, %s',
    async (text, isWish, options, language) => {
      const caller = await speaking({ ...options, stt: tellingStt(spoken(text)) }, language);
      expect(await isCutOff(caller)).toBe(isWish);
      caller.leave();
    },
  );

  it('is that of the recogniser, if it is set to one and the session says nothing', async () => {
    const heard = await speaking({ stt: setToGerman(spoken('Ja, genau.')) });
    expect(await isCutOff(heard)).toBe(false);
    heard.leave();
    const announced = await speaking({ stt: setToGerman(spoken('Ja, genau.')) }, 'en');
    expect(await isCutOff(announced)).toBe(true);
    announced.leave();
  });

  it('changes with the session, from the next turn on', async () => {
    const caller = await speaking({ stt: tellingStt(spoken('Ja, genau.')) }, 'de');
    expect(await isCutOff(caller)).toBe(false);
    caller.update({ transcription: { language: 'en' } });
    expect(await isCutOff(caller)).toBe(true);
    caller.leave();
  });

  it('R21 tells whether a sentence is whole', async () => {
    const waited = async (language: string) => {
      const caller = open({ stt: tellingStt('ich möchte mit dem'), answer: () => ['Gut.'] });
      caller.update({ transcription: { language } });
      await caller.speak(600);
      await caller.rest(600);
      const isOver = caller.types().includes('input_audio_buffer.speech_stopped');
      caller.leave();
      return !isOver;
    };
    expect(await waited('en')).toBe(false);
    expect(await waited('de')).toBe(true);
  });

  it('R32 tells what is a murmur', async () => {
    const caller = open({ stt: tellingStt('うん', 'ふーん。'), language: 'ja' });
    await caller.speak(600);
    await caller.rest(2000);
    expect(caller.asked.length).toBe(1);
    caller.leave();
    const murmuring = open({ stt: tellingStt('ふーん。'), language: 'ja' });
    await murmuring.speak(600);
    await murmuring.rest(2000);
    expect(murmuring.asked.length).toBe(0);
    murmuring.leave();
  });
});
