/** The fields of the log's line about a turn. What does not apply to a turn has no field. */
import type { EnginesUsed, TurnRecord } from './observer.js';
import type { StageName } from './timeline.js';

export function turnLine(record: TurnRecord, engines: EnginesUsed): Readonly<Record<string, unknown>> {
  const { status, code, isSpoken, transcriptionMs, marks, audioMs, speech } = record;
  return present({
    status,
    code,
    ...Object.fromEntries(Object.entries(engines).map(([job, names]) => [job, names.join('+')])),
    transcription_time_ms: transcriptionMs === null ? null : Math.round(transcriptionMs * 10) / 10,
    llm_response_time_ms: between(marks, 'model_asked', 'model_answered'),
    tts_generation_time_ms: between(marks, 'first_phrase', 'first_speech'),
    tts_silence_ms: speech.silenceMs === null ? null : Math.round(speech.silenceMs),
    first_audio_ms: marks.first_audio,
    first_picture_ms: marks.first_picture,
    total_latency_ms: isSpoken ? marks.first_sent : null,
    audio_ms: audioMs > 0 ? audioMs : null,
    tts_bytes: speech.chunks > 0 ? speech.bytes : null,
    tts_chunks: speech.chunks > 0 ? speech.chunks : null,
    marks,
  });
}

/** Null if either was not reached. */
export function between(marks: TurnRecord['marks'], from: StageName, to: StageName): number | null {
  const [start, end] = [marks[from], marks[to]];
  return start === undefined || end === undefined ? null : Math.round((end - start) * 10) / 10;
}

const present = (fields: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
