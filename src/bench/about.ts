/** What a server says of itself, and why it does not. */
import { z } from 'zod';
import { ParleyError } from '../errors.js';

const ABOUT_MS = 10_000;

/** What `/v1/about` tells, as far as it is read here; the file gets all of it. */
const aboutSchema = z.looseObject({
  version: z.string(),
  engines: z.array(z.looseObject({ job: z.string(), engine: z.string().nullable() })),
});
export type About = z.infer<typeof aboutSchema>;

export async function askAbout(http: string, token: string | null, signal: AbortSignal): Promise<About> {
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const late = AbortSignal.any([signal, AbortSignal.timeout(ABOUT_MS)]);
  // The callers' sockets follow no redirect, so that this must not either.
  const answer = await fetch(`${http}/v1/about`, { headers, signal: late, redirect: 'manual' }).catch(
    (thrown: unknown) => {
      throw new ParleyError('bad_settings', whyUnreachable(http, thrown), { cause: thrown });
    },
  );
  if (answer.ok) return await readAbout(answer, http);
  const location = answer.headers.get('location');
  const elsewhere = location === null ? '' : ` It leads to ${location}.`;
  const hint = answer.status === 401 ? ' Name its access token with --token.' : elsewhere;
  throw new ParleyError('bad_settings', `${http}/v1/about answers ${answer.status}.${hint}`);
}

/** Node's fetch hides the reason; what OpenSSL has against a certificate is said in its code. */
function whyUnreachable(http: string, thrown: unknown): string {
  const { code } = ((thrown as Error).cause ?? {}) as { code?: string };
  if (!/CERT|SIGNATURE/.test(code ?? '')) return `There is no server at ${http}.`;
  return `The certificate of ${http} is not trusted here (${code}). NODE_EXTRA_CA_CERTS=FILE names one that is.`;
}

async function readAbout(answer: Response, http: string): Promise<About> {
  const about: unknown = await answer.json().catch(() => null);
  const { success, data } = aboutSchema.safeParse(about);
  if (!success) throw new ParleyError('bad_settings', `What answers at ${http} is not Parley.`);
  return data;
}

export function engineLine({ engines }: About): string {
  return engines.map(({ job, engine }) => `${job} ${engine ?? 'none'}`).join(', ');
}
