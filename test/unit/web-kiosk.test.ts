import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inkOn } from '../../web-client/kiosk/ink.js';
import { kioskSettings } from '../../web-client/kiosk/settings.js';
import { type Stay, visitorsStay } from '../../web-client/kiosk/stay.js';

describe('the address of the kiosk', () => {
  it.each([
    ['', { silenceMs: 45_000, listens: true, suggests: true, avatar: null }],
    ['?silence=20&listen=off', { silenceMs: 20_000, listens: false, suggests: true, avatar: null }],
    ['?silence=1&suggestions=off', { silenceMs: 5000, listens: true, suggests: false, avatar: null }],
    ['?silence=long', { silenceMs: 45_000, listens: true, suggests: true, avatar: null }],
    ['?avatar=ada', { silenceMs: 45_000, listens: true, suggests: true, avatar: 'ada' }],
    ['?silence=', { silenceMs: 5000, listens: true, suggests: true, avatar: null }],
  ])('%s', (query, settings) => {
    expect(kioskSettings(query)).toEqual(settings);
  });
});

describe('a visitor’s stay', () => {
  const onBegin = vi.fn();
  const onEnd = vi.fn();
  let stay: Stay;

  beforeEach(() => {
    vi.useFakeTimers();
    onBegin.mockReset();
    onEnd.mockReset();
    stay = visitorsStay(20_000, { onBegin, onEnd });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('begins once, and ends after 20 s in which nobody said anything', () => {
    stay.present();
    vi.advanceTimersByTime(15_000);
    stay.present();
    vi.advanceTimersByTime(19_999);
    expect(onEnd).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect([onBegin.mock.calls.length, onEnd.mock.calls.length, stay.isOn]).toEqual([1, 1, false]);
  });

  it('stands still while the host speaks, however long that takes', () => {
    stay.present();
    vi.advanceTimersByTime(5000);
    stay.setBusy(true);
    vi.advanceTimersByTime(600_000);
    stay.setBusy(false);
    vi.advanceTimersByTime(14_999);
    expect(onEnd).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onEnd).toHaveBeenCalledOnce();
  });

  it('is not kept up by noise that the host answers', () => {
    stay.present();
    for (let noise = 0; noise < 4; noise += 1) {
      stay.setHeard(true);
      vi.advanceTimersByTime(1000);
      stay.setHeard(false);
      stay.setBusy(true);
      vi.advanceTimersByTime(3000);
      stay.setBusy(false);
      vi.advanceTimersByTime(4000);
    }
    expect(onEnd).toHaveBeenCalledOnce();
  });

  it('waits for the end of a sentence that has begun, but not for ever', () => {
    stay.present();
    stay.setHeard(true);
    vi.advanceTimersByTime(34_999);
    expect(onEnd).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onEnd).toHaveBeenCalledOnce();
  });

  it('goes on when that sentence was understood', () => {
    stay.present();
    stay.setHeard(true);
    vi.advanceTimersByTime(30_000);
    stay.setHeard(false);
    stay.present();
    vi.advanceTimersByTime(19_999);
    expect(onEnd).not.toHaveBeenCalled();
  });

  it('is over once; noise in an empty room begins none', () => {
    stay.present();
    vi.advanceTimersByTime(20_000);
    stay.setBusy(true);
    stay.setBusy(false);
    vi.advanceTimersByTime(600_000);
    expect(onEnd).toHaveBeenCalledOnce();
    expect(onBegin).toHaveBeenCalledOnce();
    stay.present();
    expect(onBegin).toHaveBeenCalledTimes(2);
  });
});

it('letters are dark on a light wall and light on a dark one', () => {
  expect(['#c9ced6', '#ffffff', '#15202b', '#000080', '#7fd6a3'].map(inkOn)).toEqual([
    'dark',
    'dark',
    'light',
    'light',
    'dark',
  ]);
});
