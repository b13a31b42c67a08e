/** What the visitor hears and sees of the replies: sound and face, steered by the server, and the reports on both. */
import type { ClientEvent } from '../../src/protocol/client-events.js';
import type { Media } from '../../src/protocol/media.js';
import type { Pack } from '../../src/protocol/pack.js';
import type { ServerEvent } from '../../src/protocol/server-events.js';
import type { Heard } from './audible.js';
import type { ConversationCounters } from './counters.js';
import { openFace } from './face.js';
import { SAMPLES_PER_PICTURE } from './phase.js';
import { isReportDue, type Reported } from './playback-report.js';
import type { SoundError } from './player.js';
import type { PlayoutCommand, PlayState, Position } from './playout.js';
import { type Timings, turnClock } from './turn-clock.js';
import { type Voice, voice } from './voice.js';

export interface PlaybackHooks {
  send(event: ClientEvent): void;
  onHeard(heard: Heard): void;
  onTimings(timings: Timings): void;
  /** `wasAudible`: it came in the middle of an answer, of which nobody hears the rest. */
  onProblem(problem: SoundError, wasAudible: boolean): void;
}

export interface Playback {
  readonly sound: Pick<Voice, 'open' | 'isOpen' | 'mayYetOpen' | 'setVolume'>;
  readonly play: PlayState;
  /** Something of the present answer was heard. */
  readonly hasSounded: boolean;
  readonly isAudible: boolean;
  show(pack: Pack): void;
  /** Another face is coming: this one says nothing more. */
  hide(): void;
  media(media: Media): void;
  /** What the server says about sound and picture. `isTakenBack`: the visitor does not want what it announces. */
  steer(event: ServerEvent, isTakenBack: boolean): void;
  /** Silent at once, without waiting for the server to say so. */
  hush(): void;
  /** Back to the idle loop. */
  rest(): void;
  /** A new session counts its replies from the start. */
  restart(): void;
  /** The last report, also at a moment when nothing plays: the server learns where in its loop the face is. */
  reportAgain(): void;
  readonly counters: ConversationCounters;
}

export function openPlayback(canvas: HTMLCanvasElement, hooks: PlaybackHooks, signal: AbortSignal): Playback {
  let play: PlayState = 'idle';
  let hasSounded = false;
  let current = -1;
  let reported: Reported | undefined;
  const sound = voice({ onPosition, onProblem });
  const face = openFace(canvas, sound.heard);
  const clock = turnClock(() => performance.now(), hooks.onTimings);
  signal.addEventListener('abort', () => {
    sound.close();
    face.close();
  });

  const shown = () => (face.mouth === null ? null : face.mouth * SAMPLES_PER_PICTURE);
  const isSeen = (response: number) => face.mouth !== null || (reported?.response === response && reported.isSeen);
  const isAudible = () => play === 'playing' || play === 'buffering' || play === 'paused';

  function report({ response, played, state }: Omit<Reported, 'isSeen'>): void {
    reported = { response, played, state, isSeen: isSeen(response) };
    const av_skew = face.takeSkew();
    hooks.send({
      ...{ type: 'avatar.playback', response, played, state, base: face.base(), shown: shown() },
      ...(av_skew === null ? {} : { av_skew }),
    });
  }

  function onPosition(position: Position): void {
    play = position.state;
    hasSounded = position.played > 0;
    if (isReportDue(reported, { ...position, isSeen: isSeen(position.response) })) report(position);
    const heard = sound.heard();
    clock.follow(heard, face.seenAt);
    hooks.onHeard(heard);
  }

  function onProblem(problem: SoundError): void {
    const wasAudible = isAudible();
    play = 'idle';
    if (wasAudible) face.rest();
    hooks.onProblem(problem, wasAudible);
  }

  function begin(response: number, base: number, isTakenBack: boolean): void {
    current = response;
    sound.command({ kind: 'begin', response });
    // It was on its way while the visitor stopped or went on. Flushed, it takes no sound and answers the server.
    if (isTakenBack) sound.command({ kind: 'flush', response });
    else face.begin(response, base);
  }

  return {
    sound,
    get play() {
      return play;
    },
    get hasSounded() {
      return hasSounded;
    },
    get isAudible() {
      return isAudible();
    },
    show: face.show,
    hide: face.hide,
    media(media) {
      if (media.kind === 'patch') face.patch(media);
      if (media.kind !== 'audio') return;
      // The wire is little endian, as is every machine that a browser runs on.
      const samples = new Int16Array(media.pcm.slice().buffer);
      sound.command({ kind: 'audio', response: media.response, position: media.position, samples });
    },
    steer(event, isTakenBack) {
      clock.receive(event);
      if (!sound.isOpen) return;
      if (event.type === 'avatar.response') begin(event.response, event.base, isTakenBack);
      const command = commandOf(event);
      if (command !== undefined) sound.command(command);
    },
    hush: () => sound.command({ kind: 'flush', response: current }),
    rest: face.rest,
    restart() {
      current = -1;
      reported = undefined;
      clock.reset();
      sound.command({ kind: 'reset' });
    },
    reportAgain: () => report(reported ?? { response: 0, played: 0, state: 'idle' }),
    get counters() {
      const { counters, mouth } = face;
      const { samples: heard } = sound.heard();
      return { ...counters, underruns: sound.underruns, play, heard, level: sound.level(), base: face.base(), mouth };
    },
  };
}

/** What a server event means for the sound, if it means anything. */
function commandOf(event: ServerEvent): PlayoutCommand | undefined {
  switch (event.type) {
    case 'avatar.end':
      return { kind: 'end', response: event.response, position: event.position };
    case 'avatar.resume':
      return { kind: 'resume', response: event.response, position: event.position };
    case 'avatar.pause':
      return { kind: 'pause', response: event.response };
    case 'avatar.flush':
      return { kind: 'flush', response: event.response };
    default:
      return undefined;
  }
}
