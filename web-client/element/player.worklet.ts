/** The audio thread's end of the player: commands in, sound and positions out. */
import { Playout, type PlayoutCommand, type PlayoutStatus, type Position } from './playout.js';

/** About 21 ms at 24 kHz: half a picture, and one message in four audio quanta. */
const SAMPLES_BETWEEN_POSITIONS = 512;

class PlayerProcessor extends AudioWorkletProcessor {
  readonly #playout = new Playout();
  #posted: PlayoutStatus = this.#playout.status;
  #answers = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<PlayoutCommand>) => {
      this.#playout.command(data);
      // A flush is always answered, also when there was nothing left to stop: the server waits for it.
      if (data.kind === 'flush') this.#answers += 1;
    };
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const out = outputs[0]?.[0];
    if (out === undefined) return true;
    this.#playout.pull(out);
    const status = this.#playout.status;
    if (this.#isNews(status)) {
      const position: Position = { ...status, time: currentTime + out.length / sampleRate };
      this.port.postMessage(position);
      this.#posted = status;
    }
    return true;
  }

  #isNews(status: PlayoutStatus): boolean {
    if (this.#answers > 0 && status.state !== 'playing') {
      this.#answers = 0;
      return true;
    }
    const { response, state, played, from } = this.#posted;
    if (status.response !== response || status.state !== state || status.from !== from) return true;
    return status.played - played >= SAMPLES_BETWEEN_POSITIONS;
  }
}

registerProcessor('parley-player', PlayerProcessor);
