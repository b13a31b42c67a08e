/** What all sessions have in common, out of the settings, the persona, the engines and the avatars that were found. */
import type { Logger } from 'pino';
import type { Catalogue } from './avatars/catalogue.js';
import type { AvatarEntry } from './avatars/read-avatar.js';
import { wholePictures } from './avatars/whole-picture.js';
import type { Config } from './config.js';
import type { House, PresentedFace, Presenter } from './conversation/house.js';
import { phrasesOf } from './conversation/phrases-of.js';
import type { ChosenEngines } from './engines/choose.js';
import { ParleyError } from './errors.js';
import { packUrl } from './gateway/routes.js';
import type { Persona } from './persona.js';
import { presentedBy, presenterName } from './persona-presenters.js';
import { standbyOf } from './persona-standby.js';
import { decodePack } from './protocol/pack.js';

export interface HouseParts {
  readonly config: Config;
  readonly persona: Persona;
  readonly engines: ChosenEngines;
  readonly catalogue: Catalogue;
  readonly log: Logger;
}

/** Who comes into the catalogue from now on can be asked for, and who goes no more. */
export function openHouse(parts: HouseParts): House {
  const { config, persona, engines, catalogue, log } = parts;
  const avatars = catalogue.list().map(({ avatar }) => avatar.id);
  const chosen = avatarOf(config, persona, avatars);
  // A slip in VOICE is told before anybody calls.
  const { VOICE } = config;
  if (VOICE !== undefined && voiceOf(config, engines, []) !== VOICE) {
    log.warn(`VOICE="${VOICE}" is none of the voices that are known: ${voicesOf(engines).join(', ')}`);
  }
  if (standbyOf(persona).apology === null) {
    log.warn(`personas/${persona.id}.json has no standby lines: when nobody can answer, nothing is said`);
  }
  if (chosen === null && engines.face !== null) {
    const detail = 'No avatar has been drawn yet. Run `npm start`, which draws it, or set FACE=none.';
    throw new ParleyError('bad_settings', detail);
  }
  for (const slip of strangers(parts)) log.warn(`personas/${persona.id}.json names ${slip}`);
  const presenters = livePresenters(parts);
  // Whoever connects and names nobody would meet nobody.
  if (chosen !== null) catalogue.hold(chosen);
  const nobody = presenterOf(parts, null);
  return {
    engines,
    hearing: engines.stt === null ? null : { vad: engines.vad, stt: engines.stt, endOfTurn: engines.endOfTurn },
    get voices() {
      return voicesOf(engines);
    },
    mayHaveVoice: (id) => engines.tts?.mayHave?.(id) ?? false,
    get presenter() {
      return presenters.get(chosen ?? '') ?? nobody;
    },
    presenters,
    language: persona.language,
    standby: standbyOf(persona),
    speculation: config.SPECULATION,
    interrupting: { thinkingMs: config.INTERRUPT_THINKING * 1000, speakingMs: config.INTERRUPT_SPEAKING * 1000 },
    fillerAfterMs: config.FILLER_AFTER === 0 ? null : config.FILLER_AFTER * 1000,
    limits: {
      turns: config.SESSION_MAX_TURNS ?? null,
      minutes: config.SESSION_MAX_MINUTES ?? null,
      characters: config.SESSION_MAX_CHARACTERS ?? null,
      tokens: config.SESSION_MAX_TOKENS ?? null,
    },
    log,
    now: () => performance.now(),
  };
}

function livePresenters(parts: HouseParts): ReadonlyMap<string, Presenter> {
  const { engines, catalogue, log } = parts;
  const presenters = new Map<string, Presenter>();
  const come = (entry: AvatarEntry) => {
    const { id } = entry.avatar;
    presenters.set(id, presenterOf(parts, entry));
    // Without any face engine that is no surprise.
    if (engines.face?.animates(entry.avatar) === false) {
      log.warn(`no engine here can move the mouth of the avatar ${id}: callers see its idle loop while it speaks`);
    }
  };
  for (const entry of catalogue.list()) come(entry);
  catalogue.heed({
    come,
    gone: (id) => void presenters.delete(id),
    damaged: (error) => log.warn(`not taken up, and left as it was: ${error.message}`),
  });
  return presenters;
}

