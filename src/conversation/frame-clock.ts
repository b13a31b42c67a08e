import { FRAME_MS } from '../audio/pcm.js';

/**
 * Calls `tick` now (as soon as the loop comes round) and every 40 ms after that, with the frames since the first, until
 * the signal aborts. The times are counted from the first and do not drift; those that were missed are left out.
 */
export function everyFrame(now: () => number, signal: AbortSignal, tick: (frame: number) => void): void {
  const start = now();
  let frame = 0;
  let timer: NodeJS.Timeout;
  const step = () => {
    tick(frame);
    if (signal.aborted) return;
    // One timer for each caller, not one for all: so their pictures do not leave in one burst.
    frame = Math.max(frame + 1, Math.ceil((now() - start) / FRAME_MS));
    timer = setTimeout(step, start + frame * FRAME_MS - now());
  };
  if (signal.aborted) return;
  timer = setTimeout(step, 0);
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
}
