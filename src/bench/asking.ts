/** A question and its answer, as one turn of a session. */
import { SPEECH_RATE } from '../audio/pcm.js';
import { BEAT_MS } from './beats.js';
import { isSameWording, type Question } from './questions.js';
import type { Session } from './session.js';
import type { Sound } from './sound.js';
import { recordTurn, type TurnRecord } from './turn-record.js';
import type { TurnResult } from './turn-result.js';

/** Between an answer and the next question: 600 to 1400 ms, as people take. */
const PAUSE_MS = 600;
const PAUSE_SPREAD_MS = 800;

/** Asks, and waits until the answer has sounded to its end, or will not. */
export async function askAndListen(session: Session, question: Question, turn: number): Promise<TurnResult> {
  const record = await ask(session, question);
  while (!record.isOver(performance.now())) await session.beat();
  const result = turnResult(session, record, question, turn);
  if (result.failure !== null) session.line.send({ type: 'response.cancel' });
  return result;
}

/** Resolves when the question has been asked. */
export async function ask(session: Session, question: Question): Promise<TurnRecord> {
  const { job, player, random, line } = session;
  for (let left = PAUSE_MS + random() * PAUSE_SPREAD_MS; left > 0; left -= BEAT_MS) await session.beat();
  const zero = job.typed ? performance.now() : (await beginSound(session, question)).last;
  const record = recordTurn({ player, zero, expectsPictures: job.expectsPictures });
  session.follow(record);
  if (job.typed) {
    const content = [{ type: 'input_text' as const, text: question.text }];
    line.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    line.send({ type: 'response.create' });
  }
  while (session.microphone.isHearing) await session.beat();
  return record;
}

/**
 * The microphone begins to hear it; gives the moments of its first and its last voiced sample. A frame is full, and
 * sent, at the end of its 20 ms: the next one began to be recorded when this beat was due.
 */
export async function beginSound(
  session: Session,
  { samples, voiced }: Sound,
): Promise<{ first: number; last: number }> {
  const began = await session.beat();
  session.microphone.hear(samples);
  const at = (sample: number) => began + sample / (SPEECH_RATE / 1000);
  return { first: at(voiced.from), last: at(voiced.to) };
}

export function turnResult(session: Session, record: TurnRecord, { text }: Question, turn: number): TurnResult {
  const result = record.result();
  const transcriptIsRight = session.job.typed ? null : isSameWording(result.transcript ?? '', text);
  return { caller: session.job.caller, turn, question: text, ...result, transcriptIsRight };
}
