/** Whether PocketSphinx can hear for this persona here: what the start-up table says of it, and what is in its way. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Persona } from '../../persona.js';
import type { Obstacle } from '../python-environment.js';
import { type Hearing, type HearingGrammar, hearingGrammar } from './hearing-grammar.js';
import { pocketsphinxStt, type SphinxEngine } from './pocketsphinx.js';
import { dictionaryWords, findSphinx } from './pocketsphinx-package.js';

export interface SphinxChoice {
  readonly why: string;
  readonly obstacle: Obstacle | null;
  readonly start: (place: 'first' | 'fallback') => readonly SphinxEngine[];
}

export interface SphinxChoiceTools {
  /** The package's own folder. */
  readonly root: string;
  readonly persona: Persona;
  readonly log: Logger;
  readonly stopping: AbortSignal;
}

/** The grammar travels in one message, whose header may have 64 KB. */
const LARGEST_GRAMMAR = 60_000;
/** More words than these are in the log. */
const MOST_NAMED = 5;

export function sphinxChoice({ root, persona, log, stopping }: SphinxChoiceTools): SphinxChoice {
  const blocked = (obstacle: Obstacle): SphinxChoice => ({ why: '', obstacle, start: () => [] });
  if (!/^en\b/i.test(persona.language)) {
    return blocked({
      why: `it hears English only, and ${persona.name} speaks ${persona.language}`,
      enable: 'a persona whose language is en',
    });
  }
  const found = findSphinx(join(root, 'var/python'));
  if ('enable' in found) return blocked(found);
  const hearing = hearingGrammar(persona, dictionaryWords(found.dictionaryFile));
  const trouble = troubleWith(hearing.grammar, persona.id);
  if (trouble !== null) return blocked(trouble);
  const { python } = found;
  const pythonFolder = join(root, 'python');
  return {
    why: whyOf(hearing),
    obstacle: null,
    start: (place) => {
      warn(hearing, log);
      // Behind another recogniser, one process is enough to be there when it is needed.
      const processes = place === 'first' ? {} : { processes: 1 };
      return [pocketsphinxStt({ python, pythonFolder, hearing, log, signal: stopping, ...processes })];
    },
  };
}

function troubleWith(grammar: HearingGrammar, persona: string): Obstacle | null {
  if (grammar.arcs.length === 0) {
    return {
      why: `its dictionary has the words of no phrase of personas/${persona}.json`,
      enable: `pronunciations in personas/${persona}.json`,
    };
  }
  const size = Buffer.byteLength(JSON.stringify(grammar));
  if (size <= LARGEST_GRAMMAR) return null;
  return {
    why: `personas/${persona}.json has more phrases than it can listen for (${size} bytes of ${LARGEST_GRAMMAR})`,
    enable: `fewer or shorter phrases in personas/${persona}.json`,
  };
}

function whyOf({ wordings, unknownWords, strangePhones }: Hearing): string {
  const hears = `hears the ${wordings} wordings of the script, in English; needs no key and no network`;
  const unknown = unknownWords.length > 0 ? `; unknown words: ${named(unknownWords)}; add them to pronunciations` : '';
  const strange = strangePhones.length > 0 ? `; no such phone: ${named(strangePhones)}` : '';
  return hears + unknown + strange;
}

function warn({ unknownWords, strangePhones }: Hearing, log: Logger): void {
  if (unknownWords.length === 0 && strangePhones.length === 0) return;
  log.warn(
    { unknownWords, strangePhones },
    'the recogniser does not listen for phrases with words that it cannot pronounce; add them to pronunciations',
  );
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).join(', ');
  return names.length > MOST_NAMED ? `${shown} and ${names.length - MOST_NAMED} more` : shown;
}
