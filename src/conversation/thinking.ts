/** The first pump of a reply: what a model says, on its way to the caller and to the voice; and what is said in its place. */
import type { Engine, EngineContext, Llm, LlmEvent, LlmRequest } from '../engines/contract.js';
import { asParleyError } from '../errors.js';
import { abortable, orLate, type Queue } from '../flow.js';
import type { Spoken } from './spoken.js';

export interface Thinking {
  readonly context: EngineContext;
  readonly spoken: Spoken;
  /** For the caller. */
  readonly notes: Pick<Queue<LlmEvent>, 'push'>;
  /** For the voice. */
  readonly texts: Pick<Queue<string>, 'push' | 'close'>;
}

export interface StandbyLines {
  readonly apology: string | null;
  /** Behind what was said of an answer that breaks off. */
  readonly brokenOff: string | null;
  /** Said, once, if nothing has come of the answer after so long. */
  readonly filler: { readonly text: string; readonly afterMs: number } | null;
}

/** The model's pieces: to the caller as they come, and to the voice. */
export async function think(
  stage: Thinking,
  llm: Engine<Llm>,
  coming: LlmRequest | Promise<LlmRequest>,
  standby: StandbyLines | null,
): Promise<void> {
  const { context, texts } = stage;
  const { signal } = context;
  let isAnswering = false;
  try {
    const request = await abortable(Promise.resolve(coming), signal);
    const events = llm.run(request, context)[Symbol.asyncIterator]();
    const first = events.next();
    await fill(stage, standby?.filler ?? null, first);
    for await (const event of goingOn(first, events)) {
      if (event.kind === 'working') continue;
      isAnswering = true;
      await pass(stage, event);
    }
  } catch (thrown) {
    const line = standby === null ? null : isAnswering ? dashed(standby.brokenOff) : standby.apology;
    if (line !== null && !signal.aborted && deservesApology(thrown)) await pass(stage, { kind: 'text', text: line });
    throw thrown;
  } finally {
    texts.close();
  }
}

const dashed = (line: string | null): string | null => (line === null ? null : ` — ${line}`);

async function pass({ context, spoken, notes, texts }: Thinking, event: LlmEvent): Promise<void> {
  const { signal } = context;
  if (event.kind === 'text') spoken.text += event.text;
  await notes.push(event, signal);
  if (event.kind === 'text') await texts.push(event.text, signal);
}

/** Something to hear for a caller who waits. */
async function fill(stage: Thinking, filler: StandbyLines['filler'], first: Promise<unknown>): Promise<void> {
  if (filler === null) return;
  // Whoever reads on meets the error.
  first.catch(() => {});
  const isLate =
    (await orLate(
      first.catch(() => {}),
      filler.afterMs,
    )) === 'late';
  if (isLate && !stage.context.signal.aborted) await pass(stage, { kind: 'text', text: `${filler.text} ` });
}

/** What could not be recognised is told by itself, and whoever asked wrongly is told so: only ours is to be sorry for. */
function deservesApology(thrown: unknown): boolean {
  const { code, row } = asParleyError(thrown);
  return row.blame === 'server' && code !== 'stt_failed';
}

async function* goingOn<T>(
  first: Promise<IteratorResult<T, unknown>>,
  rest: AsyncIterator<T, unknown>,
): AsyncGenerator<T, void, undefined> {
  try {
    for (let next = await first; next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
