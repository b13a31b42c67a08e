/** The model itself, in the layout of Smart Turn v3: log-mel features in, one probability out. One call at a time. */
import { logMel, MEL_BANDS, MEL_FRAMES } from './log-mel.js';
import { type Described, firstLine, type Runtime, type Session, type Shape } from './turn-runtime.js';

const INPUT = 'input_features';
const INPUT_SHAPE = [1, MEL_BANDS, MEL_FRAMES];
/** One thread: the other cores belong to the voice and the face. */
const OPTIONS = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 };

export type Judge = (utterance: Int16Array) => Promise<number>;

/** Has been run once when it is given. Throws what the file is instead of such a model, in words for its owner. */
export async function loadTurnSession(runtime: Runtime, file: string): Promise<Judge> {
  const session = await openSession(runtime, file);
  const output = outputOf(session);
  const judge: Judge = async (utterance) => {
    const features = new runtime.Tensor('float32', logMel(utterance), INPUT_SHAPE);
    const outputs = await session.run({ [INPUT]: features });
    const probability = outputs[output]!.data[0]!;
    // Some exports end before the sigmoid; that cannot be seen in their layout.
    if (probability >= 0 && probability <= 1) return probability;
    throw new Error(`its answer is ${probability}, and not a probability`);
  };
  // The first run takes its memory; no caller shall wait for that.
  await judge(new Int16Array(0));
  return judge;
}

async function openSession({ InferenceSession }: Runtime, file: string): Promise<Session> {
  try {
    return await InferenceSession.create(file, OPTIONS);
  } catch (thrown) {
    throw new Error(`it is no model that ONNX Runtime can load (${firstLine(thrown)})`);
  }
}

/** The name of its output. A batch may have any size, or be of one. */
function outputOf({ inputMetadata, outputMetadata }: Session): string {
  const [input] = inputMetadata;
  const isInput = inputMetadata.length === 1 && input?.name === INPUT && isOf(input, [MEL_BANDS, MEL_FRAMES]);
  if (!isInput)
    throw new Error(`it takes ${told(inputMetadata)} instead of ${INPUT} (float32, ${INPUT_SHAPE.join(' x ')})`);
  const [output] = outputMetadata;
  if (output !== undefined && isOf(output, [1])) return output.name;
  throw new Error(`it gives ${told(outputMetadata)} instead of one probability (float32, 1 x 1)`);
}

const isOf = (value: Described, row: readonly number[]): boolean =>
  value.isTensor &&
  value.type === 'float32' &&
  (typeof value.shape[0] === 'string' || value.shape[0] === 1) &&
  String(value.shape.slice(1)) === String(row);

const told = (values: readonly Described[]): string =>
  values
    .map((value) => `${value.name} (${value.isTensor ? `${value.type}, ${sizes(value.shape)}` : 'no tensor'})`)
    .join(', ');

const sizes = (shape: Shape): string => shape.join(' x ');
