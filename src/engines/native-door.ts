/**
 * A thread that is ended in the middle of a native call takes the whole process with it (onnxruntime 1.30: "terminate
 * called after throwing an instance of 'Napi::Error'"), and process.exit() ends every thread. So the thread passes
 * through this door into native code, and whoever ends it, or the process, waits until it has come out.
 */
/** The two cells that both threads see; each is written by one of them. */
const INSIDE = 0;
const SHUT = 1;

/** A step of 64 frames takes 5 ms and loading 0.3 s; who is inside for longer hangs and is not waited for. */
const PATIENCE_MS = 2000;

export type NativeDoor = Int32Array<SharedArrayBuffer>;

export const newDoor = (): NativeDoor => new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));

/** In the thread. Behind a shut door nothing happens any more: the thread is about to end. */
export async function inside<T>(door: NativeDoor, work: () => Promise<T>): Promise<T> {
  // First in, then a look whether one may: the other side shuts first and then looks, so that one of the two sees it.
  Atomics.store(door, INSIDE, 1);
  try {
    if (Atomics.load(door, SHUT) === 0) return await work();
  } finally {
    Atomics.store(door, INSIDE, 0);
    Atomics.notify(door, INSIDE);
  }
  return new Promise(() => {});
}

/** In the main thread, which it stops until the other one has come out. */
export function shut(door: NativeDoor): void {
  Atomics.store(door, SHUT, 1);
  const last = performance.now() + PATIENCE_MS;
  while (Atomics.load(door, INSIDE) === 1 && performance.now() < last) {
    Atomics.wait(door, INSIDE, 1, PATIENCE_MS);
  }
}
