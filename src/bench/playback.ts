/** What a caller hears: everything that comes is led to the player, and the player's reports are led back. */
import { pcmSamples } from '../audio/pcm.js';
import type { ClientEvent } from '../protocol/client-events.js';
import type { Media } from '../protocol/media.js';
import type { ServerEvent } from '../protocol/server-events.js';
import type { Player } from './player.js';

export function obey(player: Player, event: ServerEvent, now: number): void {
  switch (event.type) {
    case 'avatar.response':
      player.begin(event.response);
      return;
    case 'avatar.end':
      player.end(event.response, event.position, now);
      return;
    case 'avatar.pause':
      player.pause(event.response, now);
      return;
    case 'avatar.resume':
      player.resume(event.response, event.position, now);
      return;
    case 'avatar.flush':
      player.flush(event.response, now);
      return;
  }
}

export function feed(player: Player, media: Media, now: number): void {
  if (media.kind === 'audio') player.audio(media.response, media.position, pcmSamples(media.pcm).length, now);
  else if (media.kind === 'patch') player.picture(media.response, media.position, now);
}

const REPORT_BEATS = 5;

/** What a player says of itself: every 100 ms of playing, at every change, at the first picture, and to every flush. Called on each beat. */
export function playbackReports(player: Player, send: (report: ClientEvent) => void): () => void {
  let last = {
    state: player.state,
    response: player.response,
    flushes: player.flushes,
    isSeen: player.pictures.shown !== null,
  };
  let beats = 0;
  return () => {
    beats += 1;
    const { state, response, flushes, played } = player;
    const { shown } = player.pictures;
    // While the sound of a flushed answer fades, it still plays.
    const isFlushed = flushes !== last.flushes && state !== 'playing';
    const isSeen = shown !== null;
    const isFirstSeen = isSeen && !last.isSeen;
    const isChange = isFlushed || isFirstSeen || state !== last.state || response !== last.response;
    if (!isChange && (state !== 'playing' || beats % REPORT_BEATS !== 0)) return;
    last = { state, response, flushes: isFlushed ? flushes : last.flushes, isSeen };
    send({ type: 'avatar.playback', response, played, state, base: 0, shown });
  };
}
