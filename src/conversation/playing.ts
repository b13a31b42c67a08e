/**
 * What operators count of how answers are heard, from what players report: how soon one falls silent, where one runs dry,
 * and how far apart picture and sound are.
 */
import type { Observer } from '../observe/observer.js';
import type { PlaybackReport } from '../protocol/client-events.js';

export interface Playing {
  /** The response of this number is held, because its caller speaks since then. */
  hold(response: number, since: number): void;
  /** It goes on: for now, nobody takes what the caller says for a turn. */
  resume(): void;
  /** What the caller said was none. */
  dismissed(): void;
  /** It was one: what is left of the response is not heard any more. */
  cut(response: number, since: number): void;
  /** `isAnswering`: its model has begun to answer, so that there should be no pause. */
  report(report: PlaybackReport, isAnswering: boolean): void;
}

/** Somebody speaks over an answer. */
interface Disturbance {
  readonly response: number;
  readonly since: number;
  /** How long that was until its player was silent; null: it is not. */
  silentMs: number | null;
  isTurn: boolean;
}

export function watchPlaying(observer: Observer | undefined, now: () => number): Playing {
  let disturbance: Disturbance | null = null;
  let isDoubtful = false;
  let last: PlaybackReport | null = null;
  /** The response that ran dry, and whether that has been told. */
  let dry: { readonly response: number; isTold: boolean } | null = null;

  const settle = () => {
    if (disturbance === null || disturbance.silentMs === null || !disturbance.isTurn) return;
    observer?.hushed(disturbance.silentMs);
    disturbance = null;
  };
  const disturb = (response: number, since: number, isTurn: boolean) => {
    if (disturbance?.response !== response) disturbance = { response, since, silentMs: null, isTurn };
    disturbance.isTurn = isTurn;
    isDoubtful = false;
    settle();
  };
  const watchDry = ({ response, state }: PlaybackReport, isAnswering: boolean) => {
    const isBroken = state === 'buffering' && last?.state === 'playing' && last.response === response;
    if (isBroken && isAnswering && dry?.response !== response) dry = { response, isTold: false };
    // What never goes on had come to its end.
    if (state !== 'playing' || dry?.response !== response || dry.isTold) return;
    dry.isTold = true;
    observer?.ranDry();
  };

  return {
    hold: (response, since) => disturb(response, since, false),
    resume() {
      disturbance = null;
      isDoubtful = true;
    },
    dismissed() {
      if (isDoubtful) observer?.interruptedFalsely();
      isDoubtful = false;
    },
    cut: (response, since) => disturb(response, since, true),
    report(report, isAnswering) {
      const isSilent = report.state === 'paused' || report.state === 'flushed';
      if (isSilent && disturbance?.response === report.response) disturbance.silentMs ??= now() - disturbance.since;
      settle();
      watchDry(report, isAnswering);
      if (report.av_skew) observer?.skewed(report.av_skew.mean, report.av_skew.worst);
      last = report;
    },
  };
}
