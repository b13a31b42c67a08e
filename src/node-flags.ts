/**
 * How Node is to run the server. What waits for its moment, a picture or a second of speech, lives for as long as a few of the
 * collector's usual rounds take: it was moved to where only a mark of the whole heap, on both cores, finds it when it is dead.
 * With halves of the young generation that may grow to twice what Node gives them where there are more than 2 GB, most of it
 * dies before that (CHANGELOG.md, Decisions).
 */
export const NODE_FLAGS: readonly string[] = ['--max-semi-space-size=32'];
