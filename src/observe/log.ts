/** The log, on standard error; standard output is for the person who started the server. */
import pino, { type Logger } from 'pino';
import { redacted } from '../secrets.js';

/** `secrets`: what stands in no line, whoever wrote it there. */
export function openLog(level: string, secrets: readonly string[]): Logger {
  // Whoever closes the terminal, or the program that reads this, ends neither the server nor its orderly end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const output = { write: (line: string) => process.stderr.write(redacted(line, secrets)) };
  return pino({ level, serializers: { err: shownError } }, output);
}

/** Node puts the whole request into the error about a bad one, and a token may stand in its address. */
function shownError(error: Error): object {
  const { rawPacket: _, ...shown } = pino.stdSerializers.err(error);
  return shown;
}
