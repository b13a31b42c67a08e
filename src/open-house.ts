/** What all sessions have in common, out of the settings, the persona, the engines and the avatars that were found. */
import type { Logger } from 'pino';
import type { AvatarEntry, Catalogue } from './avatars/catalogue.js';
import { wholePictures } from './avatars/whole-picture.js';
import type { Config } from './config.js';
import type { House, PresentedFace, Presenter } from './conversation/house.js';
import type { ChosenEngines } from './engines/choose.js';
import { ParleyError } from './errors.js';
import { packUrl } from './gateway/routes.js';
import type { Persona } from './persona.js';
import { presentedBy, presenterName } from './persona-presenters.js';
import { decodePack } from './protocol/pack.js';

export interface HouseParts {
  readonly config: Config;
  readonly persona: Persona;
  readonly engines: ChosenEngines;
  readonly catalogue: Catalogue;
  readonly log: Logger;
}

export function openHouse(parts: HouseParts): House {
  const { config, persona, engines, catalogue, log } = parts;
  const avatars = catalogue.list().map(({ avatar }) => avatar.id);
  const chosen = pick('AVATAR', config.AVATAR, persona.avatar, avatars);
  if (chosen === null && engines.face !== null) {
    const detail = 'No avatar has been drawn yet. Run `npm start`, which draws it, or set FACE=none.';
    throw new ParleyError('bad_settings', detail);
  }
  for (const slip of strangers(parts)) log.warn(`personas/${persona.id}.json names ${slip}`);
  const presenters = new Map(catalogue.list().map((entry) => [entry.avatar.id, presenterOf(parts, entry)]));
  return {
    engines,
    hearing: engines.stt === null ? null : { vad: engines.vad, stt: engines.stt },
    voices: voicesOf(engines),
    presenter: presenters.get(chosen ?? '') ?? presenterOf(parts, null),
    presenters,
    log,
    now: () => performance.now(),
  };
}

const voicesOf = ({ tts }: ChosenEngines): string[] => tts?.voices.map((voice) => voice.id) ?? [];

function presenterOf({ config, persona, engines, log }: HouseParts, entry: AvatarEntry | null): Presenter {
  const id = entry?.avatar.id ?? null;
  const { instructions, voice } = presentedBy(persona, id);
  return {
    id,
    instructions,
    voice: pick('VOICE', config.VOICE, voice, voicesOf(engines)) ?? 'none',
    face: entry === null || engines.face === null ? null : faceOf(entry, presenterName(persona, entry.avatar), log),
  };
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
  const voices = voicesOf(engines);
  const { presenters } = persona;
  const wantedVoices = [persona.voice, ...Object.values(presenters).map(({ voice }) => voice)];
  const unknown = (what: string, wanted: readonly (string | undefined)[], known: readonly string[]) =>
    wanted
      .filter((id) => id !== undefined && known.length > 0 && !known.includes(id))
      .map((id) => `the ${what} "${id}", which is not here: ${known.join(', ')}`);
  return [
    ...unknown('avatar', [persona.avatar, ...Object.keys(presenters)], avatars),
    ...unknown('voice', wantedVoices, voices),
  ];
}

/** What the operator named, else what the persona prefers, else the first. Only the operator's slip is an error. */
function pick(
  variable: string,
  wanted: string | undefined,
  preferred: string | undefined,
  known: readonly string[],
): string | null {
  if (wanted !== undefined && !known.includes(wanted)) {
    throw new ParleyError(
      'bad_settings',
      `${variable}="${wanted}" is not one of: ${known.join(', ') || 'none there are'}.`,
    );
  }
  if (wanted !== undefined) return wanted;
  if (preferred !== undefined && known.includes(preferred)) return preferred;
  return known[0] ?? null;
}
