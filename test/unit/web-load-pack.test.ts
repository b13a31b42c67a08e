import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodePack, MAX_PACK_BYTES } from '../../src/protocol/pack.js';
import { packLoader } from '../../web-client/element/load-pack.js';

const bytes = encodePack(
  { id: 'ada', name: 'Ada', credit: 'drawn', fps: 25, width: 512, height: 512, background: '#aabbcc' },
  [new Uint8Array([1, 2, 3])],
);
const address = { url: '/v1/avatars/ada.pack', bytes: bytes.byteLength, sha256: 'one' };
const whole = () => new Response(new Uint8Array(bytes));
const busy = () => new Response('busy', { status: 503 });

describe('the pack of the avatar', () => {
  const onPack = vi.fn();
  const onOther = vi.fn();
  const onProblem = vi.fn();
  const fetched = vi.fn<(url: string) => Promise<Response>>();
  let visit: AbortController;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('fetch', fetched);
    for (const spy of [onPack, onOther, onProblem, fetched]) spy.mockReset();
    visit = new AbortController();
  });
  afterEach(() => {
    visit.abort();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  const load = () => packLoader('https://parley.example/v1/realtime', { onPack, onOther, onProblem }, visit.signal);

  it('is asked for again, ever less often, until it is there; the trouble is told once', async () => {
    fetched.mockImplementation(async () => (fetched.mock.calls.length < 4 ? busy() : whole()));
    const loaded = load()(address);
    await vi.advanceTimersByTimeAsync(500 + 1000 + 2000);
    await loaded;
    expect(fetched).toHaveBeenCalledTimes(4);
    expect(fetched.mock.calls[0]?.[0]).toBe('https://parley.example/v1/avatars/ada.pack');
    expect(onPack).toHaveBeenCalledTimes(1);
    expect(onProblem).toHaveBeenCalledTimes(1);
    expect(onProblem.mock.calls[0]?.[0]).toMatchObject({ code: 'pack_failed', message: /503/ });
  });

  it('is not asked for again when it is shown already, or when it is none', async () => {
    fetched.mockImplementation(async () => whole());
    const follow = load();
    await follow(address);
    await follow(address);
    expect(fetched).toHaveBeenCalledTimes(1);
    fetched.mockImplementation(async () => new Response('no pack'));
    await follow({ ...address, sha256: 'two' });
    expect(fetched).toHaveBeenCalledTimes(2);
    await follow({ ...address, sha256: 'three', bytes: MAX_PACK_BYTES + 1 });
    expect(fetched).toHaveBeenCalledTimes(2);
    expect(onProblem).toHaveBeenCalledTimes(2);
  });

  it('is waited for no longer when another is announced, or the visit ends', async () => {
    fetched.mockImplementation(async () => busy());
    const follow = load();
    const first = follow(address);
    await vi.advanceTimersByTimeAsync(0);
    const second = follow({ ...address, sha256: 'two' });
    await first;
    visit.abort();
    await second;
    const { length } = fetched.mock.calls;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(fetched).toHaveBeenCalledTimes(length);
    expect(vi.getTimerCount()).toBe(0);
  });
});
