/** The voice detector of one ear, begun when there is something to hear, and begun again when it has failed. */
import type { Engine, EngineContext, Vad } from '../engines/contract.js';
import { ParleyError } from '../errors.js';
import { type Detector, startDetector } from './detecting.js';

/** A detector judges within 10 ms. */
const LATE_MS = 2000;
/** One that broke off is tried again after this, and is whole again if it lasts as long as that. */
const RETRY_MS = 2000;
const MENDED_MS = 10_000;

export interface Detection {
  /** The frame that ends at `end`. */
  hear(frame: Int16Array, end: number): void;
  /** Lets go of the detector; the next frame begins a new one. */
  leave(): void;
  /** Where the frames end that have been judged; null: nobody judges. */
  readonly position: number | null;
  /** Gives up a detector that has not answered for too long. */
  checkLate(): void;
}

export interface DetectionTools {
  readonly context: EngineContext;
  readonly now: () => number;
  judged(end: number, speech: number): void;
  /** `isNews`: it has been in order until now. */
  failed(error: ParleyError, isNews: boolean): void;
}

export function keepDetecting(vad: Engine<Vad>, { context, now, judged, failed }: DetectionTools): Detection {
  let detector: Detector | null = null;
  let failedAt: number | null = null;
  /** When it was last level with the audio. */
  let levelAt = now();
  const leave = () => {
    detector?.stop();
    detector = null;
  };
  const fail = (error: ParleyError) => {
    const isNews = failedAt === null;
    failedAt = now();
    leave();
    failed(error, isNews);
  };
  const answer = (end: number, speech: number) => {
    levelAt = now();
    if (failedAt !== null && levelAt - failedAt > MENDED_MS) failedAt = null;
    judged(end, speech);
  };
  return {
    hear(frame, end) {
      if (detector === null && failedAt !== null && now() - failedAt < RETRY_MS) return;
      const start = end - frame.length;
      if (detector === null || detector.position >= start) levelAt = now();
      detector ??= startDetector(vad, start, context, { judged: answer, failed: fail });
      detector.hear(frame);
    },
    leave,
    get position() {
      return detector?.position ?? null;
    },
    checkLate() {
      if (now() - levelAt > LATE_MS) fail(new ParleyError('deadline', 'The voice detector does not answer.'));
    },
  };
}
