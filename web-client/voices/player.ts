/** Plays one recording at a time. By the audio graph: the page's security policy lets no `<audio>` play from memory. */
import { MICROPHONE_RATE } from '../element/microphone-frames.js';

export interface Player {
  /** Call it from a click. `onOver` is called once: at the end, when it is stopped, or when this browser cannot play it. */
  play(sound: Blob, onOver: (problem: string | null) => void): Promise<void>;
  stop(): void;
}

export function player(): Player {
  let context: AudioContext | undefined;
  let stop = () => {};
  return {
    async play(sound, onOver) {
      stop();
      let source: AudioBufferSourceNode | undefined;
      let isOver = false;
      const end = (problem: string | null) => {
        if (isOver) return;
        isOver = true;
        source?.stop();
        onOver(problem);
      };
      stop = () => end(null);
      context ??= new AudioContext();
      const output = context;
      // A context that may not sound never resolves; it is resumed for the click, and nobody waits for it.
      void output.resume();
      const buffer = await decoded(sound, output);
      if (isOver) return;
      if (buffer === null) return end('This browser cannot play it. The server may be able to read it all the same.');
      source = new AudioBufferSourceNode(output, { buffer });
      source.connect(output.destination);
      source.onended = () => end(null);
      source.start();
    },
    stop: () => stop(),
  };
}

/** How long it lasts; null: this browser cannot tell. */
export async function lengthOf(sound: Blob): Promise<number | null> {
  const buffer = await decoded(sound, new OfflineAudioContext(1, 1, MICROPHONE_RATE));
  return buffer?.duration ?? null;
}

async function decoded(sound: Blob, context: BaseAudioContext): Promise<AudioBuffer | null> {
  try {
    return await context.decodeAudioData(await sound.arrayBuffer());
  } catch {
    return null;
  }
}
