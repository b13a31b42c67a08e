/** The face: the idle loop while nobody speaks, and during a reply the pictures that belong to the samples heard. */
import type { Pack } from '../../src/protocol/pack.js';
import type { Heard } from './audible.js';
import { type BasePictures, decodeBasePictures } from './base-pictures.js';
import { faceCanvas } from './canvas.js';
import { type FaceCounters, faceTally } from './counters.js';
import { advance, distance, type IdleClock } from './idle-clock.js';
import { type Mouth, nextMouth, RESTING } from './mouth.js';
import { collectPatches, type Patches, type PatchMedia } from './patches.js';
import { type AnnouncedReply, type Phase, phaseOf, SAMPLES_PER_PICTURE, samplesInto } from './phase.js';

export interface Face {
  show(pack: Pack): void;
  /** Nothing is drawn any more until the next pack is shown: the patches that come belong to that one. */
  hide(): void;
  begin(response: number, base: number): void;
  patch(media: PatchMedia): void;
  /** No reply any more: back to the loop. */
  rest(): void;
  /** The base picture that is shown, or would be if the tab were visible. */
  base(): number;
  /** The picture whose mouth is seen; null is the mouth at rest. */
  readonly mouth: number | null;
  /** When the first picture of the present reply was drawn, by the page's clock; null: none was. */
  readonly seenAt: number | null;
  readonly counters: FaceCounters;
  close(): void;
}

interface Loop {
  readonly bases: BasePictures;
  readonly frames: number;
}

interface Reply extends AnnouncedReply {
  readonly patches: Patches;
}

/** Base pictures: a third of a second. Decoding one takes 3 ms, a busy page now and then 100. */
const AHEAD = 8;
/** Larger jumps are faded over. A reply may begin anywhere in the loop; later only a stalled tab leaps. */
const UNSEEN_JUMP = { atStart: 1, later: 6 };

export function openFace(element: HTMLCanvasElement, heardNow: () => Heard): Face {
  const canvas = faceCanvas(element);
  const tally = faceTally();
  let loop: Loop | undefined;
  let reply: Reply | undefined;
  let clock: IdleClock = { at: 0, time: seconds() };
  let mouth: Mouth = RESTING;
  let drawn: { picture: number | undefined; base: number } | undefined;
  let seenAt: number | null = null;
  let frame = requestAnimationFrame(render);

  /** Moves the loop to `time`; the base picture that belongs there is the clock's. */
  function move(frames: number, phase: Phase, time: number): number {
    if (phase.kind === 'idle') clock = advance(clock, time, frames);
    else if (phase.kind === 'awaiting') clock = advance(clock, time, frames, phase.base);
    else clock = { at: baseOf(phase.picture) % frames, time };
    if (phase.kind === 'speaking' && reply !== undefined) reply = { ...reply, last: phase.picture };
    return Math.floor(clock.at);
  }

  function baseOf(picture: number): number {
    return reply?.patches.get(picture)?.base ?? (reply?.base ?? 0) + picture;
  }

  function render(): void {
    frame = requestAnimationFrame(render);
    if (loop === undefined) return;
    const time = seconds();
    const heard = heardNow();
    const phase = phaseOf(reply, heard);
    const base = move(loop.frames, phase, time);
    const due = phase.kind === 'speaking' ? phase.picture : undefined;
    mouth = nextMouth(mouth, due, (picture) => reply?.patches.stateOf(picture) ?? 'missing', time);
    loop.bases.want(base, phase.kind === 'awaiting' ? AHEAD / 2 : AHEAD);
    if (phase.kind === 'awaiting') loop.bases.want(phase.base, AHEAD / 2);
    const bitmap = loop.bases.get(base);
    if (bitmap === undefined) return;
    fadeOverJump(base, due, loop.frames);
    const patch = mouth.picture === undefined ? undefined : reply?.patches.get(mouth.picture);
    canvas.draw({ base, bitmap, patch, weight: mouth.weight }, time);
    if (patch !== undefined) seenAt ??= time * 1000;
    if (due !== undefined) count(due, heard);
    drawn = { picture: due ?? drawn?.picture, base };
  }

  function fadeOverJump(base: number, due: number | undefined, frames: number): void {
    if (drawn === undefined) return;
    const isStart = due !== undefined && drawn.picture === undefined;
    const jump = Math.abs(distance(drawn.base, base, frames));
    if (jump > (isStart ? UNSEEN_JUMP.atStart : UNSEEN_JUMP.later)) canvas.fadeFromHere();
  }

  function count(due: number, heard: Heard): void {
    if (due === drawn?.picture) return;
    reply?.patches.advance(due);
    // Pictures that were never drawn: the page was busy, or hidden.
    tally.missed(Math.max(0, due - (drawn?.picture ?? -1) - 1));
    if (reply?.patches.stateOf(due) === 'missing') tally.missed(1);
    else tally.showed(samplesInto(heard, due) / 24);
  }

  function hide(): void {
    loop?.bases.close();
    loop = undefined;
  }

  return {
    hide,
    show(pack) {
      hide();
      loop = { bases: decodeBasePictures(pack), frames: pack.pictures.length };
      canvas.resize(pack.info.width, pack.info.height);
      clock = { at: 0, time: seconds() };
      drawn = undefined;
    },
    begin(response, base) {
      reply?.patches.close();
      mouth = RESTING;
      seenAt = null;
      if (drawn !== undefined) drawn = { ...drawn, picture: undefined };
      reply = { response, base, last: undefined, patches: collectPatches(tally.cameLate) };
    },
    patch(media) {
      if (reply === undefined || media.response !== reply.response) return;
      const { response, samples } = heardNow();
      // Also where nothing is drawn, in a hidden tab, what is past must go.
      if (response === reply.response) reply.patches.advance(Math.floor(samples / SAMPLES_PER_PICTURE));
      reply.patches.add(media);
    },
    rest() {
      reply?.patches.close();
      reply = undefined;
    },
    base() {
      return loop === undefined ? 0 : move(loop.frames, phaseOf(reply, heardNow()), seconds());
    },
    get mouth() {
      return mouth.picture ?? null;
    },
    get seenAt() {
      return seenAt;
    },
    get counters() {
      return tally.counters;
    },
    close() {
      cancelAnimationFrame(frame);
      reply?.patches.close();
      loop?.bases.close();
    },
  };
}

const seconds = (): number => performance.now() / 1000;
