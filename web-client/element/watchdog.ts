/** Notices a server that has fallen silent: a connection can be dead for minutes before the browser closes it. */

/** The server's stages give up or say something within 4 s; a phone's change of network is over well within this. */
export const LONGEST_SILENCE_MS = 10_000;

export interface Watchdog {
  /** Whether something is outstanding; from the first `true` on, silence counts. */
  expect(isOutstanding: boolean): void;
  /** Something has arrived, whatever it is: the silence begins anew. */
  arrived(): void;
}

export function watchForSilence(onSilent: () => void): Watchdog {
  let timer: ReturnType<typeof setTimeout> | undefined;

  function rest(): void {
    clearTimeout(timer);
    timer = undefined;
  }

  function watch(): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      onSilent();
    }, LONGEST_SILENCE_MS);
  }

  return {
    expect(isOutstanding) {
      if (!isOutstanding) rest();
      else if (timer === undefined) watch();
    },
    arrived() {
      if (timer !== undefined) watch();
    },
  };
}
