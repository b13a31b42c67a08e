/** A loudspeaker that its microphone hears: what the player has sounded comes back softer, 120 ms later, and off the walls. */
import { msToSamples, pcmSamples, SPEECH_RATE } from '../audio/pcm.js';
import type { Media } from '../protocol/media.js';
import { BEAT_MS } from './beats.js';
import type { Player } from './player.js';
import { type Room, roomOf } from './room.js';
import type { EchoStep } from './scenario.js';
import { clipped } from './utterance.js';

const FRAME = msToSamples(BEAT_MS);
/** Of a browser's buffers, the air, and the microphone's own buffer. */
export const ECHO_MS = 120;

export interface Echo {
  /** Of an answer that the player has been given. */
  media(media: Media): void;
  /** What the microphone hears of it in the next frame. Called on every beat, when the player has been moved on. */
  frame(step: EchoStep): Int16Array;
}

export function openEcho(player: Pick<Player, 'response' | 'played' | 'state'>): Echo {
  let answer = { response: 0, samples: new Int16Array(0) };
  /** Where the last frame ended. */
  let at = { response: 0, played: 0, isPlaying: false };
  let onTheWay: number[] = silence(msToSamples(ECHO_MS));
  let silentBeats = 0;

  let room: Room | null = null;
  const inRoom = (samples: number[], seconds: number | null): readonly number[] => {
    if (seconds === null) return samples;
    if (room?.seconds !== seconds) room = roomOf(seconds, SPEECH_RATE);
    return room.hear(samples);
  };
  const sounded = (): number[] => {
    const from = player.response === at.response ? at.played : 0;
    const isKnown = answer.response === player.response;
    return isKnown ? [...answer.samples.subarray(from, player.played)] : [];
  };
  return {
    media(media) {
      if (media.kind !== 'audio') return;
      const piece = pcmSamples(media.pcm);
      const known = answer.response === media.response ? answer.samples : new Int16Array(0);
      answer = { response: media.response, samples: grown(known, media.position + piece.length) };
      answer.samples.set(piece, media.position);
    },
    frame(step) {
      const level = typeof step === 'number' ? step : step.level;
      const heard = sounded();
      const isPlaying = player.state === 'playing';
      // The clock of the player is not that of the beats: in the middle of an answer a beat brings more or less.
      const missing = isPlaying && at.isPlaying ? 0 : Math.max(0, FRAME - heard.length);
      onTheWay.push(...(at.isPlaying ? [...heard, ...silence(missing)] : [...silence(missing), ...heard]));
      silentBeats = heard.length === 0 ? silentBeats + 1 : 0;
      // So that what beats were early or late adds up to nothing over many answers.
      if (silentBeats * BEAT_MS > 2 * ECHO_MS) onTheWay = silence(msToSamples(ECHO_MS) + FRAME);
      at = { response: player.response, played: player.played, isPlaying };
      const samples = inRoom(onTheWay.splice(0, FRAME), typeof step === 'number' ? null : step.room);
      return Int16Array.from({ length: FRAME }, (_, index) => clipped((samples[index] ?? 0) * level));
    },
  };
}

const silence = (length: number): number[] => Array(length).fill(0);

/** The same, with room for so many; it doubles, since an answer comes in hundreds of pieces. */
function grown(samples: Int16Array<ArrayBuffer>, length: number): Int16Array<ArrayBuffer> {
  if (length <= samples.length) return samples;
  const larger = new Int16Array(Math.max(length, samples.length * 2));
  larger.set(samples);
  return larger;
}
