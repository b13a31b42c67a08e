/** Where the settings say that environments and weights are, and what brings each. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../config.js';
import { coquiModel } from '../engines/tts/coqui-package.js';
import {
  fetchWhisper,
  KOKORO,
  KOKORO_TORCH,
  type LocalEngine,
  localEngine,
  whisperSize,
  XTTS,
} from './local-engines.js';
import { DICTIONARY, type Environment, type Need } from './machine.js';
import { mendPackages, mendWeights, removal } from './mending.js';
import { requirementsOf } from './requirements.js';
import { isAsked } from './services.js';
import type { WeightsPlace } from './weights.js';

export function pythons(root: string, config: Config): Environment[] {
  const { WHISPER_PYTHON: ofWhisper = null, KOKORO_PYTHON: ofKokoro = null, WHISPER_BASE_URL: server } = config;
  const need = (name: string, wanted: readonly string[], packages: readonly string[]): Need => ({
    packages,
    isAsked: isAsked(wanted, name),
    mend: mendPackages(localEngine(name, root, config)!, root),
  });
  const whisper = server === undefined ? [need('whisper', config.STT, ['faster-whisper'])] : [];
  const kokoro = need('kokoro', config.TTS, ['kokoro-onnx', 'kokoro']);
  return [
    { name: 'var/python', python: null, packages: ['pocketsphinx'], needs: [], mend: 'npm start', dictionary: null },
    ...[...new Set([ofWhisper, ofKokoro])].map((python) => ({
      name: 'var/speech',
      python,
      packages: ['faster-whisper', 'ctranslate2', 'kokoro-onnx', 'onnxruntime', 'misaki', DICTIONARY],
      needs: [...(ofWhisper === python ? whisper : []), ...(ofKokoro === python ? [kokoro] : [])],
      mend: 'npm run setup:local',
      dictionary: ofKokoro === python ? dictionaryFor(root, python) : null,
    })),
    {
      name: 'var/kokoro',
      python: null,
      packages: ['kokoro', 'kokoro-onnx', 'torch', 'misaki', DICTIONARY],
      needs: [],
      mend: KOKORO_TORCH,
      dictionary: KOKORO_TORCH,
    },
    {
      name: 'var/coqui',
      python: config.COQUI_PYTHON ?? null,
      packages: ['coqui-tts', 'torch', 'transformers'],
      needs: config.COQUI_TOS_AGREED === '1' ? [need('coqui', config.TTS, ['coqui-tts'])] : [],
      mend: XTTS,
      dictionary: null,
    },
    {
      name: 'var/musetalk',
      python: config.MUSETALK_PYTHON ?? null,
      packages: ['torch', 'diffusers'],
      needs: [],
      mend: 'node setup.mjs musetalk',
      dictionary: null,
    },
  ];
}

const dictionaryFor = (root: string, python: string | null): string =>
  python === null ? KOKORO : `${python} -m pip install ${requirementsOf(root, 'kokoro-english')}`;

const WHISPER_FILES = [/^config\.json$/, /^tokenizer\.json$/, /^vocabulary\.(json|txt)$/, /^model\.bin$/];
const KOKORO_FILES = [
  [/^voices-v1\.0\.bin$/, /\.onnx$/],
  [/^config\.json$/, /^voices\/.+\.pt$/, /\.pth$/],
];
const XTTS_FILES = [/^config\.json$/, /^vocab\.json$/, /^speakers_xtts\.pth$/, /^model\.pth$/];

export function weightsPlaces(root: string, config: Config): WeightsPlace[] {
  const dataDir = resolve(root, config.DATA_DIR);
  const models = join(dataDir, 'models');
  const whispers = join(models, 'whisper');
  const sizes = existsSync(whispers) ? readdirSync(whispers) : [];
  const [kokoro, coqui] = ['kokoro', 'coqui'].map((name) => localEngine(name, root, config)!) as [
    LocalEngine,
    LocalEngine,
  ];
  return [
    ...sizes.map((size) => ({
      name: `whisper/${size}`,
      place: join(whispers, size),
      whole: [WHISPER_FILES],
      mend: first(fetchWhisper(size)),
      isAsked: isAsked(config.STT, 'whisper') && size === whisperSize(config),
    })),
    {
      name: 'kokoro',
      place: resolve(root, config.KOKORO_MODEL ?? join(models, 'kokoro')),
      whole: KOKORO_FILES,
      mend: (damaged, names) =>
        mendWeights(names.some(isForTorch) ? { ...kokoro, fetch: KOKORO_TORCH } : kokoro, damaged),
      isAsked: isAsked(config.TTS, 'kokoro'),
    },
    {
      name: 'xtts',
      place: coquiModel({ root, model: config.COQUI_MODEL, dataDir }).folder,
      whole: [XTTS_FILES],
      mend: (damaged) => mendWeights(coqui, damaged),
      isAsked: isAsked(config.TTS, 'coqui'),
    },
    {
      name: 'musetalk',
      place: resolve(root, config.MUSETALK_MODELS_DIR ?? join(models, 'musetalk')),
      whole: [],
      mend: first('node setup.mjs musetalk fetch'),
      isAsked: isAsked(config.FACE, 'musetalk'),
    },
  ];
}

/** The graph for ONNX Runtime comes without a configuration. */
const isForTorch = (name: string): boolean => /(^config\.json|\.pth?)$/.test(name);

const first =
  (command: string) =>
  (damaged: string | null): string =>
    damaged === null ? command : `${removal(damaged)}; ${command}`;
