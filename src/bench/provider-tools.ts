/** What providers are started with where there is no server around them. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { ProviderTools } from '../engines/providers.js';
import { loadPersona } from '../persona.js';

export async function providerTools(root: string, log: Logger, stopping: AbortSignal): Promise<ProviderTools> {
  const persona = await loadPersona(join(root, 'personas/parley.json'));
  return { root, persona, log, stopping, byHeart: { phrases: [], voiceLost: [] } };
}
