/** What the face of the servers under test is like: the drawn one, or the one that test/torch/filmed-server.ts sets. */
import { inject } from 'vitest';

interface FaceUnderTest {
  readonly name: string;
  /** Frames after the last sound until the mouth is at rest. */
  readonly shutAfter: number;
  /** Without a GPU it may fall so far behind that it leaves pictures out. */
  readonly isLeisurely: boolean;
}

export const face: FaceUnderTest =
  inject('serverSettings')?.FACE === 'musetalk'
    ? { name: 'musetalk', shutAfter: 7, isLeisurely: true }
    : { name: 'drawn', shutAfter: 3, isLeisurely: false };
