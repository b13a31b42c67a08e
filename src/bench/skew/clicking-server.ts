/**
 * Parley's own server around engines that click and flash. It is put together here, of the parts that main.ts has, and
 * not started with settings: no setting gives a voice whose every sample is known, and a face that is exact to the frame;
 * what stands in for vendors, and the drawn face, which smooths a mouth over several pictures, would be measured, too.
 * From the engines on everything is the real thing: reply, pairing, outlet, socket, page.
 */

import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { wholePictures } from '../../avatars/whole-picture.js';
import { noLimits } from '../../conversation/allowance.js';
import type { House, Presenter } from '../../conversation/house.js';
import { runSession } from '../../conversation/session.js';
import { INTERRUPTING } from '../../conversation/turn-rules.js';
import { ParleyError } from '../../errors.js';
import { packUrl } from '../../gateway/routes.js';
import { createMetrics, type Metrics } from '../../observe/metrics.js';
import { decodePack } from '../../protocol/pack.js';
import { buildServer, type ServerParts } from '../../server.js';
import { clickingVoice, flashingFace, VOICE, wordyModel } from './clicking-engines.js';
import { type FlashingAvatar, flashingAvatar } from './flashing-avatar.js';

export interface ClickingServer {
  readonly http: string;
  /** Clicks that its voice has spoken so far. */
  readonly clicks: () => number;
  close(): Promise<void>;
}

export interface ClickingOptions {
  /** The package's folder, and its version. */
  readonly root: string;
  readonly version: string;
  /** What one answer lasts. */
  readonly seconds: number;
  readonly random: () => number;
  readonly log: Logger;
}

const STANDBY = { apology: null, brokenOff: null, tooLong: null, voiceLost: null, farewell: null, fillers: [] };

export async function startClickingServer(options: ClickingOptions): Promise<ClickingServer> {
  const stop = new AbortController();
  const metrics = createMetrics();
  const flashing = flashingAvatar();
  let clicks = 0;
  const house = houseOf(flashing, options, metrics, (count) => {
    clicks += count;
  });
  const app = await buildServer(partsOf(flashing, house, options, metrics, stop.signal));
  await app.listen({ host: '127.0.0.1', port: 0, listenTextResolver: () => 'listening' });
  return {
    http: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    clicks: () => clicks,
    close: async () => {
      stop.abort(new ParleyError('shutting_down'));
      await app.close();
    },
  };
}

function houseOf(
  flashing: FlashingAvatar,
  { seconds, random, log }: ClickingOptions,
  { observer }: Metrics,
  onClicks: (count: number) => void,
): House {
  const presenter = presenterOf(flashing, log);
  return {
    engines: { llm: wordyModel, tts: clickingVoice({ seconds, random }, onClicks), face: flashingFace, observer },
    hearing: null,
    voices: [VOICE],
    language: 'en',
    presenter,
    presenters: new Map([[flashing.avatar.id, presenter]]),
    standby: STANDBY,
    interrupting: INTERRUPTING,
    fillerAfterMs: null,
    speculation: 'off',
    limits: noLimits,
    log,
    now: () => performance.now(),
  };
}

function presenterOf({ avatar, pack }: FlashingAvatar, log: Logger): Presenter {
  const { id, name, width, height, frames, hash } = avatar;
  const announced = { url: packUrl(id, hash), bytes: pack.byteLength, sha256: hash };
  return {
    id,
    instructions: '',
    voice: VOICE,
    otherVoices: [],
    face: {
      avatar,
      announcement: { id, name, pack: announced, width, height, fps: 25, frames },
      pictures: wholePictures(decodePack(pack).pictures, log),
    },
  };
}

function partsOf(
  { avatar, pack }: FlashingAvatar,
  house: House,
  { root, version, log }: ClickingOptions,
  metrics: Metrics,
  stopping: AbortSignal,
): ServerParts {
  const { id, name, hash } = avatar;
  return {
    log,
    access: { allowedOrigins: [], allowedHosts: () => [] },
    token: null,
    tls: null,
    realtime: {
      openSession: (caller) => metrics.during(runSession(caller, house)),
      admission: { maxSessions: 2, overload: () => null, onRefused: () => {} },
      avatars: new Set([id]),
      log,
      now: house.now,
      stopping,
    },
    previewSession: () => {
      throw new ParleyError('not_found');
    },
    routes: {
      about: () => ({
        ...{ name: 'Parley', version, engines: [], avatar: id, voices: [] },
        persona: { id: 'flash', name, description: 'Clicks and flashes.', suggestions: [] },
      }),
      avatars: () => [{ id, name, pack: { url: packUrl(id, hash), bytes: pack }, isGone: false }],
      troubles: () => [],
      services: () => [],
      metrics,
    },
    making: null,
    page: join(root, 'dist/web'),
  };
}
