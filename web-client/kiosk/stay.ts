/** One visitor's stay at the kiosk: it begins with a touch or a word, and ends when nobody has said anything for long. */

export interface Stay {
  /** Somebody is there: the stay begins, or the silence begins anew. */
  present(): void;
  /** While the host thinks or speaks nobody is silent: the time stands still. */
  setBusy(isBusy: boolean): void;
  /** Something is heard. Not yet a reason to stay: a lobby is never quiet, and its noise must not keep a visitor there. */
  setHeard(isHeard: boolean): void;
  readonly isOn: boolean;
}

/** Whoever is in the middle of a sentence may end it; a sentence takes no longer. */
const LAST_SENTENCE_MS = 15_000;

export function visitorsStay(silenceMs: number, hooks: { onBegin(): void; onEnd(): void }): Stay {
  let isOn = false;
  let isBusy = false;
  let isHeard = false;
  let left = 0;
  let since = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function run(ms: number, then: () => void): void {
    clearTimeout(timer);
    left = ms;
    since = performance.now();
    if (isOn && !isBusy) timer = setTimeout(then, ms);
  }

  const expire = () => (isHeard ? run(LAST_SENTENCE_MS, end) : end());

  function end(): void {
    isOn = false;
    hooks.onEnd();
  }

  return {
    present() {
      const isNew = !isOn;
      isOn = true;
      run(silenceMs, expire);
      if (isNew) hooks.onBegin();
    },
    setBusy(next) {
      if (next === isBusy) return;
      const remaining = next ? left - (performance.now() - since) : left;
      isBusy = next;
      run(Math.max(0, remaining), expire);
    },
    setHeard(next) {
      isHeard = next;
    },
    get isOn() {
      return isOn;
    },
  };
}
