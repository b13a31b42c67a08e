/** Why there is no microphone, and the sentence that says what to do. Pure. */

export type MicrophoneProblem = 'refused' | 'missing' | 'busy' | 'insecure' | 'lost' | 'unavailable' | 'failed';

const SENTENCES: Record<MicrophoneProblem, string> = {
  refused: 'The browser did not get the microphone. Allow it in the address bar, then press the button again.',
  missing: 'No microphone was found. Plug one in, then press the button again.',
  busy: 'Another program holds the microphone. Close it there, then press the button again.',
  insecure: 'Browsers give the microphone only to pages on https:// or on localhost.',
  lost: 'The microphone has gone. Plug it in again, and the conversation goes on.',
  unavailable: 'This server does not listen: it has no speech recogniser. You can write instead.',
  failed: 'The microphone could not be opened. Load the page again, then press the button once more.',
};

export const sayProblem = (problem: MicrophoneProblem): string => SENTENCES[problem];

/** From what the browser threw. Its names are the same everywhere, its messages are not. */
export function problemOf(error: unknown): MicrophoneProblem {
  switch (error instanceof Error ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'refused';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'failed';
  }
}
