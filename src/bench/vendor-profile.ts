/** At what pace the simulated vendors and the simulated face work in a bench, and what is answered to every question. */
import { ParleyError } from '../errors.js';

/** As on the command line of `npm run simulate`, and as in SIMULATED_FACE; a face may be EMBEDDED, too. */
export interface VendorProfile {
  readonly transcriptions: string;
  readonly chat: string;
  readonly speech: string;
  readonly face: string;
}

/** The pace of a face that is not simulated: Parley's own drawn presenters, as fast as they are. */
export const EMBEDDED = 'drawn';

/** 24 words, of which three are the first phrase, and some 8 s of speech. */
export const ANSWER =
  'Yes, with pleasure. The old lighthouse stands on a small island, and every evening its keeper climbs the long ' +
  'stairs to light the lamp.';

const PROFILES: Readonly<Record<string, VendorProfile>> = {
  // For ANSWER: 500 ms to a transcript, 1000 to the whole answer, 500 to all of its sound, 1000 to all of its pictures.
  seed: { transcriptions: '500,0,0', chat: '300,30,0', speech: '150,6,0', face: '5,80,8' },
  // As fast as vendors are on a good day, with a GPU that makes 500 pictures a second.
  quick: { transcriptions: '100,0,0', chat: '150,20,0', speech: '100,5,0', face: '2,80,8' },
};

/** `changes`: as `chat=150,20`. Throws bad_settings. */
export function vendorProfile(name: string, changes: readonly string[]): VendorProfile {
  const profile = PROFILES[name];
  if (profile === undefined) {
    const known = Object.keys(PROFILES).join(', ');
    throw new ParleyError('bad_settings', `There is no profile "${name}"; there are: ${known}.`);
  }
  const changed = changes.map((change) => {
    const [, stage, pace] = /^(\w+)=([\d.,]+|(?<=face=)drawn)$/.exec(change) ?? [];
    if (stage === undefined || !(stage in profile)) {
      const stages = Object.keys(profile).join(', ');
      throw new ParleyError('bad_settings', `--pace ${change} is not a stage and its pace; the stages are: ${stages}.`);
    }
    return [stage, pace] as const;
  });
  return { ...profile, ...Object.fromEntries(changed) };
}
