/**
 * What a worker's libraries print, line by line. Progress bars end a line with a carriage return, and some libraries
 * print megabytes without any end: a line is cut where it would get longer than a log line should be.
 */
import type { Readable } from 'node:stream';

const LONGEST_LINE = 4000;

export function readLines(stream: Readable, onLine: (line: string) => void): void {
  let rest = '';
  const tell = (line: string) => {
    if (line.trim() !== '') onLine(line);
  };
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(/[\r\n]+/);
    rest = lines.pop() ?? '';
    for (const line of lines) for (const piece of pieces(line)) tell(piece);
    while (rest.length >= LONGEST_LINE) {
      tell(rest.slice(0, LONGEST_LINE));
      rest = rest.slice(LONGEST_LINE);
    }
  });
  stream.on('end', () => {
    tell(rest);
    rest = '';
  });
  // A pipe that breaks has nothing more to say; that the process ended is told by its exit.
  stream.on('error', () => {});
}

function* pieces(line: string): Generator<string> {
  for (let start = 0; start < line.length; start += LONGEST_LINE) yield line.slice(start, start + LONGEST_LINE);
}
