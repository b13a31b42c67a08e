/** Collects text until there is enough of it to be spoken well, as the vendor does outside of its automatic mode. */

export interface TextBuffer {
  /** What is to be spoken now; empty if there is not enough yet. */
  add(text: string): string;
  /** All there is. */
  flush(): string;
}

/** The vendor's own schedule: so many characters before the first part is spoken, so many before the second ... */
const SCHEDULE = [120, 160, 250, 290];

export function textBuffer(isAutomatic: boolean, schedule: readonly number[] = SCHEDULE): TextBuffer {
  let held = '';
  let parts = 0;
  const flush = () => {
    const text = held;
    held = '';
    return text;
  };
  return {
    flush,
    add(text) {
      held += text;
      if (isAutomatic) return flush();
      const least = schedule[Math.min(parts, schedule.length - 1)]!;
      if (held.length < least) return '';
      parts += 1;
      return flush();
    },
  };
}
