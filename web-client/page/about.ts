/** What the server says about itself: `GET /v1/about`, `GET /v1/avatars`, `GET /v1/voices`. */

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

export interface Voice {
  readonly id: string;
  readonly name: string;
  readonly language: string | null;
  readonly engine?: string;
  /** `learnt`: it was made of recordings. */
  readonly kind: 'built_in' | 'learnt';
  /** Of learnt ones. */
  readonly created?: string;
}

export interface Voices {
  readonly voices: readonly Voice[];
  /** Which engines can make one of recordings; if none, why not and what to do about it. */
  readonly making: {
    readonly engines: readonly string[];
    readonly code?: string;
    readonly message?: string;
    readonly what_to_do?: string;
  };
}

export const fetchAbout = (): Promise<About> => read<About>('/v1/about');

export async function fetchPresenters(): Promise<readonly Presenter[]> {
  const { avatars } = await read<{ avatars: readonly Presenter[] }>('/v1/avatars');
  return avatars;
}

export const fetchVoices = (): Promise<Voices> => read<Voices>('/v1/voices');

async function read<T>(path: string): Promise<T> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as T;
}
