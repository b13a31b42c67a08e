/**
 * How one reply comes about: its engines mark on the timeline what they are given and give. At its end that is told to
 * whoever counts, and is a line in the log.
 */
import type { Logger } from 'pino';
import { samplesToMs, silentSamples } from '../audio/pcm.js';
import type { Engine, Llm, TtsEngine } from '../engines/contract.js';
import type { TurnRecord } from '../observe/observer.js';
import type { Timeline } from '../observe/timeline.js';
import { turnLine } from '../observe/turn-line.js';
import type { ReplyEngines } from './reply.js';
import type { Outcome } from './response-events.js';
import type { Said } from './said.js';

export interface Measured {
  readonly engines: ReplyEngines;
  /** It is over. `sent`: samples of it that were sent. */
  close(outcome: Outcome, said: Said | null, sent: number, log: Logger): void;
  /** Nobody wanted it. */
  discard(): void;
  /** Characters: what its model has written, and what its voice was given. */
  used(): { readonly written: number; readonly voiced: number };
}

export function measured(engines: ReplyEngines, turn: string, timeline: Timeline): Measured {
  const open = engines.observer?.openTurn(turn) ?? null;
  const speech = { bytes: 0, chunks: 0 };
  const used = { written: 0, voiced: 0 };
  let silent = 0;
  let isAudible = false;
  const onSpeech = (samples: Int16Array) => {
    timeline.mark('first_speech');
    if (!isAudible) {
      const more = silentSamples(samples);
      isAudible = more < samples.length;
      silent += more;
      if (isAudible) timeline.mark('first_audible');
    }
    speech.bytes += samples.byteLength;
    speech.chunks += 1;
  };
  return {
    engines: {
      ...engines,
      llm: timedLlm(engines.llm, timeline, (text) => {
        used.written += text.length;
      }),
      tts:
        engines.tts === null
          ? null
          : timedTts(engines.tts, timeline, onSpeech, (text) => {
              used.voiced += text.length;
            }),
    },
    discard: () => open?.discard(),
    used: () => used,
    close(outcome, said, sent, log) {
      const record: TurnRecord = {
        status: outcome.status,
        code: codeOf(outcome),
        isSpoken: said !== null,
        transcriptionMs: said?.transcriptionMs ?? null,
        marks: timeline.marks(),
        audioMs: samplesToMs(sent),
        speech: { ...speech, silenceMs: isAudible ? samplesToMs(silent) : null },
      };
      log.info(turnLine(record, open?.engines() ?? {}), 'turn');
      open?.close(record);
    },
  };
}

function timedLlm(llm: Engine<Llm>, timeline: Timeline, onText: (text: string) => void): Engine<Llm> {
  const run: Llm = (request, context) => {
    timeline.mark('model_asked');
    return each(llm.run(request, context), (event) => {
      timeline.mark('model_answered');
      if (event.kind === 'text') {
        timeline.mark('first_token');
        onText(event.text);
      }
    });
  };
  return Object.create(llm, { run: { value: run } });
}

function timedTts(
  tts: TtsEngine,
  timeline: Timeline,
  onSpeech: (samples: Int16Array) => void,
  onPhrase: (text: string) => void,
): TtsEngine {
  const run: TtsEngine['run'] = (phrases, options, context) => {
    const given = each(phrases, ({ text }) => {
      timeline.mark('first_phrase');
      onPhrase(text);
    });
    return each(tts.run(given, options, context), ({ samples }) => onSpeech(samples));
  };
  // Its voices may change: whoever asks for them asks the engine itself.
  return Object.create(tts, { run: { value: run } });
}

async function* each<T>(source: AsyncIterable<T>, told: (item: T) => void): AsyncGenerator<T, void, undefined> {
  for await (const item of source) {
    told(item);
    yield item;
  }
}

function codeOf(outcome: Outcome): string | null {
  if (outcome.status === 'completed') return null;
  return outcome.status === 'failed' ? outcome.error.code : outcome.reason;
}
