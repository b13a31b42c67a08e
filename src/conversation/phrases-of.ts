/** The phrases in which a line will be spoken, wherever in an answer it stands. Pure. */
import { phraser } from './phrases.js';

/** Something that is spoken before the line: the first phrase of an answer is cut by rules of its own. */
const BEFORE = 'Something was said before this. ';

export function phrasesOf(line: string): string[] {
  const alone = textsOf(line);
  const behind = textsOf(BEFORE + line).slice(textsOf(BEFORE).length);
  return [...new Set([...alone, ...behind])];
}

function textsOf(line: string): string[] {
  const splitter = phraser();
  return [...splitter.push(line, 0), ...splitter.end()].map(({ text }) => text);
}
