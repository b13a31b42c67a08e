/** Telephones stop a page's sound for a call, a lock or another page (`interrupted`), and leave it stopped. */

/** Has the context run on whenever it may: at once, when the page is looked at again, and at the next touch or key. */
export function keepRunning(context: AudioContext, signal: AbortSignal): void {
  const resume = () => {
    if (context.state !== 'running' && context.state !== 'closed') context.resume().catch(() => {});
  };
  context.addEventListener('statechange', resume, { signal });
  document.addEventListener('visibilitychange', resume, { signal });
  document.addEventListener('pointerdown', resume, { signal, capture: true });
  document.addEventListener('keydown', resume, { signal, capture: true });
  resume();
}
