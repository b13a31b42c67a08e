import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type WebSocket from 'ws';
import { keepAlive } from '../../src/gateway/keep-alive.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function socket(answers: boolean) {
  const peer = Object.assign(new EventEmitter(), {
    OPEN: 1,
    readyState: 1,
    pings: 0,
    cut: false,
    ping() {
      peer.pings += 1;
      if (answers) peer.emit('pong');
    },
    terminate() {
      peer.cut = true;
    },
  });
  return peer;
}

it('cuts a connection that leaves two pings unanswered, and no earlier', () => {
  const silent = socket(false);
  keepAlive(silent as never as WebSocket, new AbortController().signal);
  vi.advanceTimersByTime(10_000);
  expect({ pings: silent.pings, cut: silent.cut }).toEqual({ pings: 2, cut: false });
  vi.advanceTimersByTime(5000);
  expect(silent.cut).toBe(true);
});

it('lets one live that answers, and stops when the caller has gone', () => {
  const lively = socket(true);
  const gone = new AbortController();
  keepAlive(lively as never as WebSocket, gone.signal);
  vi.advanceTimersByTime(60_000);
  expect({ pings: lively.pings, cut: lively.cut }).toEqual({ pings: 12, cut: false });
  gone.abort();
  expect(vi.getTimerCount()).toBe(0);
});
