/** The same persona, presented by somebody else: another avatar with a name, a voice and answers of its own. Pure. */
import type { Persona } from './persona-schema.js';

/** `avatar`: whoever presents it; one of whom the persona says nothing plays its own part. */
export function presentedBy(persona: Persona, avatar: string | null): Persona {
  const presenter = own(persona.presenters, avatar ?? '');
  const { name, voice, answers } = presenter ?? { name: persona.name, voice: undefined, answers: {} };
  const intents = persona.script.intents.map((intent) => {
    const lines = own(answers, intent.id);
    return lines === undefined ? intent : { ...intent, answers: lines };
  });
  return {
    ...persona,
    name,
    ...(voice === undefined ? {} : { voice }),
    instructions: persona.instructions.replaceAll('{name}', name),
    script: { intents },
  };
}

/** What callers may call an avatar among others: as the persona names it, else by the avatar's own name. */
export function presenterName(persona: Persona, { id, name }: { readonly id: string; readonly name: string }): string {
  return own(persona.presenters, id)?.name ?? (id === persona.avatar ? persona.name : name);
}

/** What a file names, and not what every object has. */
function own<T>(entries: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(entries, name) ? entries[name] : undefined;
}
