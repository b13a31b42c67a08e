import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Phrase, Speech, SpeechOptions, TtsEngine } from '../../src/engines/contract.js';
import { linkOf } from '../../src/engines/resilience/chain.js';
import { keepingTts } from '../../src/engines/resilience/keeping-tts.js';
import { ttsChain } from '../../src/engines/resilience/tts-chain.js';
import { ParleyError } from '../../src/errors.js';
import { silentLog, steadyTts } from '../fixtures/engines.js';
import { recordingLog } from '../workers/rig.js';

const SORRY = 'I am sorry, I cannot answer that.';
const LOST = 'My voice has gone.';
const forever = new AbortController().signal;
const patience = { attempts: 1, delayMs: 0, factor: 1, budgetMs: 3000 };

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'parley-lines-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return join(path, 'lines');
}

/** The voices Ada and Ben of a vendor that can be switched off. */
function vendor() {
  const { engine, spoken } = steadyTts();
  const state = { isDown: false };
  const run: TtsEngine['run'] = async function* (phrases, options, context) {
    if (state.isDown) throw new ParleyError('vendor_down');
    yield* engine.run(phrases, options, context);
  };
  return { engine: { ...engine, name: 'vendor', run }, spoken, state };
}

function house(at: string, { engine }: Pick<ReturnType<typeof vendor>, 'engine'>, manner = 'm', log = silentLog) {
  const chain = ttsChain([linkOf(engine, false, log)], patience);
  const tts = keepingTts(chain, { folder: at, manner, log, phrases: [SORRY, LOST], voiceLost: [LOST] });
  const say = async (texts: readonly string[], wanted: Partial<SpeechOptions> = {}) => {
    const phrases = (async function* (): AsyncGenerator<Phrase> {
      for (const [index, text] of texts.entries()) yield { index, text };
    })();
    const speech: Speech[] = [];
    let failure: unknown = null;
    try {
      const options = { voice: 'ada', speed: 1, ...wanted };
      for await (const piece of tts.run(phrases, options, { signal: forever, log, turn: 't' })) speech.push(piece);
    } catch (thrown) {
      failure = thrown;
    }
    const samples = (phrase: number) =>
      speech.filter((piece) => piece.phrase === phrase).reduce((sum, piece) => sum + piece.samples.length, 0);
    return { speech, samples, failure };
  };
  return { tts, say, learn: (voice = 'ada') => tts.learn({ voice, speed: 1 }, forever) };
}

/** 20 ms a character, at 24 kHz. */
const lengthOf = (text: string) => text.length * 480;

describe('lines that a voice has by heart', () => {
  it('are spoken without the engine, and the rest of the answer with it', async () => {
    const one = vendor();
    const { say, learn } = house(folder(), one);
    expect(await learn()).toBe(true);
    one.spoken.length = 0;
    const { samples, failure, speech } = await say([SORRY, 'And more.']);
    expect(failure).toBeNull();
    expect(one.spoken.map(({ text }) => text)).toEqual(['And more.']);
    expect([samples(0), samples(1)]).toEqual([lengthOf(SORRY), lengthOf('And more.')]);
    expect(
      speech.flatMap(({ phrase, words }) => (phrase === 0 ? words : [])).map(({ from, to }) => SORRY.slice(from, to)),
    ).toEqual(SORRY.split(' '));
  });

  it('can be heard when the engine cannot speak, and the answer fails in a sentence, not in silence', async () => {
    const one = vendor();
    const { say, learn } = house(folder(), one);
    await learn();
    one.state.isDown = true;
    expect((await say([SORRY])).samples(0)).toBe(lengthOf(SORRY));
    const { samples, failure, speech } = await say(['Anything else.']);
    expect(failure).toMatchObject({ code: 'vendor_down' });
    expect(samples(0)).toBe(lengthOf(LOST));
    expect(speech.every(({ isAside, words }) => isAside && words.length === 0)).toBe(true);
  });

  it('are there after a restart, though the vendor is not', async () => {
    const at = folder();
    await house(at, vendor()).learn();
    const two = vendor();
    two.state.isDown = true;
    const { say, learn } = house(at, two);
    expect(await learn()).toBe(true);
    expect((await say([SORRY])).samples(0)).toBe(lengthOf(SORRY));
  });

  it('are learnt anew under other settings, and by another voice', async () => {
    const at = folder();
    await house(at, vendor()).learn();
    const [two, three] = [vendor(), vendor()];
    await house(at, two, 'other').learn();
    await house(at, three).learn('ben');
    expect(two.spoken).toHaveLength(2);
    expect(three.spoken).toHaveLength(2);
    const four = vendor();
    await house(at, four).learn();
    expect(four.spoken).toEqual([]);
  });

  it('are not taken for another pace, unless nothing else is left', async () => {
    const one = vendor();
    const { say, learn } = house(folder(), one);
    await learn();
    one.spoken.length = 0;
    await say([SORRY], { speed: 1.2 });
    expect(one.spoken).toHaveLength(1);
  });

  it('are learnt later, if that fails now; a damaged file is learnt again', async () => {
    const at = folder();
    const one = vendor();
    const { learn } = house(at, one);
    one.state.isDown = true;
    expect(await learn()).toBe(false);
    one.state.isDown = false;
    expect(await learn()).toBe(true);
    for (const name of readdirSync(at)) writeFileSync(join(at, name), '{"text":');
    const two = vendor();
    expect(await house(at, two).learn()).toBe(true);
    expect(two.spoken).toHaveLength(2);
  });

  it('go with a voice that is deleted, whichever settings it spoke with, and do not come back', async () => {
    const at = folder();
    const one = vendor();
    await house(at, one, 'slow').learn();
    await house(at, one, 'm').learn('ben');
    const { tts, say, learn } = house(at, one);
    await learn();
    expect(readdirSync(at)).toHaveLength(6);
    await tts.forget('ada');
    expect(readdirSync(at)).toHaveLength(2);
    one.state.isDown = true;
    expect((await say([SORRY])).speech).toEqual([]);
    one.state.isDown = false;
    await learn();
    expect(readdirSync(at)).toHaveLength(2);
    expect(await house(at, vendor()).learn('ben')).toBe(true);
  });

  it('do not come back with a file that is just being read', async () => {
    const at = folder();
    const one = vendor();
    await house(at, one).learn();
    const { tts, say, learn } = house(at, one);
    const learning = learn();
    await tts.forget('ada');
    await learning;
    one.state.isDown = true;
    expect((await say([SORRY])).speech).toEqual([]);
  });

  it('stay in memory where they cannot be written down, and the log says so', async () => {
    const { log, lines } = recordingLog();
    const at = folder();
    writeFileSync(join(at, '..', 'lines'), 'a file where the folder should be');
    const one = vendor();
    const { learn, say } = house(at, one, 'm', log);
    expect(await learn()).toBe(true);
    one.state.isDown = true;
    expect((await say([SORRY])).samples(0)).toBe(lengthOf(SORRY));
    expect(lines.map(({ msg }) => msg)).toContain(
      'a line could not be written down; it is spoken again after the next start',
    );
  });
});
