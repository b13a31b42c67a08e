/** What the server says about itself, and who may present it: `GET /v1/about`, `GET /v1/avatars`. */

export interface EngineInUse {
  readonly job: string;
  /** Null: nothing does this job. */
  readonly engine: string | null;
  readonly why: string;
  /** Who takes over where it fails. */
  readonly fallbacks: readonly string[];
  /** Engines that would do the job better: why they do not, and the line that enables each. */
  readonly better: readonly { readonly engine: string; readonly why: string; readonly enable: string }[];
}

export interface About {
  readonly name: string;
  readonly version: string;
  readonly persona: {
    readonly id: string;
    readonly name: string;
    readonly description: string;
    readonly suggestions: readonly string[];
  };
  readonly engines: readonly EngineInUse[];
  /** The avatar that is seen where none was asked for; null: there is none. */
  readonly avatar: string | null;
}

export interface Presenter {
  readonly id: string;
  readonly name: string;
}

export const fetchAbout = (): Promise<About> => read<About>('/v1/about');

export async function fetchPresenters(): Promise<readonly Presenter[]> {
  const { avatars } = await read<{ avatars: readonly Presenter[] }>('/v1/avatars');
  return avatars;
}

async function read<T>(path: string): Promise<T> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as T;
}
