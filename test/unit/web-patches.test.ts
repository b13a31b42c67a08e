import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServerMedia } from '../../src/protocol/media.js';
import { eventually } from '../fixtures/eventually.js';

type PatchMedia = Extract<ServerMedia, { kind: 'patch' }>;

interface Patches {
  add(media: PatchMedia): void;
  stateOf(picture: number): 'ready' | 'bare' | 'missing';
  get(picture: number): { readonly bitmap: unknown } | undefined;
  advance(due: number): void;
  close(): void;
}

// By a name that the compiler does not follow: the tests are compiled without a browser's types, which it needs.
const patchesModule = '../../web-client/element/patches.js';
const { collectPatches } = (await import(patchesModule)) as { collectPatches(onLate: () => void): Patches };

interface Decoding {
  readonly picture: number;
  readonly bitmap: { readonly close: ReturnType<typeof vi.fn> };
  readonly done: () => void;
  readonly fail: () => void;
}

/** What the browser was asked to decode, in that order; each ends when the test says so. */
let decodings: Decoding[] = [];
let late = 0;

beforeEach(() => {
  decodings = [];
  late = 0;
  vi.stubGlobal('createImageBitmap', async (blob: Blob) => {
    const [picture = -1] = new Uint8Array(await blob.arrayBuffer());
    const bitmap = { close: vi.fn() };
    return new Promise((resolve, reject) => {
      decodings.push({ picture, bitmap, done: () => resolve(bitmap), fail: () => reject(new Error('damaged')) });
    });
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

/** A patch whose only byte of picture is its number. */
function patch(picture: number, jpeg = new Uint8Array([picture])): PatchMedia {
  return {
    kind: 'patch',
    response: 1,
    position: picture * 960,
    base: 40 + picture,
    place: { x: 1, y: 2 },
    jpeg,
  } as PatchMedia;
}

const open = () => collectPatches(() => (late += 1));
const asked = () => decodings.map(({ picture }) => picture);
const untilAsked = (pictures: readonly number[]) => eventually(() => expect(asked()).toEqual(pictures));

describe('the patches of a response', () => {
  it('are decoded in their order, three at a time', async () => {
    const patches = open();
    for (const picture of [0, 1, 2, 3, 4]) patches.add(patch(picture));
    await untilAsked([0, 1, 2]);
    decodings[1]?.done();
    await untilAsked([0, 1, 2, 3]);
    expect(patches.stateOf(0)).toBe('missing');
    expect(patches.stateOf(1)).toBe('ready');
    expect(patches.get(1)).toMatchObject({ base: 41, place: { x: 1, y: 2 } });
  });

  it('are not decoded when they are past before their turn comes', async () => {
    const patches = open();
    for (const picture of [0, 1, 2, 3, 4, 5]) patches.add(patch(picture));
    await untilAsked([0, 1, 2]);
    patches.advance(5);
    decodings[0]?.done();
    await untilAsked([0, 1, 2, 5]);
    // 0 was decoded too late, 3 and 4 were left out.
    expect(late).toBe(3);
  });

  it('are freed eight pictures after their time', async () => {
    const patches = open();
    patches.add(patch(0));
    await untilAsked([0]);
    decodings[0]?.done();
    await eventually(() => expect(patches.stateOf(0)).toBe('ready'));
    patches.advance(8);
    expect(patches.stateOf(0)).toBe('ready');
    patches.advance(9);
    expect(patches.stateOf(0)).toBe('missing');
    expect(decodings[0]?.bitmap.close).toHaveBeenCalledOnce();
  });

  it('need no decoding where the base picture is shown as it is', () => {
    const patches = open();
    patches.add(patch(2, new Uint8Array()));
    expect(patches.stateOf(2)).toBe('bare');
    expect(patches.get(2)?.bitmap).toBeUndefined();
  });

  it('are at most three seconds of them', () => {
    const patches = open();
    for (let picture = 0; picture < 200; picture += 1) patches.add(patch(picture, new Uint8Array()));
    expect(patches.stateOf(74)).toBe('bare');
    expect(patches.stateOf(75)).toBe('missing');
  });

  it('go on after a damaged one', async () => {
    const patches = open();
    for (const picture of [0, 1, 2, 3]) patches.add(patch(picture));
    await untilAsked([0, 1, 2]);
    decodings[0]?.fail();
    await untilAsked([0, 1, 2, 3]);
    expect(patches.stateOf(0)).toBe('missing');
  });

  it('are freed when the response is over, also those that were still being decoded', async () => {
    const patches = open();
    for (const picture of [0, 1]) patches.add(patch(picture));
    await untilAsked([0, 1]);
    decodings[0]?.done();
    await eventually(() => expect(patches.stateOf(0)).toBe('ready'));
    patches.close();
    expect(decodings[0]?.bitmap.close).toHaveBeenCalledOnce();
    decodings[1]?.done();
    await eventually(() => expect(decodings[1]?.bitmap.close).toHaveBeenCalledOnce());
    expect(patches.stateOf(1)).toBe('missing');
  });
});
