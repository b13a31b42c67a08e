import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

class Context extends EventTarget {
  state = 'running';
  resumed = 0;

  resume = () => {
    this.resumed += 1;
    return Promise.reject(new Error('not now'));
  };

  become(state: string): void {
    this.state = state;
    this.dispatchEvent(new Event('statechange'));
  }
}

// By a name that the compiler does not follow: these files belong to the browser's program, with the DOM's types.
const MODULE: string = '../../web-client/element/keep-running.ts';
let page: EventTarget;
let context: Context;
let end: AbortController;

beforeEach(async () => {
  page = new EventTarget();
  vi.stubGlobal('document', page);
  context = new Context();
  end = new AbortController();
  const { keepRunning } = await import(MODULE);
  keepRunning(context, end.signal);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('sound that the telephone interrupts', () => {
  it.each(['visibilitychange', 'pointerdown', 'keydown'])('goes on at once, or at the next %s', (event) => {
    expect(context.resumed).toBe(0);
    context.become('interrupted');
    expect(context.resumed).toBe(1);
    page.dispatchEvent(new Event(event));
    expect(context.resumed).toBe(2);
  });

  it('is let be while it runs, when it is closed, and after the end', () => {
    page.dispatchEvent(new Event('pointerdown'));
    context.become('closed');
    end.abort();
    context.become('interrupted');
    page.dispatchEvent(new Event('pointerdown'));
    expect(context.resumed).toBe(0);
  });
});
