/** Lets callers into one step after another. */

export interface Gate {
  open(step: number): void;
  isOpen(step: number): boolean;
  /** Resolves when the step is open. */
  opened(step: number): Promise<void>;
}

export function createGate(): Gate {
  let reached = -1;
  let waiting: { readonly step: number; readonly go: () => void }[] = [];
  return {
    open(step) {
      reached = Math.max(reached, step);
      const ready = waiting.filter((each) => each.step <= reached);
      waiting = waiting.filter((each) => each.step > reached);
      for (const { go } of ready) go();
    },
    isOpen: (step) => step <= reached,
    opened(step) {
      if (step <= reached) return Promise.resolve();
      return new Promise((go) => waiting.push({ step, go }));
    },
  };
}
