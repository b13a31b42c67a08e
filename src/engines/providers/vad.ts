/** Who detects voices, from the best to the one that always works. */
import { join } from 'node:path';
import type { Engine, Vad } from '../contract.js';
import type { Candidate } from '../resilience/line-up.js';
import { loudnessVad } from '../vad/loudness.js';
import { sileroVad } from '../vad/silero.js';
import { sileroObstacle } from '../vad/silero-package.js';
import type { ProviderTools } from './tools.js';

export function vadCandidates({ root, log }: ProviderTools): Candidate<Engine<Vad>>[] {
  return [
    {
      name: 'silero',
      why: 'a small neural network, in a thread of its own for all callers',
      obstacle: sileroObstacle(),
      start: () => [sileroVad({ workerFile: join(root, 'dist/engines/vad/silero-worker.js'), log })],
    },
    {
      name: 'loudness',
      why: 'whatever is louder than the steady noise counts as speech; needs nothing',
      obstacle: null,
      start: () => [loudnessVad()],
    },
  ];
}
