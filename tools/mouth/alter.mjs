/**
 * One utterance as another person, room and microphone might have given it: resampled to 16 kHz as a larger or smaller
 * voice, coloured, band-limited, echoing, noisy, louder or quieter, with a pause (sometimes a breath) at either end.
 */
import { pick } from './phrases.mjs';

const RATE = 16_000;
const between = (random, low, high) => low + random() * (high - low);
const fromDb = (db) => 10 ** (db / 20);

export function alter(samples, rate, labels, random) {
  const size = random() < 0.25 ? 1 : between(random, 0.8, 1.25);
  let speech = resample(samples, (rate / RATE) * size);
  speech = colour(speech, random);
  if (random() < 0.3) speech = echo(speech, random);
  const before = Math.round(RATE * between(random, 0, 0.7));
  const after = Math.round(RATE * between(random, 0.15, 0.8));
  const sound = new Float32Array(before + speech.length + after);
  sound.set(speech, before);
  const power = rms(speech);
  if (random() < 0.3) breathe(sound, 0, before, power, random);
  if (random() < 0.3) breathe(sound, before + speech.length, after, power, random);
  if (random() < 0.85) addNoise(sound, power * fromDb(-between(random, 12, 45)), random);
  const gain = (0.1 / Math.max(1e-4, power)) * fromDb(between(random, -19, 8));
  const moved = labels.map(([end, viseme]) => [end / size + before / RATE, viseme]);
  if (moved.length > 0) moved.unshift([before / RATE, 'sil']);
  return {
    samples: Int16Array.from(sound, (s) => Math.max(-32_768, Math.min(32_767, Math.round(s * gain * 32_767)))),
    labels: moved,
  };
}

const rms = (x) => Math.sqrt(x.reduce((sum, s) => sum + s * s, 0) / Math.max(1, x.length));

/** Every `step`-th sample, through a windowed sinc of 24 taps that also cuts what 16 kHz cannot hold. */
function resample(samples, step) {
  const cut = Math.min(1, 1 / step);
  const reach = Math.ceil(12 / cut);
  const phases = 64;
  const table = Array.from({ length: phases }, (_, phase) =>
    Float64Array.from({ length: 2 * reach }, (_, i) => {
      const x = i - reach + 1 - phase / phases;
      const sinc = x === 0 ? cut : Math.sin(Math.PI * cut * x) / (Math.PI * x);
      return sinc * (0.5 + 0.5 * Math.cos((Math.PI * x) / (reach + 1)));
    }),
  );
  return Float32Array.from({ length: Math.floor(samples.length / step) }, (_, n) => {
    const at = Math.floor(n * step);
    const taps = table[Math.floor((n * step - at) * phases)];
    let sum = 0;
    for (let i = 0; i < taps.length; i += 1) sum += taps[i] * (samples[at + i - reach + 1] ?? 0);
    return sum / 32_768;
  });
}

/** Second-order section; `kind` is one of Robert Bristow-Johnson's cookbook shapes. */
function biquad(x, kind, hz, q, db = 0) {
  const w = (2 * Math.PI * hz) / RATE;
  const alpha = Math.sin(w) / (2 * q);
  const c = Math.cos(w);
  const a = fromDb(db / 2);
  const [b0, b1, b2, a0, a2] =
    kind === 'low'
      ? [(1 - c) / 2, 1 - c, (1 - c) / 2, 1 + alpha, 1 - alpha]
      : kind === 'high'
        ? [(1 + c) / 2, -1 - c, (1 + c) / 2, 1 + alpha, 1 - alpha]
        : [1 + alpha * a, -2 * c, 1 - alpha * a, 1 + alpha / a, 1 - alpha / a];
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  return x.map((s) => {
    const y = (b0 * s + b1 * x1 + b2 * x2 + 2 * c * y1 - a2 * y2) / a0;
    [x2, x1, y2, y1] = [x1, s, y1, y];
    return y;
  });
}

function colour(speech, random) {
  let x = speech;
  const tilt = between(random, -0.5, 0.6);
  let last = 0;
  x = x.map((s) => {
    const y = s - tilt * last;
    last = s;
    return y;
  });
  for (let i = 0; i < 2; i += 1)
    x = biquad(x, 'peak', between(random, 200, 6000), between(random, 0.5, 2), between(random, -7, 7));
  if (random() < 0.2) x = biquad(x, 'low', between(random, 3500, 7000), 0.8);
  if (random() < 0.25) x = biquad(x, 'high', between(random, 80, 280), 0.7);
  return x;
}

function echo(speech, random) {
  const out = speech.slice();
  for (let i = 0; i < 4; i += 1) {
    const lag = Math.round(RATE * between(random, 0.007, 0.045));
    const back = between(random, 0.05, 0.3);
    const loop = speech.slice();
    for (let n = lag; n < loop.length; n += 1) loop[n] += back * loop[n - lag];
    for (let n = lag; n < out.length; n += 1) out[n] += 0.25 * loop[n - lag] * back;
  }
  return out;
}

const hiss = (length, random, hz) =>
  biquad(
    Float32Array.from({ length }, () => random() * 2 - 1),
    'low',
    hz,
    0.6,
  );

function addNoise(sound, level, random) {
  const noise = hiss(sound.length, random, pick(random, [250, 700, 2000, 7500]));
  const scale = level / Math.max(1e-9, rms(noise));
  // A room is never quite even: the noise swells and fades within seconds, so that "steady" cannot stand for "noise".
  const [depth, turn, phase] = [between(random, 0, 0.7), between(random, 1, 15), between(random, 0, 6)];
  for (let i = 0; i < sound.length; i += 1)
    sound[i] += noise[i] * scale * (1 + depth * Math.sin(phase + (turn * i) / RATE));
}

/** A breath: noise that swells and fades, 18 to 35 dB under the voice. */
function breathe(sound, from, length, power, random) {
  if (length < RATE * 0.12) return;
  const breath = biquad(hiss(length, random, between(random, 1500, 5000)), 'high', 300, 0.7);
  const scale = (power * fromDb(-between(random, 18, 35))) / Math.max(1e-9, rms(breath));
  for (let i = 0; i < length; i += 1) sound[from + i] += breath[i] * scale * Math.sin((Math.PI * i) / length);
}
