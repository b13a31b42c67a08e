/**
 * One caller's session. Everything in it happens on the beat of the microphone: a frame is sent, the answer plays on,
 * and the player reports.
 */
import type { Media } from '../protocol/media.js';
import type { ServerEvent } from '../protocol/server-events.js';
import { BEAT_MS, createBeats } from './beats.js';
import type { CallerJob } from './job.js';
import { type Line, openLine } from './line.js';
import { type Microphone, openMicrophone } from './microphone.js';
import { feed, obey, playbackReports } from './playback.js';
import { createPlayer, type Player } from './player.js';

/** Callers do not all come at once. */
const ARRIVAL_SPREAD_MS = 1000;
const WELCOME_MS = 15_000;

export interface Session {
  readonly job: CallerJob;
  readonly line: Line;
  readonly player: Player;
  readonly microphone: Microphone;
  readonly random: () => number;
  /** Responses that have been created and are not done. */
  readonly unfinished: number;
  /** One beat; resolves to the time at which it was due. Throws if the connection is lost. */
  beat(): Promise<number>;
  /** Who is told from now on of everything that comes, after the player has obeyed it. */
  follow(...listeners: readonly Listener[]): void;
}

export interface Listener {
  event(event: ServerEvent, now: number): void;
  media?(media: Media, now: number): void;
}

export async function join(job: CallerJob, random: () => number, onLate: (ms: number) => void): Promise<Session> {
  const beats = createBeats(onLate);
  for (let left = random() * ARRIVAL_SPREAD_MS; left > 0; left -= BEAT_MS) await beats.next();
  const welcome = new Set<ServerEvent['type']>();
  let canHear = false;
  let unfinished = 0;
  let listeners: readonly Listener[] = [];
  const player = createPlayer();
  const line = await openLine(job.url, job.token, {
    onEvent(event, now) {
      if (event.type === 'session.created') canHear = event.session.audio.input.turn_detection !== null;
      if (event.type === 'response.created') unfinished += 1;
      if (event.type === 'response.done') unfinished -= 1;
      welcome.add(event.type);
      obey(player, event, now);
      for (const listener of listeners) listener.event(event, now);
    },
    onMedia(media, now) {
      feed(player, media, now);
      for (const listener of listeners) listener.media?.(media, now);
    },
  });
  const microphone = openMicrophone(random);
  const isWelcome = () => welcome.has('session.created') && (!job.expectsPictures || welcome.has('avatar.announced'));
  for (let waited = 0; !isWelcome(); waited += BEAT_MS) {
    if (line.lost !== null || waited > WELCOME_MS) throw new Error(line.lost ?? 'the session never began');
    await beats.next();
  }
  if (!job.typed && !canHear) throw new Error('this server has no recogniser; measure it with --typed');
  if (!job.typed)
    line.send({ type: 'session.update', session: { type: 'realtime', audio: { input: { transcription: {} } } } });
  const report = playbackReports(player, line.send);
  return {
    job,
    line,
    player,
    microphone,
    random,
    get unfinished() {
      return unfinished;
    },
    async beat() {
      const due = await beats.next();
      if (line.lost !== null) throw new Error(line.lost);
      if (!job.typed) line.sendMedia(microphone.frame());
      player.advance(performance.now());
      report();
      return due;
    },
    follow(...next) {
      listeners = next;
    },
  };
}
