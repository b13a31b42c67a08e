/** Whether an Ollama runs on this machine: then a language model is one setting away, and the start-up table says so. */
import { z } from 'zod';

export interface Ollama {
  /** For OPENAI_BASE_URL. */
  readonly url: string;
  readonly models: readonly string[];
}

const OLLAMA_URL = 'http://127.0.0.1:11434/v1';
/** It is on this machine, or it is not. */
const LOOK_MS = 300;

const listSchema = z.object({ data: z.array(z.object({ id: z.string() })).nullable() });

export async function findOllama(url = OLLAMA_URL): Promise<Ollama | null> {
  try {
    const answer = await fetch(`${url}/models`, { signal: AbortSignal.timeout(LOOK_MS) });
    const list = listSchema.safeParse(await answer.json());
    return list.success ? { url, models: (list.data.data ?? []).map(({ id }) => id) } : null;
  } catch {
    return null;
  }
}
