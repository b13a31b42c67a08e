/**
 * The command or setting that would change what an engine of local speech was refused for. The worker's own sentence says
 * what is wrong; here it is held against the settings, because a command of the set-up changes nothing of what is the
 * operator's own.
 */
import { join } from 'node:path';
import type { LocalEngine } from './local-engines.js';
import { requirementsOf } from './requirements.js';

/** `says`: the worker's sentence. */
export function mendOf(engine: LocalEngine, says: string, root: string): string {
  for (const way of WAYS) {
    const mend = way(engine, says, root);
    if (mend !== null) return mend;
  }
  return usual(engine);
}

/** What brings the packages of an engine. */
export function mendPackages(engine: LocalEngine, root: string): string {
  const { python, environment, fetch, extras, prefix } = engine;
  if (python === null) return `rm -rf ${environment}; ${fetch}`;
  return `no ${prefix}_PYTHON, then ${fetch}; or: ${python} -m pip install ${requirementsOf(root, ...extras)}`;
}

/** What brings weights, where none or no whole ones are; `damaged` is in the way of the command. */
export function mendWeights({ model, prefix, fetch }: LocalEngine, damaged: string | null): string {
  if (model !== null) return `${prefix}_MODEL=the place of a whole model; or no ${prefix}_MODEL, then ${fetch}`;
  return damaged === null ? fetch : `${removal(damaged)}; ${fetch}`;
}

export const removal = (file: string): string => `rm ${/\s/.test(file) ? `"${file}"` : file}`;

type Way = (engine: LocalEngine, says: string, root: string) => string | null;

const voice: Way = ({ prefix }, says) => {
  const first = new RegExp(`${prefix}_VOICE: .*; there are ([^,]+)`).exec(says)?.[1];
  return first === undefined ? null : `${prefix}_VOICE=${/\s/.test(first) ? `"${first}"` : first}`;
};

const oneOfSeveral: Way = ({ prefix }, says) => {
  const found = /(?:^|: )(\/.+?|[A-Z]:\\.+?) has several models: set \w+ to one of ([^,]+)/.exec(says);
  return found === null ? null : `${prefix}_MODEL=${join(found[1]!, found[2]!)}`;
};

/** Of one language. */
const extra: Way = ({ runs }, says) => {
  const [, by, what] = /(\S+) -m pip install ('[^']+'|[\w.[\]=-]+)/.exec(says) ?? [];
  if (by === undefined) return null;
  return `${by === 'python' && runs !== null ? runs : by} -m pip install ${what}`;
};

const packages: Way = (engine, says, root) =>
  /failed to import|cannot be used here|No module named/.test(says) ? mendPackages(engine, root) : null;

const language: Way = ({ prefix }, says) => {
  const first = /language \S+: \w+ speaks ([\w-]+)/.exec(says)?.[1];
  return first === undefined ? null : `${prefix}_LANGUAGE=one of these; or no ${prefix}_LANGUAGE`;
};

const device: Way = ({ prefix, model, fetch }, says) => {
  if (!/\bdevice \S+: /.test(says)) return null;
  const cpu = `${prefix}_DEVICE=cpu`;
  if (!says.includes('ONNX Runtime')) return cpu;
  return `${cpu}; or for a GPU: ${model === null ? fetch : `${prefix}_MODEL=the model for torch, with ${fetch}`}`;
};

const compute: Way = ({ prefix }, says) => (/cannot compute \S+ on /.test(says) ? `${prefix}_COMPUTE=auto` : null);

const weights: Way = (engine, says) => {
  const file = /(?:^|: )(\/.+?|[A-Z]:\\.+?) (?:cannot be loaded|cannot be used|is no |has no speakers)/.exec(says)?.[1];
  if (file !== undefined) return mendWeights(engine, file);
  return / (?:is not there|has neither|has no voices)\b/.test(says) ? mendWeights(engine, null) : null;
};

const WAYS: readonly Way[] = [voice, oneOfSeveral, extra, packages, language, device, compute, weights];

/** It said nothing that is known here: a Python or a model of the operator's own may be what it died of. */
function usual(engine: LocalEngine): string {
  const { prefix, python, model, fetch } = engine;
  const own = [...(python === null ? [] : [`${prefix}_PYTHON`]), ...(model === null ? [] : [`${prefix}_MODEL`])];
  return own.length === 0 ? fetch : `no ${own.join(' and no ')}, then ${fetch}`;
}
