/** Whether a server has the avatar that it was asked for: the socket is refused without a reason that a page could read. */
import { resourceAddress } from './address.js';

/** The ids of its avatars; undefined if it does not say. `server` is where its other addresses are relative to. */
export async function avatarsOf(server: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
  try {
    const response = await fetch(resourceAddress('/v1/avatars', server), { signal });
    const { avatars } = (await response.json()) as { avatars: readonly { readonly id: string }[] };
    return avatars.map(({ id }) => id);
  } catch {
    // Away, or no Parley server: the connection says so.
    return undefined;
  }
}
