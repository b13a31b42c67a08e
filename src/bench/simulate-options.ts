/** The command line of `npm run simulate`. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ParleyError } from '../errors.js';
import type { OwnRecording } from './own-recordings.js';
import { type PlannedFault, readFault } from './simulate-faults.js';
import type { Pace } from './vendors/faults.js';

export interface Options {
  /** 0: a free one. */
  readonly openaiPort: number;
  readonly elevenlabsPort: number;
  /** `models` is for lists of voices, too, `speech` for every way of having something spoken. */
  readonly pace: Readonly<Record<'models' | 'chat' | 'transcriptions' | 'speech', Pace>>;
  /** What is heard, in turn; null: what the persona suggests to its visitors. */
  readonly hears: readonly string[] | null;
  /** Hears, instead, which of the bench's recordings it is. */
  readonly knowsRecordings?: true;
  /** And these. */
  readonly ownRecordings?: readonly OwnRecording[];
  /** What is answered, whatever was asked; missing: what the persona's script says. */
  readonly says?: string;
  readonly faults: readonly PlannedFault[];
}

export const USAGE = `npm run simulate -- [--openai-port PORT] [--elevenlabs-port PORT]
                    [--models FIRST,EVERY,JITTER] [--chat 150,20,0.2] [--transcriptions …] [--speech …]
                    [--hears "line 1|line 2" | --recordings [--recording FILE.wav --text TEXT]...]
                    [--says TEXT] [--fault ENDPOINT=FAULT[*TIMES]]...

  Paces: ms until an answer begins, ms from piece to piece, and how much both vary (0.2: up to 20 %).
  Endpoints: models, chat, transcriptions (OpenAI), voices, speech, socket (ElevenLabs).
  Faults: stall:PIECES  cut:PIECES  garbage:PIECES  drip:MS  half_open  STATUS[:REASON][:SECONDSs]
          as in --fault chat=stall:5 --fault chat=429:2s --fault 'speech=429:system_busy*3'`;

const LARGEST_MS = 600_000;

/** Throws bad_settings. */
export function readOptions(args: readonly string[]): Options {
  const values = parsed(args);
  const lines = values.hears?.split('|').map((line) => line.trim());
  if (lines?.some((line) => line === '')) throw wrong('--hears has an empty line between its bars.');
  if (lines !== undefined && values.recordings) throw wrong('--hears and --recordings cannot both be.');
  if (values.says?.trim() === '') throw wrong('--says has no words.');
  return {
    openaiPort: port('openai-port', values['openai-port']),
    elevenlabsPort: port('elevenlabs-port', values['elevenlabs-port']),
    pace: {
      models: pace('models', values.models),
      chat: pace('chat', values.chat),
      transcriptions: pace('transcriptions', values.transcriptions),
      speech: pace('speech', values.speech),
    },
    hears: lines ?? null,
    ...(values.recordings ? { knowsRecordings: true } : {}),
    ...ownRecordings(values),
    ...(values.says === undefined ? {} : { says: values.says }),
    faults: values.fault.map((text) => {
      const fault = readFault(text);
      if (typeof fault === 'string') throw wrong(`--fault ${text}: ${fault}`);
      return fault;
    }),
  };
}

function parsed(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        'openai-port': { type: 'string', default: '0' },
        'elevenlabs-port': { type: 'string', default: '0' },
        models: { type: 'string', default: '50,0,0.2' },
        chat: { type: 'string', default: '150,20,0.2' },
        transcriptions: { type: 'string', default: '250,20,0.2' },
        speech: { type: 'string', default: '120,20,0.2' },
        hears: { type: 'string' },
        recordings: { type: 'boolean', default: false },
        recording: { type: 'string', multiple: true, default: [] },
        text: { type: 'string', multiple: true, default: [] },
        says: { type: 'string' },
        fault: { type: 'string', multiple: true, default: [] },
      },
    });
    return values;
  } catch (thrown) {
    throw wrong(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

/** The text of the first belongs to the first; an empty one is a noise's. */
function ownRecordings({ recordings, recording, text }: ReturnType<typeof parsed>): Pick<Options, 'ownRecordings'> {
  if (recording.length !== text.length) throw wrong('Every --recording has one --text, which is empty for a noise.');
  if (recording.length === 0) return {};
  if (!recordings) throw wrong('--recording is for --recordings.');
  const own = recording.map((file, at) => {
    const said = text[at]!.trim();
    return { name: file, file: resolve(file), ...(said === '' ? {} : { text: said }) };
  });
  return { ownRecordings: own };
}

function port(name: string, text: string): number {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (number <= 65_535) return number;
  throw wrong(`--${name} ${text} is not a port, 0 to 65535.`);
}

function pace(name: string, text: string): Pace {
  const numbers = text.split(',').map((part) => (/^\d+(\.\d+)?$/.test(part.trim()) ? Number(part) : Number.NaN));
  const [firstMs = Number.NaN, everyMs = Number.NaN, jitter = 0] = numbers;
  const isRight = numbers.length <= 3 && firstMs <= LARGEST_MS && everyMs <= LARGEST_MS && jitter <= 1;
  if (isRight) return { firstMs, everyMs, jitter };
  throw wrong(`--${name} ${text} is not a pace, as 150,20,0.2: two times in ms, and how much they vary, 0 to 1.`);
}

function wrong(why: string): ParleyError {
  return new ParleyError('bad_settings', `${why}\n\n${USAGE}`);
}
