/**
 * One caller's session. Everything in it happens on the beat of the microphone: a frame is sent, the answer plays on,
 * and the player reports.
 */
import type { Media } from '../protocol/media.js';
import type { ServerEvent } from '../protocol/server-events.js';
import { BEAT_MS, createBeats } from './beats.js';
import { answersTo, offered } from './calls-answered.js';
import { openEcho } from './echo.js';
import type { CallerJob } from './job.js';
import { type Line, openLine } from './line.js';
import { type Microphone, openMicrophone } from './microphone.js';
import { feed, obey, playbackReports } from './playback.js';
import { createPlayer, type Player } from './player.js';
import { seededRandom } from './random.js';
import type { EchoStep } from './scenario.js';

const WELCOME_MS = 15_000;

export interface Session {
  readonly job: CallerJob;
  readonly line: Line;
  readonly player: Player;
  readonly microphone: Microphone;
  readonly random: () => number;
  /** Responses that have been created and are not done. */
  readonly unfinished: number;
  /** The server's own marks of every response so far, by its id. */
  readonly timings: ReadonlyMap<string, Readonly<Record<string, number>>>;
  /** One beat; resolves to the time at which it was due. Throws if the connection is lost. */
  beat(): Promise<number>;
  /** Who is told from now on of everything that comes, after the player has obeyed it. */
  follow(...listeners: readonly Listener[]): void;
  /** How the microphone hears the answers from now on; null: not at all. */
  hearItself(echo: EchoStep | null): void;
}

export interface Listener {
  event(event: ServerEvent, now: number): void;
  media?(media: Media, now: number): void;
}

export async function join(job: CallerJob, random: () => number, onLate: (ms: number) => void): Promise<Session> {
  const beats = createBeats(onLate);
  const player = createPlayer();
  const timings = new Map<string, Readonly<Record<string, number>>>();
  const arrival = watchArrival(job);
  const echo = openEcho(player);
  let unfinished = 0;
  let listeners: readonly Listener[] = [];
  let echoed: EchoStep | null = null;
  const line = await openLine(job.url, job.token, {
    onEvent(event, now) {
      if (event.type === 'response.created') unfinished += 1;
      if (event.type === 'response.done') unfinished -= 1;
      if (event.type === 'avatar.timings') timings.set(event.response_id, event.marks);
      arrival.event(event);
      obey(player, event, now);
      for (const listener of listeners) listener.event(event, now);
      for (const answer of answersTo(event, job.scenario.tools ?? [])) line.send(answer);
    },
    onMedia(media, now) {
      feed(player, media, now);
      if (echoed !== null) echo.media(media);
      for (const listener of listeners) listener.media?.(media, now);
    },
  });
  await welcomed(job, line, arrival, beats.next).catch(async (thrown: unknown) => {
    await line.close();
    throw thrown;
  });
  // Noise of its own: how much of it is drawn hangs on the clock, and what the caller does must not.
  const microphone = openMicrophone(seededRandom(-1 - job.caller), job.scenario.roomDb);
  const report = playbackReports(player, line.send);
  return {
    job,
    line,
    player,
    microphone,
    random,
    timings,
    get unfinished() {
      return unfinished;
    },
    async beat() {
      const due = await beats.next();
      if (line.lost !== null) throw new Error(line.lost);
      player.advance(performance.now());
      if (!job.typed) line.sendMedia(microphone.frame(echoed === null ? null : echo.frame(echoed)));
      report();
      return due;
    },
    follow(...next) {
      listeners = next;
    },
    hearItself(step) {
      echoed = step;
    },
  };
}

interface Arrival {
  event(event: ServerEvent): void;
  readonly isWelcome: boolean;
  readonly canHear: boolean;
}

function watchArrival({ expectsPictures }: CallerJob): Arrival {
  const come = new Set<ServerEvent['type']>();
  let canHear = false;
  return {
    event(event) {
      if (event.type === 'session.created') canHear = event.session.audio.input.turn_detection !== null;
      come.add(event.type);
    },
    get isWelcome() {
      return come.has('session.created') && (!expectsPictures || come.has('avatar.announced'));
    },
    get canHear() {
      return canHear;
    },
  };
}

async function welcomed(job: CallerJob, line: Line, arrival: Arrival, beat: () => Promise<number>): Promise<void> {
  for (let waited = 0; !arrival.isWelcome; waited += BEAT_MS) {
    if (line.lost !== null || waited > WELCOME_MS) throw new Error(line.lost ?? 'the session never began');
    await beat();
  }
  if (!job.typed && !arrival.canHear) throw new Error('this server has no recogniser; measure it with --typed');
  const tools = job.scenario.tools === undefined ? {} : { tools: offered(job.scenario.tools) };
  const audio = job.typed ? {} : { audio: { input: { transcription: {} } } };
  if (job.typed && job.scenario.tools === undefined) return;
  line.send({ type: 'session.update', session: { type: 'realtime', ...tools, ...audio } });
}
