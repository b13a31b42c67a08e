/** What we use of onnxruntime-node, which is optional: this compiles without it. */

export interface Tensor {
  readonly data: Float32Array;
}

/** Sizes that may vary have names. */
export type Shape = readonly (number | string)[];

export type Described =
  | { readonly name: string; readonly isTensor: true; readonly type: string; readonly shape: Shape }
  | { readonly name: string; readonly isTensor: false };

export interface Session {
  readonly inputMetadata: readonly Described[];
  readonly outputMetadata: readonly Described[];
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
}

export interface Runtime {
  readonly Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => Tensor;
  readonly InferenceSession: {
    create(file: string, options: Readonly<Record<string, number>>): Promise<Session>;
  };
}

const RUNTIME: string = 'onnxruntime-node';

/** Loads the native library into this process: for the model's own thread only. */
export async function loadRuntime(): Promise<Runtime> {
  try {
    return ((await import(RUNTIME)) as { default: Runtime }).default;
  } catch (thrown) {
    throw new Error(`${RUNTIME} does not load here: ${firstLine(thrown)}`);
  }
}

/** Node puts the whole list of importing files behind the first line. */
export const firstLine = (thrown: unknown): string =>
  String(thrown instanceof Error ? thrown.message : thrown).split('\n', 1)[0]!;
