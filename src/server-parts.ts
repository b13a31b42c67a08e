/** What the web application is built from, out of everything that was made before it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FormerPack } from './avatars/shelf.js';
import type { House } from './conversation/house.js';
import { runSession } from './conversation/session.js';
import { firstSettings } from './conversation/settings.js';
import type { Choice } from './engines/choose.js';
import { facePlaces } from './face-places.js';
import type { Overload } from './gateway/admission.js';
import type { AvatarMaking } from './gateway/avatar-jobs.js';
import type { KeptCertificate } from './gateway/certificate.js';
import type { Entrance } from './gateway/entrance.js';
import { type About, packUrl, type ServedAvatar } from './gateway/routes.js';
import type { Crowding } from './observe/crowding.js';
import type { Headroom } from './observe/headroom.js';
import type { Lateness } from './observe/lateness.js';
import type { Metrics } from './observe/metrics.js';
import type { HouseParts } from './open-house.js';
import type { OpenVoices } from './open-voices.js';
import { presentedBy, presenterName } from './persona-presenters.js';
import type { ServerParts } from './server.js';
import type { Learning } from './standby-voices.js';
import type { VoiceStore } from './voices/store.js';

/** Of the last seconds: more, and it is no accident. */
const MOST_LATE = 0.2;
/** Of the last answers. */
const MOST_CROWDED = 1 / 3;

export interface ServerMaterial extends HouseParts {
  /** The package's own folder, and its version. */
  readonly root: string;
  readonly version: string;
  readonly choice: Choice;
  readonly house: House;
  readonly learning: Learning;
  readonly entrance: Entrance;
  readonly certificate: KeptCertificate;
  readonly stopping: AbortSignal;
  readonly metrics: Metrics;
  readonly lateness: Lateness;
  readonly headroom: Headroom;
  readonly crowding: Crowding;
  readonly making: AvatarMaking;
  readonly voices: VoiceStore;
  readonly voiceMaking: OpenVoices;
}

export function serverParts(made: ServerMaterial): ServerParts {
  const { config, house, log, entrance, certificate, choice, learning, metrics } = made;
  const page = join(made.root, 'dist/web');
  const admit = facePlaces(config.MUSETALK_WHEN_FULL, house, () => metrics.refused('face'));
  return {
    log,
    access: {
      allowedOrigins: config.ALLOWED_ORIGINS,
      // No page can pretend to be at a name for which only this server has the key.
      allowedHosts: () => [...config.ALLOWED_HOSTS, ...(certificate.now()?.names ?? [])],
    },
    token: entrance.token,
    tls: certificate.now()?.pair ?? null,
    realtime: {
      openSession: (caller) => made.headroom.during(admit(caller, () => metrics.during(runSession(caller, house)))),
      admission: {
        maxSessions: config.MAX_SESSIONS,
        overload: () => overload(made),
        onRefused: metrics.refused,
      },
      avatars: {
        has: (id) => house.presenters.has(id),
        keys: () => house.presenters.keys(),
        look: made.catalogue.look,
      },
      log,
      now: house.now,
      stopping: made.stopping,
    },
    previewSession: (update) => firstSettings(house, 'parley', update),
    routes: {
      about: () => about(made),
      voiceMakers: () => made.voiceMaking.makers(),
      avatars: () => servedAvatars(made),
      lookForAvatars: made.catalogue.look,
      troubles: () => [...choice.troubles(), ...(learning.trouble === null ? [] : [learning.trouble])],
      services: choice.states,
      metrics,
    },
    making: made.making,
    voices: made.voiceMaking,
    page: existsSync(page) ? page : null,
  };
}

function overload({ config, lateness, headroom, crowding }: ServerMaterial): Overload | null {
  if (lateness.share(config.MAX_LOOP_LAG) > MOST_LATE) return 'late';
  if (100 * headroom.busyWithOneMore() > config.MAX_LOOP_BUSY) return 'busy';
  return crowding.share(config.MAX_SPEECH_WAIT) > MOST_CROWDED ? 'crowded' : null;
}

/** As it is now: engines come and go. */
function about({ version, persona, house, choice, engines, voices }: ServerMaterial): About {
  return {
    name: 'Parley',
    version,
    persona: {
      id: persona.id,
      name: presentedBy(persona, house.presenter.id).name,
      description: persona.description,
      suggestions: persona.suggestions,
    },
    engines: choice.rows(),
    avatar: house.presenter.face?.avatar.id ?? null,
    voices: (engines.tts?.voices ?? []).map((voice) => {
      const learnt = voices.get(voice.id);
      return learnt === undefined
        ? { ...voice, kind: 'built_in' }
        : { ...voice, kind: 'learnt', created: learnt.created };
    }),
  };
}

const servedAvatars = ({ catalogue, persona }: ServerMaterial): ServedAvatar[] => {
  const served = ({ avatar, pack }: FormerPack, isGone: boolean) => ({
    id: avatar.id,
    name: presenterName(persona, avatar),
    pack: { url: packUrl(avatar.id, avatar.hash), bytes: pack },
    isGone,
  });
  return [
    ...catalogue.list().map((entry) => served(entry, false)),
    ...catalogue.former().map((former) => served(former, true)),
  ];
};
