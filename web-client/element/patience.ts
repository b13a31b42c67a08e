/** How long sound may take to open, or to come back, before it counts as forbidden. Each resolves when that is over. */

/** Browsers let a page sound only after a gesture; where one forbids it, its page is told soon. */
const REFUSED_MS = 2000;
/** After a gesture sound is not forbidden, it is only slow to open, as on a machine that has just been started. */
const SLOW_MS = 10_000;
/** A kiosk's browser may sound by itself: nobody is waiting yet, and the machine may still be starting. */
const UNATTENDED_MS = 60_000;
/** A telephone interrupts the sound for a moment while it opens its microphone. */
const INTERRUPTION_MS = 2000;
/** A refusal comes in the same turn of the event loop; this is room for a busy page. */
const PROBE_MS = 100;

export async function openingPatience(): Promise<void> {
  if (navigator.userActivation?.hasBeenActive) return pause(SLOW_MS);
  return pause((await isRefused()) ? REFUSED_MS : UNATTENDED_MS);
}

export const interruptionPatience = (): Promise<void> => pause(INTERRUPTION_MS);

/** An audio context does not say that it may not sound. An element does, even one that has nothing to play. */
async function isRefused(): Promise<boolean> {
  const probe = new Audio();
  const refusal = probe.play().then(
    () => false,
    ({ name }: DOMException) => name === 'NotAllowedError',
  );
  const isRefused = await Promise.race([refusal, pause(PROBE_MS).then(() => false)]);
  probe.pause();
  return isRefused;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
