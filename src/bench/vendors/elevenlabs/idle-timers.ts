/** Runs out for a key that has not been touched for so long. */
export interface IdleTimers<Key> {
  touch(key: Key): void;
  forget(key: Key): void;
  clear(): void;
}

export function idleTimers<Key>(ms: number, ranOut: (key: Key) => void): IdleTimers<Key> {
  const timers = new Map<Key, NodeJS.Timeout>();
  const forget = (key: Key) => {
    clearTimeout(timers.get(key));
    timers.delete(key);
  };
  return {
    forget,
    touch(key) {
      forget(key);
      timers.set(key, setTimeout(ranOut, ms, key));
    },
    clear: () => [...timers.keys()].forEach(forget),
  };
}
