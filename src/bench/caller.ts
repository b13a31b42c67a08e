/** One caller from the first hello to the last answer. */
import { askAndListen } from './asking.js';
import { talkOver } from './interrupting.js';
import type { Interruption } from './interruption-result.js';
import type { CallerJob } from './job.js';
import type { Recordings } from './questions.js';
import { seededRandom } from './random.js';
import { join, type Session } from './session.js';
import { lostTurn, type TurnResult } from './turn-result.js';

interface CallerHooks {
  onTurn(result: TurnResult): void;
  onInterruption(interruption: Interruption): void;
  onLate(ms: number): void;
}

export async function runCaller(job: CallerJob, recordings: Recordings, hooks: CallerHooks): Promise<void> {
  const random = seededRandom(job.seed * 1000 + job.caller);
  const { questions, story } = recordings;
  const first = Math.floor(random() * questions.length);
  const question = (turn: number) => (job.interrupt ? story : questions[(first + turn) % questions.length]!);
  let answered = 0;
  let session: Session | null = null;
  const take = async (joined: Session, number: number) => {
    if (!job.interrupt) return hooks.onTurn(await askAndListen(joined, question(number), number));
    const { turn, interruption } = await talkOver(joined, recordings, number);
    hooks.onTurn(turn);
    if (interruption !== null) hooks.onInterruption(interruption);
  };
  try {
    session = await join(job, random, hooks.onLate);
    for (; answered < job.turns; answered += 1) await take(session, answered);
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    for (let turn = answered; turn < job.turns; turn += 1) {
      hooks.onTurn(lostTurn(job.caller, turn, question(turn).text, reason));
    }
  } finally {
    await session?.line.close();
  }
}
