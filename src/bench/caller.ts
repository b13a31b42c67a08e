/**
 * One caller from the first hello to the last answer. Everything it does happens on the beat of its microphone: it
 * sends a frame, plays on, reports, and looks whether the turn is over.
 */
import type { ServerEvent } from '../protocol/server-events.js';
import { BEAT_MS, createBeats } from './beats.js';
import { type Line, openLine } from './line.js';
import { type Microphone, openMicrophone } from './microphone.js';
import { createPlayer, type Player } from './player.js';
import { isSameWording, type Question } from './questions.js';
import { seededRandom } from './random.js';
import { recordTurn, type TurnRecord } from './turn-record.js';
import { lostTurn, type TurnResult } from './turn-result.js';

const REPORT_BEATS = 5;
/** Between an answer and the next question: 600 to 1400 ms, as people take. */
const PAUSE_MS = 600;
const PAUSE_SPREAD_MS = 800;
/** Callers do not all come at once. */
const ARRIVAL_SPREAD_MS = 1000;
const WELCOME_MS = 15_000;

export interface CallerJob {
  readonly caller: number;
  readonly url: string;
  readonly token: string | null;
  readonly turns: number;
  readonly typed: boolean;
  readonly expectsPictures: boolean;
  readonly seed: number;
}

interface CallerHooks {
  onTurn(result: TurnResult): void;
  onLate(ms: number): void;
}

export async function runCaller(job: CallerJob, questions: readonly Question[], hooks: CallerHooks): Promise<void> {
  const random = seededRandom(job.seed * 1000 + job.caller);
  const first = Math.floor(random() * questions.length);
  const asked = Array.from({ length: job.turns }, (_, turn) => questions[(first + turn) % questions.length]!);
  let answered = 0;
  let session: Session | null = null;
  try {
    session = await join(job, random, hooks);
    for (const question of asked) {
      hooks.onTurn(await turn(session, question, answered));
      answered += 1;
    }
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    for (const [at, { text }] of asked.entries()) {
      if (at >= answered) hooks.onTurn(lostTurn(job.caller, at, text, reason));
    }
  } finally {
    await session?.line.close();
  }
}

interface Session {
  readonly job: CallerJob;
  readonly line: Line;
  readonly player: Player;
  readonly microphone: Microphone;
  readonly random: () => number;
  /** One beat; resolves to the time at which it was due. Throws if the connection is lost. */
  beat(): Promise<number>;
  /** The record that hears what arrives. */
  follow(record: TurnRecord | null): void;
}

async function join(job: CallerJob, random: () => number, hooks: CallerHooks): Promise<Session> {
  const beats = createBeats(hooks.onLate);
  for (let left = random() * ARRIVAL_SPREAD_MS; left > 0; left -= BEAT_MS) await beats.next();
  const welcome = new Set<ServerEvent['type']>();
  let canHear = false;
  let record: TurnRecord | null = null;
  const line = await openLine(job.url, job.token, {
    onEvent(event, now) {
      if (event.type === 'session.created') canHear = event.session.audio.input.turn_detection !== null;
      welcome.add(event.type);
      record?.event(event, now);
    },
    onMedia: (media, now) => record?.media(media, now),
  });
  const player = createPlayer();
  const microphone = openMicrophone(random);
  const isWelcome = () => welcome.has('session.created') && (!job.expectsPictures || welcome.has('avatar.announced'));
  for (let waited = 0; !isWelcome(); waited += BEAT_MS) {
    if (line.lost !== null || waited > WELCOME_MS) throw new Error(line.lost ?? 'the session never began');
    await beats.next();
  }
  if (!job.typed && !canHear) throw new Error('this server has no recogniser; measure it with --typed');
  if (!job.typed)
    line.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { transcription: {} } } } });
  const report = playbackReports(player, line);
  const beat = async () => {
    const due = await beats.next();
    if (line.lost !== null) throw new Error(line.lost);
    if (!job.typed) line.sendMedia(microphone.frame());
    player.advance(performance.now());
    report();
    return due;
  };
  return {
    job,
    line,
    player,
    microphone,
    random,
    beat,
    follow: (next) => {
      record = next;
    },
  };
}

async function turn(session: Session, question: Question, number: number): Promise<TurnResult> {
  const { job, player, line, random } = session;
  for (let left = PAUSE_MS + random() * PAUSE_SPREAD_MS; left > 0; left -= BEAT_MS) await session.beat();
  const zero = job.typed ? performance.now() : await startAsking(session, question);
  const record = recordTurn({ player, zero, expectsPictures: job.expectsPictures });
  session.follow(record);
  if (job.typed) type(line, question.text);
  while (session.microphone.isAsking) await session.beat();
  while (!record.isOver(performance.now())) await session.beat();
  const result = record.result();
  if (result.failure !== null) line.send({ type: 'response.cancel' });
  const transcriptIsRight = job.typed ? null : isSameWording(result.transcript ?? '', question.text);
  return { caller: job.caller, turn: number, question: question.text, ...result, transcriptIsRight };
}

/** A frame is full, and sent, at the end of its 20 ms: the next one began to be recorded when this beat was due. */
async function startAsking(session: Session, question: Question): Promise<number> {
  const began = await session.beat();
  return began + session.microphone.ask(question);
}

function type(line: Line, text: string): void {
  line.send({
    type: 'conversation.item.create',
    item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
  });
  line.send({ type: 'response.create' });
}

/** What a player says of itself: every 100 ms of playing, and at every change. */
function playbackReports(player: Player, line: Line): () => void {
  let last = { state: player.state, response: player.response };
  let beats = 0;
  return () => {
    beats += 1;
    const { state, response, played } = player;
    const isChange = state !== last.state || response !== last.response;
    if (!isChange && (state !== 'playing' || beats % REPORT_BEATS !== 0)) return;
    last = { state, response };
    line.send({ type: 'avatar.playback', response, played, state, base: 0 });
  };
}
