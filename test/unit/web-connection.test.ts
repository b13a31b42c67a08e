import { describe, expect, it } from 'vitest';
import { presentedBy, resourceAddress, serverAddress } from '../../web-client/element/address.js';
import { moodOf } from '../../web-client/element/mood.js';
import { isReportDue } from '../../web-client/element/playback-report.js';
import { sayLoss, waitBefore } from '../../web-client/element/reconnect.js';

describe('the address of the server', () => {
  const page = 'https://shop.example/talk?x=1#top';

  it.each([
    [null, 'wss://shop.example/v1/realtime', 'https://shop.example/v1/realtime'],
    ['', 'wss://shop.example/v1/realtime', 'https://shop.example/v1/realtime'],
    ['https://parley.example', 'wss://parley.example/v1/realtime', 'https://parley.example/v1/realtime'],
    ['http://127.0.0.1:8080/', 'ws://127.0.0.1:8080/v1/realtime', 'http://127.0.0.1:8080/v1/realtime'],
    ['ws://10.0.0.2/v1/realtime?model=x', 'ws://10.0.0.2/v1/realtime?model=x', 'http://10.0.0.2/v1/realtime?model=x'],
  ])('src %j', (src, socket, http) => {
    expect(serverAddress(src, page)).toEqual({ socket, http });
  });

  it('asks for an avatar where one is wished for, in the place of the one that it names', () => {
    const server = serverAddress('wss://parley.example/v1/realtime?token=t&avatar=ada', page);
    expect(presentedBy(server, null)).toEqual(server);
    const { socket, http } = presentedBy(server, 'two words');
    expect(new URL(socket).searchParams.getAll('avatar')).toEqual(['two words']);
    expect(new URL(socket).searchParams.get('token')).toBe('t');
    expect(http).toBe(server.http);
  });

  it('takes its token along to its other addresses, and to nobody else', () => {
    const { http } = serverAddress('wss://parley.example/v1/realtime?token=t', page);
    expect(resourceAddress('/v1/avatars', http)).toBe('https://parley.example/v1/avatars?token=t');
    expect(resourceAddress('https://cdn.example/pack.bin', http)).toBe('https://cdn.example/pack.bin');
  });
});

describe('coming back', () => {
  it('waits 0.5 s first, twice as long each time, at most 10 s, and up to half less by chance', () => {
    expect([0, 1, 2, 3, 4, 5, 50].map((attempt) => waitBefore(attempt, 0))).toEqual([
      500, 1000, 2000, 4000, 8000, 10_000, 10_000,
    ]);
    expect(waitBefore(1, 0.5)).toBe(750);
    expect(waitBefore(1, 0.999)).toBeGreaterThanOrEqual(500);
  });

  it('says what happened', () => {
    expect(sayLoss(1006, true, true)).toMatch(/lost/);
    expect(sayLoss(1006, false, true)).toMatch(/cannot be reached/);
    expect(sayLoss(1006, true, false)).toMatch(/offline/);
    expect(sayLoss(1001, true, true)).toMatch(/restarting/);
    expect(sayLoss(1013, false, true)).toMatch(/places are taken/);
    expect(sayLoss(1013, true, true)).toMatch(/keep up/);
  });
});

describe('playback reports', () => {
  const playing = { response: 1, state: 'playing', played: 0, isSeen: false } as const;
  const status = { ...playing, from: 0, underruns: 0 };

  it('are due every 100 ms of playing', () => {
    expect(isReportDue(playing, { ...status, played: 2399 })).toBe(false);
    expect(isReportDue(playing, { ...status, played: 2400 })).toBe(true);
  });

  it('are due at every change of state or response, and at every flush', () => {
    expect(isReportDue(undefined, status)).toBe(true);
    expect(isReportDue(playing, { ...status, state: 'paused' })).toBe(true);
    expect(isReportDue(playing, { ...status, response: 2 })).toBe(true);
    expect(isReportDue(playing, { ...status, isSeen: true })).toBe(true);
    expect(isReportDue({ ...playing, isSeen: true }, status)).toBe(false);
    expect(isReportDue({ ...playing, state: 'flushed' }, { ...status, state: 'flushed' })).toBe(true);
    expect(isReportDue({ ...playing, state: 'ended' }, { ...status, state: 'ended' })).toBe(false);
  });

  it('are not due before the first response', () => {
    expect(isReportDue(undefined, { ...status, response: -1, state: 'idle' })).toBe(false);
  });
});

describe('the mood', () => {
  const now = { isOpen: true, server: 'idle', play: 'idle', hasSounded: false, isWaiting: false } as const;

  it('follows what is heard before what the server says', () => {
    expect(moodOf({ ...now, play: 'playing' })).toBe('speaking');
    expect(moodOf({ ...now, server: 'speaking', play: 'ended' })).toBe('idle');
    expect(moodOf({ ...now, play: 'paused', server: 'speaking' })).toBe('listening');
  });

  it('thinks from the question to the first sound', () => {
    expect(moodOf({ ...now, isWaiting: true })).toBe('thinking');
    expect(moodOf({ ...now, isWaiting: true, play: 'buffering', server: 'speaking' })).toBe('thinking');
  });

  it('goes on speaking when an answer runs dry in its middle, and after a pause', () => {
    const dry = { ...now, isWaiting: true, play: 'buffering', hasSounded: true } as const;
    expect(moodOf({ ...dry, server: 'speaking' })).toBe('speaking');
    expect(moodOf({ ...dry, server: 'listening' })).toBe('speaking');
  });

  it('shows an interruption and a lost connection', () => {
    expect(moodOf({ ...now, server: 'interrupted', play: 'flushed' })).toBe('interrupted');
    expect(moodOf({ ...now, isOpen: false, play: 'playing' })).toBe('offline');
  });
});
