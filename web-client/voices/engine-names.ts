/** Engines as people know them. Pure. */

const NAMES: Record<string, string> = {
  coqui: 'Coqui',
  elevenlabs: 'ElevenLabs',
  kokoro: 'Kokoro',
  espeak: 'espeak-ng',
};

export const engineName = (engine: string): string => NAMES[engine] ?? engine;
