/** What providers are started with where there is no server around them. */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { loadCatalogue } from '../avatars/catalogue.js';
import type { Config } from '../config.js';
import type { Avatar } from '../engines/contract.js';
import type { ProviderTools } from '../engines/providers/tools.js';
import { loadPersona } from '../persona.js';

export async function providerTools(root: string, log: Logger, stopping: AbortSignal): Promise<ProviderTools> {
  const persona = await loadPersona(join(root, 'personas/parley.json'));
  return { root, persona, log, stopping, byHeart: { phrases: [], voiceLost: [] } };
}

/** Whoever is there: a face is given one to show. Null: none has been drawn yet. */
export async function anyAvatar(root: string, { DATA_DIR }: Config): Promise<Avatar | null> {
  return (await loadCatalogue(join(root, DATA_DIR, 'avatars'))).list()[0]?.avatar ?? null;
}
