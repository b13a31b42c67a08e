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
  readonly texts: Pick<Queue<Piece>, 'push' | 'close'>;
}

/** A piece of an answer, as its model writes it; or what is said behind that, whatever markup it has left open. */
export type Piece = string | { readonly behind: string };

export interface StandbyLines {
  readonly apology: string | null;
  /** Behind what was said of an answer that breaks off. */
  readonly brokenOff: string | null;
  /** Behind an answer that is as long as the server lets answers be. */
  readonly tooLong: string | null;
  /** Said, once, if nothing has come of the answer so long after it was due. */
  readonly filler: Filler | null;
}

export interface Filler {
  readonly text: string;
  readonly afterMs: number;
  /** Settles when the answer is due; missing: it is. */
  readonly due?: () => Promise<void>;
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
  let hasSaid = false;
  try {
    const request = await abortable(Promise.resolve(coming), signal);
    const events = llm.run(request, context)[Symbol.asyncIterator]();
    const first = events.next();
    await fill(stage, standby?.filler ?? null, first);
    for await (const event of goingOn(first, events)) {
      if (event.kind === 'working') continue;
      isAnswering = true;
      hasSaid ||= event.kind === 'text' && /\S/.test(event.text);
      // Who set a limit of its own for this answer knows of it.
      const isTooLong = event.kind === 'cut' && event.reason === 'max_output_tokens' && request.maxTokens === 'inf';
      if (isTooLong && hasSaid) await addBehind(stage, standby?.tooLong ?? null);
      await pass(stage, event);
    }
  } catch (thrown) {
    if (standby !== null && !signal.aborted && deservesApology(thrown)) {
      if (isAnswering) await addBehind(stage, standby.brokenOff);
      else if (standby.apology !== null) await pass(stage, { kind: 'text', text: standby.apology });
    }
    throw thrown;
  } finally {
    texts.close();
  }
}

async function addBehind({ context, spoken, notes, texts }: Thinking, line: string | null): Promise<void> {
  if (line === null) return;
  const text = ` — ${line}`;
  spoken.text += text;
  await notes.push({ kind: 'text', text }, context.signal);
  await texts.push({ behind: text }, context.signal);
}

async function pass({ context, spoken, notes, texts }: Thinking, event: LlmEvent): Promise<void> {
  const { signal } = context;
  if (event.kind === 'text') spoken.text += event.text;
  await notes.push(event, signal);
  if (event.kind === 'text') await texts.push(event.text, signal);
}

/** Something to hear for a caller who waits. */
async function fill(stage: Thinking, filler: Filler | null, first: Promise<unknown>): Promise<void> {
  if (filler === null) return;
  // Whoever reads on meets the error.
  const come = first.then(
    () => {},
    () => {},
  );
  // A reply that ends before it is due has its end in `first`, too.
  if (filler.due !== undefined) await Promise.race([come, filler.due().catch(() => come)]);
  const isLate = (await orLate(come, filler.afterMs)) === 'late';
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
