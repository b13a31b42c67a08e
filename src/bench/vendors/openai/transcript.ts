/** The shapes in which the vendor gives what was heard. Times are spread evenly: nobody has measured them. */

export interface Heard {
  readonly text: string;
  readonly language: string | null;
  readonly seconds: number;
}

/** Audio is billed by tokens of 100 ms. */
const TOKENS_A_SECOND = 10;
/** Any token's: a simulation is always as sure. */
const LOGPROB = -0.05;

/** Words with the space before them, as they are streamed. */
export const wordsOf = (text: string): string[] => text.match(/\s*\S+/g) ?? [];

export function tokenUsage({ text, seconds }: Heard) {
  const audio = Math.ceil(seconds * TOKENS_A_SECOND);
  const output = wordsOf(text).length;
  return {
    type: 'tokens',
    total_tokens: audio + output,
    input_tokens: audio,
    input_token_details: { text_tokens: 0, audio_tokens: audio },
    output_tokens: output,
  };
}

export const durationUsage = ({ seconds }: Heard) => ({ type: 'duration', seconds: Math.ceil(seconds) });

export function logprobsOf(words: readonly string[]) {
  return words.map((token) => ({ token, logprob: LOGPROB, bytes: [...Buffer.from(token)] }));
}

/** whisper-1's `verbose_json`. */
export function verbose(heard: Heard, granularities: readonly ('word' | 'segment')[], temperature: number) {
  const { text, language, seconds } = heard;
  return {
    task: 'transcribe',
    language: englishName(language ?? 'en'),
    duration: seconds,
    text,
    ...(granularities.includes('word') ? { words: timedWords(heard) } : {}),
    ...(granularities.includes('segment') ? { segments: segments(heard, temperature) } : {}),
    usage: durationUsage(heard),
  };
}

/** The vendor tells the language by its English name, in small letters. */
function englishName(code: string): string {
  return (new Intl.DisplayNames(['en'], { type: 'language' }).of(code) ?? code).toLowerCase();
}

function timedWords({ text, seconds }: Heard) {
  const words = wordsOf(text).map((word) => word.trim().replace(/[.,!?;:]+$/, ''));
  const each = seconds / words.length;
  return words.map((word, index) => ({ word, start: hundredths(index * each), end: hundredths((index + 1) * each) }));
}

function segments({ text, seconds }: Heard, temperature: number) {
  if (text === '') return [];
  return [
    {
      id: 0,
      seek: 0,
      start: 0,
      end: hundredths(seconds),
      text: ` ${text}`,
      tokens: wordsOf(text).map((_, index) => 50_364 + index),
      temperature,
      avg_logprob: LOGPROB,
      compression_ratio: 1,
      no_speech_prob: 0.01,
    },
  ];
}

const hundredths = (seconds: number) => Math.round(seconds * 100) / 100;
