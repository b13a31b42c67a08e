/** The screen stays on. A browser lets go of the lock whenever the page is hidden, and some refuse it altogether. */
export function stayAwake(): void {
  const ask = async () => {
    if (document.visibilityState !== 'visible') return;
    // An operator who wants the screen to sleep, or a browser without wake locks: the kiosk works all the same.
    await (navigator.wakeLock as WakeLock | undefined)?.request('screen').catch(() => {});
  };
  document.addEventListener('visibilitychange', ask);
  void ask();
}
