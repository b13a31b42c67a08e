/** What the schema alone cannot see: names that lead nowhere, phrases that two intents claim, follow-ups never reached. */
import { wordings } from './persona-grammar.js';
import {
  CLOCK_PLACEHOLDERS,
  type Intent,
  LAST_ANSWERED,
  type Persona,
  placeholdersOf,
  TALK_PLACEHOLDERS,
} from './persona-schema.js';

export interface Mistake {
  readonly path: readonly (string | number)[];
  readonly reason: string;
}

type PersonaFile = Omit<Persona, 'id'>;

const ANYWHERE = ['name', ...CLOCK_PLACEHOLDERS];

export function checkPersona(persona: PersonaFile): Mistake[] {
  const { intents } = persona.script;
  return [
    ...checkPresenters(persona),
    ...checkLines(['greeting'], persona.greeting, ANYWHERE),
    ...checkLines(['fallback'], persona.fallback, ANYWHERE),
    ...checkLines(['silence'], persona.silence ?? [], ANYWHERE),
    ...intents.flatMap((intent, i) => [
      ...checkShape(intent, ['script', 'intents', i]),
      ...checkReferences(intent, intents, ['script', 'intents', i]),
    ]),
    ...checkIds(intents),
    ...checkPhrases(intents),
    ...checkReach(intents),
  ];
}

function checkLines(path: Mistake['path'], lines: readonly string[], known: readonly string[]): Mistake[] {
  return lines.flatMap((line, i) =>
    placeholdersOf(line)
      .filter((name) => !known.includes(name))
      .map((name) => ({
        path: [...path, i],
        reason: `{${name}} is not known here; known are ${known.map((one) => `{${one}}`).join(' ')}`,
      })),
  );
}

function checkPresenters({ presenters, script }: PersonaFile): Mistake[] {
  return Object.entries(presenters).flatMap(([avatar, { answers }]) =>
    Object.entries(answers).flatMap(([id, lines]) => {
      const path = ['presenters', avatar, 'answers', id];
      const intent = script.intents.find((one) => one.id === id);
      if (intent?.answers === undefined) return [{ path, reason: `there is no intent "${id}" with answers` }];
      return [...checkLines(path, lines, knownInAnswers(intent)), ...checkOtherwise(path, intent, lines)];
    }),
  );
}

const knownInAnswers = ({ tool }: Intent) => [...ANYWHERE, ...TALK_PLACEHOLDERS, ...(tool ? ['output'] : [])];

function checkShape(intent: Intent, path: Mistake['path']): Mistake[] {
  const mistakes: Mistake[] = [];
  if ((intent.answers === undefined) === (intent.leadsTo === undefined)) {
    mistakes.push({ path, reason: 'needs either answers or leadsTo' });
  }
  mistakes.push(...checkLines([...path, 'answers'], intent.answers ?? [], knownInAnswers(intent)));
  mistakes.push(...checkLines([...path, 'otherwise'], intent.otherwise ?? [], ANYWHERE));
  if (intent.allTold !== undefined) {
    mistakes.push(
      ...checkLines([...path], [intent.allTold], ANYWHERE).map((m) => ({ ...m, path: [...path, 'allTold'] })),
    );
  }
  return [...mistakes, ...checkOtherwise(path, intent, intent.answers ?? [])];
}

/** Answers that cannot always be given. `path`: where the mistake is to be named. */
function checkOtherwise(path: Mistake['path'], { otherwise, tool }: Intent, answers: readonly string[]): Mistake[] {
  const needs = answers.flatMap(placeholdersOf).find((name) => TALK_PLACEHOLDERS.some((one) => one === name));
  if (otherwise !== undefined || (needs === undefined && tool === undefined)) return [];
  const why = needs === undefined ? 'the tool is not offered' : `{${needs}} has no value`;
  return [{ path, reason: `needs an otherwise: what is said when ${why}` }];
}

