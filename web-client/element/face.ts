/** The face: the idle loop while nobody speaks, and during a reply the pictures that belong to the samples heard. */
import type { Pack } from '../../src/protocol/pack.js';
import type { Heard } from './audible.js';
import { type BasePictures, decodeBasePictures } from './base-pictures.js';
import { faceCanvas } from './canvas.js';
import { type FaceCounters, faceTally, type SkewSince } from './counters.js';
import { advance, distance, type IdleClock } from './idle-clock.js';
import { type Mouth, nextMouth, RESTING } from './mouth.js';
import { collectPatches, type Patches, type PatchMedia } from './patches.js';
import { type AnnouncedReply, type Phase, phaseOf, SAMPLES_PER_PICTURE, samplesInto } from './phase.js';
import { refreshClock } from './refresh.js';

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
  /** Of the pictures that were drawn since it was last asked. */
  takeSkew(): SkewSince | null;
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

/** `heardAt`: at a time of the page's clock in milliseconds, or now. */
export function openFace(element: HTMLCanvasElement, heardAt: (at?: number) => Heard): Face {
  const canvas = faceCanvas(element);
  const tally = faceTally();
  const refreshAfter = refreshClock();
  let loop: Loop | undefined;
  let reply: Reply | undefined;
  let clock: IdleClock = { at: 0, time: seconds() };
  let mouth: Mouth = RESTING;
  let drawn: { picture: number | undefined; base: number } | undefined;
  /** The last picture that was due, and whether its own mouth was drawn. */
  let due: { readonly picture: number; isShown: boolean } | undefined;
  let seenAt: number | null = null;
  /** How long after it is drawn a picture is seen, in milliseconds. */
  let lead = 0;
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

  function render(frameTime: number): void {
    frame = requestAnimationFrame(render);
    if (loop === undefined) return;
    const time = seconds();
    const refresh = refreshAfter(frameTime, time * 1000);
    // What is heard in the middle of the time for which it will be seen: early as often as late, by half a refresh at most.
    lead = refresh.at + refresh.lasts / 2 - time * 1000;
    const phase = phaseOf(reply, heardAt(time * 1000 + lead));
    const base = move(loop.frames, phase, time);
    const picture = phase.kind === 'speaking' ? phase.picture : undefined;
    mouth = nextMouth(mouth, picture, (picture) => reply?.patches.stateOf(picture) ?? 'missing', time);
    loop.bases.want(base, phase.kind === 'awaiting' ? AHEAD / 2 : AHEAD);
    if (phase.kind === 'awaiting') loop.bases.want(phase.base, AHEAD / 2);
    const bitmap = loop.bases.get(base);
    if (bitmap === undefined) return;
    fadeOverJump(base, picture, loop.frames);
    const patch = mouth.picture === undefined ? undefined : reply?.patches.get(mouth.picture);
    canvas.draw({ base, bitmap, patch, weight: mouth.weight }, time);
    if (patch !== undefined) seenAt ??= time * 1000;
    if (picture !== undefined) count(picture, refresh.at);
    drawn = { picture: picture ?? drawn?.picture, base };
  }

  function fadeOverJump(base: number, picture: number | undefined, frames: number): void {
    if (drawn === undefined) return;
    const isStart = picture !== undefined && drawn.picture === undefined;
    const jump = Math.abs(distance(drawn.base, base, frames));
    if (jump > (isStart ? UNSEEN_JUMP.atStart : UNSEEN_JUMP.later)) canvas.fadeFromHere();
  }

  function count(picture: number, seenAt: number): void {
    if (picture !== due?.picture) {
      reply?.patches.advance(picture);
      // Pictures that were never drawn: the page was busy, or hidden.
      tally.missed(Math.max(0, picture - (due?.picture ?? -1) - 1));
      leaveDue();
      due = { picture, isShown: false };
    }
    // A patch that comes in the midst of its picture is seen late.
    if (due.isShown || reply?.patches.stateOf(picture) === 'missing') return;
    due.isShown = true;
    tally.showed(samplesInto(heardAt(seenAt), picture) / 24);
  }

  /** Its time is over. */
  function leaveDue(): void {
    if (due?.isShown === false) tally.missed(1);
    due = undefined;
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
      leaveDue();
      mouth = RESTING;
      seenAt = null;
      if (drawn !== undefined) drawn = { ...drawn, picture: undefined };
      reply = { response, base, last: undefined, patches: collectPatches(tally.cameLate) };
    },
    patch(media) {
      if (reply === undefined || media.response !== reply.response) return;
      const { response, samples } = heardAt();
      // Also where nothing is drawn, in a hidden tab, what is past must go.
      if (response === reply.response) reply.patches.advance(Math.floor(samples / SAMPLES_PER_PICTURE));
      reply.patches.add(media);
    },
    rest() {
      reply?.patches.close();
      leaveDue();
      reply = undefined;
    },
    base() {
      if (loop === undefined) return 0;
      // As far ahead as what was drawn last, or the face would step back.
      const time = seconds();
      return move(loop.frames, phaseOf(reply, heardAt(time * 1000 + lead)), time);
    },
    get mouth() {
      return mouth.picture ?? null;
    },
    get seenAt() {
      return seenAt;
    },
    takeSkew: tally.takeSkew,
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
