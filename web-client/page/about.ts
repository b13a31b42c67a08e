/** What the server says about itself: `GET /v1/about`. */

export interface EngineInUse {
  readonly job: string;
  /** Null: nothing does this job. */
  readonly engine: string | null;
  readonly why: string;
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
}

export async function fetchAbout(): Promise<About> {
  const response = await fetch('/v1/about');
  if (!response.ok) throw new Error(`/v1/about answered ${response.status}`);
  return (await response.json()) as About;
}