function checkReferences(intent: Intent, intents: readonly Intent[], path: Mistake['path']): Mistake[] {
  const target = (id: string) => intents.find((one) => one.id === id);
  const mistakes: Mistake[] = [];
  for (const [i, id] of (intent.after ?? []).entries()) {
    if (!target(id)) mistakes.push({ path: [...path, 'after', i], reason: `there is no intent "${id}"` });
  }
  const { leadsTo } = intent;
  if (leadsTo === LAST_ANSWERED && intent.after === undefined) {
    mistakes.push({ path: [...path, 'leadsTo'], reason: `"${LAST_ANSWERED}" needs an after that says which ones` });
  } else if (leadsTo !== undefined && leadsTo !== LAST_ANSWERED) {
    const led = target(leadsTo);
    if (!led) mistakes.push({ path: [...path, 'leadsTo'], reason: `there is no intent "${leadsTo}"` });
    else if (!led.answers)
      mistakes.push({ path: [...path, 'leadsTo'], reason: `"${leadsTo}" has no answers of its own` });
  }
  return mistakes;
}

function checkIds(intents: readonly Intent[]): Mistake[] {
  return intents.flatMap((intent, i) => {
    const path = ['script', 'intents', i, 'id'];
    if (intent.id === LAST_ANSWERED) return [{ path, reason: `"${LAST_ANSWERED}" has a meaning of its own` }];
    const first = intents.findIndex((one) => one.id === intent.id);
    return first < i ? [{ path, reason: `"${intent.id}" is already intents[${first}]` }] : [];
  });
}

/** Two intents may share a phrase if no conversation can be after both; "yes" has many meanings. */
function canMeet(a: Intent, b: Intent): boolean {
  if (a.after === undefined && b.after === undefined) return true;
  return a.after !== undefined && b.after !== undefined && a.after.some((id) => b.after?.includes(id));
}

function checkPhrases(intents: readonly Intent[]): Mistake[] {
  const owners = new Map<string, { intent: Intent; at: string }[]>();
  const mistakes: Mistake[] = [];
  intents.forEach((intent, i) => {
    intent.phrases.forEach((pattern, j) => {
      const path = ['script', 'intents', i, 'phrases', j];
      const stranger = placeholdersOf(pattern).find((name) => name !== 'number');
      if (stranger !== undefined) mistakes.push({ path, reason: `{${stranger}} is not known here; known is {number}` });
      const found = wordings(pattern);
      if ('mistake' in found) {
        mistakes.push({ path, reason: found.mistake });
        return;
      }
      for (const wording of found.phrases) {
        const plain = wording
          .toLowerCase()
          .replace(/[^\p{L}\p{M}\p{N}{}]+/gu, ' ')
          .trim();
        const others = owners.get(plain) ?? [];
        const clash = others.find((other) => other.intent !== intent && canMeet(other.intent, intent));
        if (clash) mistakes.push({ path, reason: `"${plain}" is already a phrase of ${clash.at}` });
        owners.set(plain, [...others, { intent, at: `intents[${i}] (${intent.id})` }]);
      }
    });
  });
  return mistakes;
}

/** A follow-up is reached if one of the intents it follows is, and says something of its own. */
function checkReach(intents: readonly Intent[]): Mistake[] {
  const reached = new Set<string>();
  for (let before = -1; before < reached.size; ) {
    before = reached.size;
    for (const intent of intents) {
      const open = intent.after === undefined || intent.after.some((id) => reached.has(id));
      if (open && intent.answers && !intent.aside) reached.add(intent.id);
      if (open && intent.leadsTo !== undefined) reached.add(intent.leadsTo);
    }
  }
  return intents.flatMap((intent, i) =>
    intent.after?.every((id) => !reached.has(id)) && !reached.has(intent.id)
      ? [
          {
            path: ['script', 'intents', i, 'after'],
            reason: 'this follow-up is never reached: nothing it follows is ever the last to be answered',
          },
        ]
      : [],
  );
}
