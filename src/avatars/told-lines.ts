/** The lines of `prepare --json`: progress and warnings, and at the end what was made or what went wrong. */
import type { Readable } from 'node:stream';
import { z } from 'zod';

/** The last line holds a summary with all warnings. */
const LONGEST_LINE = 64 * 1024;

const lineSchema = z.union([
  z
    .object({ step: z.string().max(40), done: z.number().min(0).max(1) })
    .transform(({ step, done }) => ({ kind: 'progress' as const, step, done })),
  z
    .object({ warning: z.string().max(4000) })
    .transform(({ warning }) => ({ kind: 'warning' as const, sentence: warning })),
  z.object({ made: z.object({}) }).transform(() => ({ kind: 'made' as const })),
  z
    .object({ error: z.object({ code: z.string().max(40), message: z.string().max(4000) }) })
    .transform(({ error }) => ({ kind: 'error' as const, ...error })),
]);

export type Told = z.infer<typeof lineSchema>;

/** `onBroken` is called for whatever is none of these. */
export function readTold(stream: Readable, onTold: (told: Told) => void, onBroken: (why: string) => void): void {
  let rest = '';
  const read = (line: string) => {
    const told = toldIn(line);
    if (told === null) onBroken(`not a line of ours: ${line.slice(0, 200)}`);
    else onTold(told);
  };
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') read(line);
    if (rest.length > LONGEST_LINE) {
      onBroken(`a line of more than ${LONGEST_LINE} characters`);
      rest = '';
    }
  });
  stream.on('end', () => {
    if (rest.trim() !== '') read(rest);
  });
  // That the process ended is told by its exit.
  stream.on('error', () => {});
}

function toldIn(line: string): Told | null {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
