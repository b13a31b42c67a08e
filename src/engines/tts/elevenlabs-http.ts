/**
 * ElevenLabs over HTTP, by the vendor's SDK: a request for each phrase. Simpler than the socket, and a little later: every
 * phrase pays for a request of its own, and is spoken without the vendor knowing more of what went before than its text.
 */
import { ParleyError } from '../../errors.js';
import { Queue } from '../../flow.js';
import { Credit } from '../../workers/outflow.js';
import type { EngineContext, Phrase, Speech, SpeechOptions, TtsEngine } from '../contract.js';
import { type Configured, configured, healthOf } from './elevenlabs-configured.js';
import { eachPhrase, READ_AHEAD } from './elevenlabs-input.js';
import { elevenLabsSdk, spokenByRequest } from './elevenlabs-request.js';
import type { ElevenLabsSettings } from './elevenlabs-settings.js';
import { voiceList } from './elevenlabs-voices.js';

/** Speech of a phrase that is not yet its turn: 10 s. A request that is further ahead waits for its reader. */
const AHEAD_SAMPLES = 10 * 24_000;
/** The vendor is told so much of what it said before: the tone of voice hangs on the last sentence or two. */
const REMEMBERED = 300;

/** `asSet` is what the vendor's engines know together. */
export function elevenLabsHttp(settings: ElevenLabsSettings, asSet: Configured = configured(settings)): TtsEngine {
  const voices = voiceList(settings);
  let isClosed = false;

  return {
    name: 'elevenlabs-http',
    readAhead: READ_AHEAD,
    async *run(phrases, options, context) {
      if (isClosed) throw new ParleyError('engine_failed', 'elevenlabs-http is closed.');
      const asked = { ...options, voice: voices.find(options.voice) };
      yield* asSet.watch(inTurn(settings, phrases, asked, context), asked.voice);
    },
    get voices() {
      return voices.known();
    },
    mayHave: voices.mayHave,
    load: async () => void (await elevenLabsSdk()),
    health: () => healthOf(asSet, isClosed),
    probe: (signal) => voices.ask(signal),
    async close() {
      isClosed = true;
    },
  };
}

/** Two requests at once, and their speech in the order of the phrases. */
async function* inTurn(
  settings: ElevenLabsSettings,
  phrases: AsyncIterable<Phrase>,
  options: SpeechOptions,
  context: EngineContext,
): AsyncGenerator<Speech, void, undefined> {
  context.signal.throwIfAborted();
  const left = new AbortController();
  const signal = AbortSignal.any([context.signal, left.signal]);
  const answers = new Queue<Queue<Speech>>(READ_AHEAD + 1);
  const onAbort = () => answers.fail(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const room = new Credit();
  room.grant(READ_AHEAD);
  let before = '';
  eachPhrase(phrases, room, signal, ({ phrase, text }) => {
    const answer = new Queue<Speech>(AHEAD_SAMPLES, ({ samples }) => samples.length);
    answers.offer(answer);
    const request = { phrase, text, before, options };
    before = `${before}${text.text}`.slice(-REMEMBERED);
    void fill(answer, spokenByRequest(settings, request, signal), signal);
  }).then(
    () => answers.close(),
    (reason) => answers.fail(reason),
  );
  try {
    for await (const answer of answers) {
      let hasBegun = false;
      for await (const speech of answer) {
        if (!hasBegun) room.grant(1);
        hasBegun = true;
        yield speech;
        context.signal.throwIfAborted();
      }
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    left.abort(new ParleyError('turn_cancelled'));
  }
}

async function fill(answer: Queue<Speech>, speech: AsyncIterable<Speech>, signal: AbortSignal): Promise<void> {
  try {
    for await (const piece of speech) await answer.push(piece, signal);
    answer.close();
  } catch (thrown) {
    answer.fail(thrown);
  }
}
