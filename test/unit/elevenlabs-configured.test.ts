import { describe, expect, it } from 'vitest';
import type { Speech, TtsEngine } from '../../src/engines/contract.js';
import { linkOf } from '../../src/engines/resilience/chain.js';
import { ttsChain } from '../../src/engines/resilience/tts-chain.js';
import { elevenLabsSocket } from '../../src/engines/tts/elevenlabs.js';
import { configured } from '../../src/engines/tts/elevenlabs-configured.js';
import { elevenLabsHttp } from '../../src/engines/tts/elevenlabs-http.js';
import { ParleyError } from '../../src/errors.js';
import { all, given } from '../contract/tts.js';
import { silentLog, steadyTts } from '../fixtures/engines.js';
import { caller, ending, forTurn, settings } from './elevenlabs-fixture.js';
import { RACHEL, vendor } from './vendor-elevenlabs-fixture.js';

const NOBODY = 'nobodynobodynobody12';
const NO_VOICE = { down: `it does not know the voice "${NOBODY}" (ELEVENLABS_VOICE_ID)` };
const NO_MODEL = { down: 'it does not know the model "eleven_v99" (ELEVENLABS_MODEL)' };
const engines = { elevenlabs: elevenLabsSocket, 'elevenlabs-http': elevenLabsHttp } as const;
const names = Object.keys(engines) as (keyof typeof engines)[];
const say = (engine: TtsEngine, voice: string) =>
  all(engine.run(given(['Good morning.']), { voice, speed: 1 }, forTurn(caller())));

describe.each(names)('%s says of itself', (name) => {
  it('that it does not know the voice of the settings, from its first refusal until it has spoken with it', async () => {
    const { url } = await vendor();
    const engine = ending(engines[name](settings(url, { voice: NOBODY })));
    await engine.probe!(new AbortController().signal);
    expect(engine.health()).toBe('up');
    await expect(say(engine, NOBODY)).rejects.toMatchObject({ code: 'unknown_voice' });
    expect(engine.health()).toEqual(NO_VOICE);
    // With another voice it can speak, but that says nothing of this one.
    expect(await say(engine, RACHEL)).not.toEqual([]);
    expect(engine.health()).toEqual(NO_VOICE);
  });

  it('that it does not know the model', async () => {
    const { url } = await vendor();
    const engine = ending(engines[name](settings(url, { model: 'eleven_v99' })));
    await expect(say(engine, RACHEL)).rejects.toMatchObject({ code: 'unknown_model' });
    expect(engine.health()).toEqual(NO_MODEL);
  });

  it("nothing of a caller's own wrong voice", async () => {
    const { url } = await vendor();
    const engine = ending(engines[name](settings(url)));
    await expect(say(engine, NOBODY)).rejects.toMatchObject({ code: 'unknown_voice' });
    expect(engine.health()).toBe('up');
  });
});

describe('a refusal of what is set', () => {
  const refusing = async function* (code: 'unknown_voice' | 'unknown_model'): AsyncGenerator<Speech> {
    yield* [];
    throw new ParleyError(code);
  };
  const speaking = async function* (): AsyncGenerator<Speech> {
    yield { phrase: 0, samples: new Int16Array(1), words: [] };
  };

  it('is known to both engines', async () => {
    const { url } = await vendor();
    const set = settings(url, { voice: NOBODY });
    const asSet = configured(set);
    const [socket, http] = [ending(elevenLabsSocket(set, asSet)), ending(elevenLabsHttp(set, asSet))];
    await expect(say(socket, NOBODY)).rejects.toMatchObject({ code: 'unknown_voice' });
    expect([socket.health(), http.health()]).toEqual([NO_VOICE, NO_VOICE]);
  });

  it('is forgotten after ten minutes, or when it speaks', async () => {
    let now = 0;
    const asSet = configured({ voice: NOBODY, model: 'eleven_v99' }, () => now);
    for (const code of ['unknown_voice', 'unknown_model'] as const) {
      await expect(all(asSet.watch(refusing(code), NOBODY))).rejects.toMatchObject({ code });
      now += 599_999;
      expect(asSet.trouble).toContain(NO_VOICE.down.slice(0, 20));
      now += 1;
      expect(asSet.trouble).toBeNull();
      await expect(all(asSet.watch(refusing(code), NOBODY))).rejects.toMatchObject({ code });
      expect(asSet.trouble).not.toBeNull();
      await all(asSet.watch(speaking(), NOBODY));
      expect(asSet.trouble).toBeNull();
    }
  });

  it('has the next voice asked first; one that stands alone is asked all the same', async () => {
    const { url, requests } = await vendor();
    const engine = ending(elevenLabsSocket(settings(url, { voice: NOBODY })));
    const steady = steadyTts();
    const patience = { attempts: 1, delayMs: 0, factor: 1, budgetMs: 5000 };
    const links = [linkOf(engine, false, silentLog), linkOf(steady.engine, false, silentLog)];
    const chain = ttsChain(links, patience);
    expect(await say(chain, NOBODY)).not.toEqual([]);
    const asked = requests.length;
    expect(asked).toBeGreaterThan(0);
    expect(await say(chain, NOBODY)).not.toEqual([]);
    expect(requests.length).toBe(asked);
    await expect(say(ttsChain(links.slice(0, 1), patience), NOBODY)).rejects.toMatchObject({ code: 'unknown_voice' });
    expect(requests.length).toBeGreaterThan(asked);
  });
});