/** What a voice should have by heart: whatever is said when nobody can answer, and how the persona says hello. */
export function linesByHeart(persona: Persona): { readonly phrases: string[]; readonly voiceLost: string[] } {
  const { apology, voiceLost, farewell, fillers } = standbyOf(persona);
  const greetings = persona.greeting.filter((line) => !/[{}]/.test(line));
  const lines = [apology, voiceLost, farewell, ...fillers, ...greetings].filter((line) => line !== null);
  return { phrases: [...new Set(lines.flatMap(phrasesOf))], voiceLost: voiceLost === null ? [] : phrasesOf(voiceLost) };
}

const voicesOf = ({ tts }: ChosenEngines): string[] => tts?.voices.map((voice) => voice.id) ?? [];

function presenterOf({ config, persona, engines, log }: HouseParts, entry: AvatarEntry | null): Presenter {
  const id = entry?.avatar.id ?? null;
  const { instructions, voice } = presentedBy(persona, id);
  const preferred = listed(voice);
  return {
    id,
    instructions,
    // A vendor that was not there at the start tells its voices later.
    get voice() {
      return voiceOf(config, engines, preferred);
    },
    otherVoices: preferred,
    face: entry === null || engines.face === null ? null : faceOf(entry, presenterName(persona, entry.avatar), log),
  };
}

/**
 * The operator's voice may be anybody's; those that a persona prefers may be those of an engine that only stands behind
 * another one, so that only the first engine's count. A vendor may have voices that it does not tell of.
 */
function voiceOf({ VOICE, ELEVENLABS_API_KEY }: Config, { tts }: ChosenEngines, preferred: readonly string[]): string {
  const voices = tts?.voices ?? [];
  const all = voices.map(({ id }) => id);
  if (VOICE !== undefined && all.includes(VOICE)) return VOICE;
  if (VOICE !== undefined && ELEVENLABS_API_KEY === undefined) throw noSuch('VOICE', VOICE, all);
  const first = voices.filter(({ engine }) => engine === voices[0]?.engine).map(({ id }) => id);
  return preferred.find((id) => first.includes(id) || tts?.mayHave?.(id)) ?? first[0] ?? 'none';
}

function faceOf({ avatar, pack, info }: AvatarEntry, name: string, log: Logger): PresentedFace {
  return {
    avatar,
    announcement: {
      id: avatar.id,
      name,
      pack: { url: packUrl(avatar.id, avatar.hash), bytes: pack.byteLength, sha256: avatar.hash },
      width: avatar.width,
      height: avatar.height,
      fps: info.fps,
      frames: avatar.frames,
    },
    pictures: wholePictures(decodePack(pack).pictures, log),
  };
}

/** What the persona names and this server has not. No mistake: it may have been written for another server. */
function strangers({ persona, engines, catalogue }: HouseParts): string[] {
  const avatars = catalogue.list().map(({ avatar }) => avatar.id);
  const { presenters } = persona;
  const unknown = (what: string, wanted: readonly (readonly string[])[], known: readonly string[]) =>
    wanted
      .filter((ids) => ids.length > 0 && known.length > 0 && !ids.some((id) => known.includes(id)))
      .map((ids) => `the ${what} "${ids.join('" or "')}", which is not here: ${known.join(', ')}`);
  return [
    ...unknown('avatar', [...listed(persona.avatar), ...Object.keys(presenters)].map(listed), avatars),
    ...unknown(
      'voice',
      [persona, ...Object.values(presenters)].map(({ voice }) => listed(voice)),
      voicesOf(engines),
    ),
  ];
}

const listed = (ids: string | readonly string[] | undefined): readonly string[] =>
  ids === undefined ? [] : typeof ids === 'string' ? [ids] : ids;

/** What the operator named, else what the persona prefers, else the first. Only the operator's slip is an error. */
function avatarOf({ AVATAR }: Config, { avatar }: Persona, known: readonly string[]): string | null {
  if (AVATAR !== undefined && !known.includes(AVATAR)) throw noSuch('AVATAR', AVATAR, known);
  if (AVATAR !== undefined) return AVATAR;
  return avatar !== undefined && known.includes(avatar) ? avatar : (known[0] ?? null);
}

const noSuch = (variable: string, wanted: string, known: readonly string[]) =>
  new ParleyError('bad_settings', `${variable}="${wanted}" is not one of: ${known.join(', ') || 'none there are'}.`);
