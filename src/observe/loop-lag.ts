/** How late a timer rings: so late is everything else that has to be done in this process, sound and pictures too. */

const EVERY_MS = 100;

/** Until the signal aborts. */
export function watchLoop(
  onLag: (ms: number) => void,
  signal: AbortSignal,
  now: () => number = () => performance.now(),
): void {
  let due = now() + EVERY_MS;
  const timer = setInterval(() => {
    onLag(Math.max(0, now() - due));
    due = now() + EVERY_MS;
  }, EVERY_MS);
  timer.unref();
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}
