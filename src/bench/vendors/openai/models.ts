/** The models that the simulated vendor has, and what each is for. */
import { invalid, noSuchModel } from './refusals.js';

/** `reasoning` models chat, too, and refuse some settings of the others; `whisper` knows more formats and no stream. */
type Kind = 'chat' | 'reasoning' | 'whisper' | 'transcription';

const MODELS: ReadonlyMap<string, Kind> = new Map([
  ['gpt-4o', 'chat'],
  ['gpt-4o-mini', 'chat'],
  ['gpt-4.1', 'chat'],
  ['gpt-4.1-mini', 'chat'],
  ['gpt-4.1-nano', 'chat'],
  ['gpt-5', 'reasoning'],
  ['gpt-5-mini', 'reasoning'],
  ['gpt-5-nano', 'reasoning'],
  ['o3', 'reasoning'],
  ['o3-mini', 'reasoning'],
  ['o4-mini', 'reasoning'],
  ['whisper-1', 'whisper'],
  ['gpt-4o-transcribe', 'transcription'],
  ['gpt-4o-mini-transcribe', 'transcription'],
]);

/** The first second of 2025: what a simulation was made then is all the same. */
const CREATED = 1_735_689_600;

const described = (id: string) => ({ id, object: 'model', created: CREATED, owned_by: 'system' });

export function modelList() {
  return { object: 'list', data: [...MODELS.keys()].map(described) };
}

export function modelNamed(id: string) {
  if (!MODELS.has(id)) throw invalid(`The model '${id}' does not exist`, 'model', 'model_not_found', 404);
  return described(id);
}

export function chatKind(model: string): 'chat' | 'reasoning' {
  const kind = MODELS.get(model);
  if (kind === 'chat' || kind === 'reasoning') return kind;
  if (kind === undefined) throw noSuchModel(model);
  throw invalid(
    'This is not a chat model and thus not supported in the v1/chat/completions endpoint.',
    'model',
    null,
    404,
  );
}

export function transcriptionKind(model: string): 'whisper' | 'transcription' {
  const kind = MODELS.get(model);
  if (kind === 'whisper' || kind === 'transcription') return kind;
  if (kind === undefined) throw noSuchModel(model);
  throw invalid(`The model \`${model}\` cannot be used for transcriptions.`, 'model', null, 404);
}
