/**
 * What is put into the page before its own scripts: it notes when clicks leave the audio graph, and what is on the canvas
 * at each refresh. It asks the element nothing, and changes nothing of what it does.
 */
import { CLICK_LEVEL } from './clicks.js';
import { WATCHED } from './flashing-avatar.js';

/** A click is over when it has been quiet for 100 ms. */
const QUIET_SAMPLES = 2400;

/** At one refresh of the screen. All in milliseconds, of the page's clock but `contextTime`, of the sound's. */
export interface Refresh {
  readonly at: number;
  /** Of the watched pixel, 0 to 255, of what the refresh brings to the screen. */
  readonly light: number;
  /** When that was drawn. */
  readonly drawnAt: number;
  /** The sound of `contextTime` left the loudspeaker at `performanceTime`, the browser says. Null: there is no sound. */
  readonly output: { readonly contextTime: number; readonly performanceTime: number } | null;
}

export interface Seen {
  /** When the page's clock began: milliseconds since 1970. */
  readonly origin: number;
  readonly refreshes: readonly Refresh[];
  /** Milliseconds of the sound's clock at which clicks have left the audio graph. */
  readonly clicks: readonly number[];
  /** What the browser says of the way from there to the ear, in milliseconds. */
  readonly latency: { readonly base: number; readonly output: number } | null;
}

const TAP = `registerProcessor('skew-tap', class extends AudioWorkletProcessor {
  quiet = 0;
  process([input]) {
    const sound = input[0] ?? [];
    for (let at = 0; at < sound.length; at += 1) {
      const isLoud = Math.abs(sound[at]) > ${CLICK_LEVEL};
      if (isLoud && this.quiet > ${QUIET_SAMPLES}) this.port.postMessage((1000 * (currentFrame + at)) / sampleRate);
      this.quiet = isLoud ? 0 : this.quiet + 1;
    }
    return true;
  }
});`;

/**
 * Its callback of each frame is the first, because it was asked for first: the canvas is as the frame before has left it,
 * and that is what comes to the screen with this refresh.
 */
export const PROBE = `{
  const seen = { refreshes: [], clicks: [] };
  let drawnAt = 0;
  const { drawImage } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.drawImage = function (...what) {
    drawImage.apply(this, what);
    drawnAt = performance.now();
  };
  let context;
  const { connect } = AudioNode.prototype;
  AudioNode.prototype.connect = function (...to) {
    if (to[0] instanceof AudioDestinationNode) void tap(this);
    return connect.apply(this, to);
  };
  const tap = async (source) => {
    context = source.context;
    const url = URL.createObjectURL(new Blob([${JSON.stringify(TAP)}], { type: 'text/javascript' }));
    await context.audioWorklet.addModule(url);
    const node = new AudioWorkletNode(context, 'skew-tap');
    node.port.onmessage = ({ data }) => seen.clicks.push(data);
    connect.call(source, node);
    // It is silent; what leads nowhere is not asked for sound.
    connect.call(node, context.destination);
  };
  const output = () => {
    if (context?.state !== 'running') return null;
    const { contextTime, performanceTime } = context.getOutputTimestamp();
    return { contextTime: 1000 * contextTime, performanceTime };
  };
  const look = (at) => {
    requestAnimationFrame(look);
    const canvas = document.querySelector('parley-avatar')?.shadowRoot?.querySelector('canvas');
    if (canvas === undefined || canvas === null || canvas.width < ${WATCHED.x}) return;
    const [light] = canvas.getContext('2d').getImageData(${WATCHED.x}, ${WATCHED.y}, 1, 1).data;
    seen.refreshes.push({ at, light, drawnAt, output: output() });
  };
  requestAnimationFrame(look);
  const milliseconds = (seconds) => 1000 * (seconds ?? 0);
  globalThis.takeSeen = () => ({
    origin: performance.timeOrigin,
    refreshes: seen.refreshes.splice(0),
    clicks: seen.clicks.splice(0),
    latency: context && { base: milliseconds(context.baseLatency), output: milliseconds(context.outputLatency) },
  });
}`;
