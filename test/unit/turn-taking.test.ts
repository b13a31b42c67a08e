import { describe, expect, it } from 'vitest';
import type { Words } from '../../src/conversation/completeness.js';
import type { Hush } from '../../src/conversation/hush.js';
import { quiet, type Turn } from '../../src/conversation/turn.js';
import type { AvatarActivity, TurnAction } from '../../src/conversation/turn-events.js';
import { INTERRUPTING, type Interrupting, turnRules } from '../../src/conversation/turn-rules.js';
import { step } from '../../src/conversation/turn-taking.js';
import type { TurnDetection } from '../../src/protocol/session.js';

const FRAME_MS = 32;
const SEMANTIC: TurnDetection = {
  type: 'semantic_vad',
  eagerness: 'auto',
  create_response: true,
  interrupt_response: true,
};
const SERVER: TurnDetection = {
  type: 'server_vad',
  threshold: 0.5,
  prefix_padding_ms: 300,
  silence_duration_ms: 500,
  create_response: true,
  interrupt_response: true,
  idle_timeout_ms: null,
};

/** A turn machine that is fed in milliseconds and tells when it did what. */
function machine(
  detection: TurnDetection = SEMANTIC,
  speculates = false,
  holds = true,
  interrupting: Interrupting = INTERRUPTING,
) {
  let rules = turnRules(detection, { speculates, holds, interrupting });
  let turn: Turn = quiet;
  let at = 0;
  let avatar: AvatarActivity = 'silent';
  const done: { at: number; action: TurnAction }[] = [];
  const take = (event: Parameters<typeof step>[1]) => {
    const next = step(turn, event, rules);
    turn = next.turn;
    for (const action of next.actions) done.push({ at, action });
  };
  const frames = (ms: number, speech: number, hush: Hush = 'none') => {
    for (const until = at + ms; at + FRAME_MS <= until; ) {
      at += FRAME_MS;
      take({ kind: 'frame', end: at * 16, speech, hush, avatar });
    }
  };
  return {
    speak: (ms: number) => frames(ms, 0.9),
    rest: (ms: number) => frames(ms, 0.02, 'lasts'),
    murmur: (ms: number, speech: number) => frames(ms, speech),
    /** The detector hears the voice yet, and nothing is left of it. */
    hush: (ms: number, hush: Hush = 'lasts') => frames(ms, 0.9, hush),
    /** The detector hears no voice, and something sounds. */
    rustle: (ms: number) => frames(ms, 0.1, 'none'),
    nothing(ms: number) {
      at += ms;
      take({ kind: 'gap', end: at * 16, length: ms * 16, avatar });
    },
    overhear: (words: Words) => take({ kind: 'overheard', end: at * 16, words, avatar }),
    words: (words: Words, attempt = 1) => take({ kind: 'words', end: at * 16, attempt, words, avatar }),
    judged: (over: number, attempt = 1) => take({ kind: 'judged', end: at * 16, attempt, over, avatar }),
    change: (next: TurnDetection) => {
      rules = turnRules(next, { speculates, holds, interrupting });
    },
    avatar: (activity: AvatarActivity) => {
      avatar = activity;
    },
    kinds: () => done.map(({ action }) => action.kind),
    when: (kind: TurnAction['kind']) => done.filter(({ action }) => action.kind === kind).map((entry) => entry.at),
    find: <Kind extends TurnAction['kind']>(kind: Kind) =>
      done.find(({ action }) => action.kind === kind)?.action as Extract<TurnAction, { kind: Kind }>,
    turn: () => turn,
    now: () => at,
  };
}

describe('a turn of the caller', () => {
  it('R20 begins with 64 ms of speech, and from its first sample', () => {
    const turns = machine();
    turns.rest(320);
    turns.speak(96);
    expect(turns.kinds()).toEqual(['open', 'started']);
    expect(turns.when('started')).toEqual([320 + 64]);
    expect(turns.find('open').from).toBe(320 * 16);
  });

  it('R20 is not begun by a click', () => {
    const turns = machine();
    turns.speak(32);
    turns.rest(64);
    turns.speak(32);
    turns.rest(640);
    expect(turns.kinds()).toEqual([]);
  });

  it('lasts as long as the probability stays above the lower threshold', () => {
    const turns = machine();
    turns.speak(320);
    turns.murmur(3200, 0.36);
    expect(turns.kinds()).toEqual(['open', 'started']);
    turns.murmur(128, 0.34);
    expect(turns.kinds()).toEqual(['open', 'started', 'ask']);
  });

  it('R21 ends 280 ms after words that look whole', () => {
    const turns = machine();
    turns.speak(640);
    turns.rest(128);
    turns.words('complete');
    turns.rest(640);
    expect(turns.kinds()).toEqual(['open', 'started', 'ask', 'stop']);
    expect(turns.when('ask')).toEqual([640 + 96]);
    expect(turns.when('stop')).toEqual([640 + 288]);
    expect(turns.find('stop')).toMatchObject({ lastVoiced: 640 * 16, voiced: 640 * 16 });
  });

  it('R21 ends at once when the words come late and the pause has been long enough', () => {
    const turns = machine();
    turns.speak(640);
    turns.rest(512);
    expect(turns.kinds()).not.toContain('stop');
    turns.words('complete');
    expect(turns.when('stop')).toEqual([640 + 512]);
  });

  it.each([
    ['incomplete', 1200],
    ['unclear', 800],
    ['none', 800],
    ['backchannel', 280],
  ] as const)('R21 after words that are %s waits %i ms', (words, ms) => {
    const turns = machine();
    turns.speak(640);
    turns.rest(128);
    turns.words(words);
    turns.rest(3200);
    expect(turns.when('stop')[0]! - 640).toBe(Math.ceil(ms / FRAME_MS) * FRAME_MS);
  });

  it('R21 waits for a transcript 700 ms', () => {
    const turns = machine();
    turns.speak(640);
    turns.rest(3200);
    expect(turns.when('stop')[0]! - 640).toBe(704);
  });

  it.each([
    ['high', 200],
    ['low', 600],
  ] as const)('R21 with eagerness %s ends after %i ms', (eagerness, ms) => {
    const turns = machine({ ...SEMANTIC, eagerness });
    turns.speak(640);
    turns.rest(128);
    turns.words('complete');
    turns.rest(3200);
    expect(turns.when('stop')[0]! - 640).toBe(Math.ceil(ms / FRAME_MS) * FRAME_MS);
  });

  it('R22 goes on over a pause: what was understood so far is thrown away', () => {
    const turns = machine();
    turns.speak(640);
    turns.rest(224);
    turns.words('complete');
    turns.speak(640);
    expect(turns.kinds()).toEqual(['open', 'started', 'ask', 'go_on']);
    turns.words('complete', 1);
    turns.rest(224);
    expect(turns.kinds()).toEqual(['open', 'started', 'ask', 'go_on', 'ask']);
    turns.words('complete', 1);
    turns.rest(96);
    expect(turns.kinds()).not.toContain('stop');
    turns.words('complete', 2);
    expect(turns.kinds().at(-1)).toBe('stop');
  });

  it('R22 a click in the pause does not make it go on', () => {
    const turns = machine();
    turns.speak(640);
    turns.rest(128);
    turns.speak(32);
    turns.rest(64);
    turns.words('complete');
    turns.rest(96);
    expect(turns.kinds()).toEqual(['open', 'started', 'ask', 'stop']);
  });

  it('asks the recogniser in three pauses, then hears on and is as patient as with half a sentence', () => {
    const turns = machine();
    for (let pause = 0; pause < 6; pause += 1) {
      turns.speak(640);
      turns.rest(224);
    }
    turns.speak(320);
    const asked = (kind: string) => turns.kinds().filter((one) => one === kind).length;
    expect([asked('ask'), asked('go_on')]).toEqual([3, 3]);
    const end = turns.now();
    turns.rest(3200);
    expect(turns.when('stop')[0]! - end).toBe(1216);
  });

  it('R23 server_vad waits exactly its silence_duration_ms, whatever the words are', () => {
    const turns = machine(SERVER);
    turns.speak(640);
    turns.rest(128);
    turns.words('complete');
    turns.rest(3200);
    expect(turns.when('stop')[0]! - 640).toBe(512);
  });

  it('R23 server_vad honours its threshold', () => {
    const turns = machine({ ...SERVER, threshold: 0.95 });
    turns.speak(640);
    expect(turns.kinds()).toEqual([]);
    const keen = machine({ ...SERVER, threshold: 0.1 });
    keen.murmur(640, 0.12);
    expect(keen.kinds()).toEqual(['open', 'started']);
  });

  it('R24 ends when no audio comes any more', () => {
    const turns = machine();
    turns.speak(640);
    turns.nothing(300);
    turns.words('complete');
    expect(turns.kinds()).toEqual(['open', 'started', 'ask']);
    turns.nothing(500);
    expect(turns.kinds()).toEqual(['open', 'started', 'ask', 'stop']);
  });

  it('R24 is not cut in two by a stall of half a second', () => {
    const turns = machine();
    turns.speak(640);
    turns.nothing(500);
    turns.words('complete');
    turns.speak(320);
    expect(turns.kinds()).toEqual(['open', 'started', 'ask', 'go_on']);
  });

  it('R25 is cut after 60 s', () => {
    const turns = machine();
    turns.speak(61_000);
    expect(turns.when('stop')).toEqual([60_000]);
  });
});

describe('a turn over the avatar', () => {
  it('R26 cuts an avatar off after 500 ms of speech that cannot pause', () => {
    const turns = machine(SEMANTIC, false, false);
    turns.avatar('speaking');
    turns.speak(480);
    expect(turns.kinds()).toEqual(['open', 'pause']);
    turns.speak(32);
    expect(turns.kinds()).toEqual(['open', 'pause', 'started', 'interrupt']);
  });

  it('R26 pauses the avatar after 192 ms and cuts it off after 800 ms of speech', () => {
    const turns = machine();
    turns.avatar('speaking');
    turns.speak(160);
    expect(turns.kinds()).toEqual(['open']);
    turns.speak(32);
    expect(turns.kinds()).toEqual(['open', 'pause']);
    turns.speak(576);
    expect(turns.kinds()).toEqual(['open', 'pause']);
    turns.speak(32);
    expect(turns.kinds()).toEqual(['open', 'pause', 'started', 'interrupt']);
    expect(turns.when('interrupt')).toEqual([800]);
  });

  it.each(['speaking', 'speaking_early', 'thinking'] as const)(
    'R26 is cut off by a word while it is %s, before the caller has finished',
    (activity) => {
      const turns = machine();
      turns.avatar(activity);
      turns.speak(256);
      turns.overhear('none');
      expect(turns.kinds()).not.toContain('interrupt');
      turns.overhear('incomplete');
      expect(turns.kinds().slice(-2)).toEqual(['started', 'interrupt']);
      turns.overhear('complete');
      turns.speak(640);
      expect(turns.kinds().filter((kind) => kind === 'interrupt').length).toBe(1);
    },
  );

  it('R26 is cut off by a word that is overheard in a pause', () => {
    const turns = machine();
    turns.avatar('speaking_early');
    turns.speak(480);
    turns.rest(128);
    turns.overhear('complete');
    expect(turns.kinds()).toEqual(['open', 'ask', 'started', 'interrupt']);
  });

  it('R27 lets a listener take a second for its words, but not for others', () => {
    const turns = machine();
    turns.avatar('speaking');
    turns.speak(320);
    turns.overhear('backchannel');
    turns.speak(640);
    expect(turns.kinds()).toEqual(['open', 'pause']);
    turns.speak(64);
    expect(turns.kinds()).toEqual(['open', 'pause', 'started', 'interrupt']);
    const other = machine();
    other.avatar('speaking');
    other.speak(320);
    other.overhear('backchannel');
    other.overhear('unclear');
    other.speak(480);
    expect(other.when('interrupt')).toEqual([800]);
  });

  it('R26 is not cut off by several noises that together last as long as a word', () => {
    const turns = machine();
    turns.avatar('speaking');
    for (let tap = 0; tap < 8; tap += 1) {
      turns.speak(96);
      turns.rest(704);
    }
    expect(turns.kinds()).not.toContain('pause');
    expect(turns.kinds()).not.toContain('interrupt');
  });

  it('R30 is not cut off by a word if the session does not want interruptions', () => {
    const turns = machine({ ...SEMANTIC, interrupt_response: false });
    turns.avatar('speaking');
    turns.speak(320);
    turns.overhear('complete');
    expect(turns.kinds()).toEqual(['open', 'started']);
  });

  it('R26 cuts it off for one short word', () => {
    const turns = machine();
    turns.avatar('speaking');
    turns.speak(320);
    turns.rest(128);
    turns.words('complete');
    expect(turns.kinds()).toEqual(['open', 'pause', 'ask', 'started', 'interrupt']);
    turns.avatar('silent');
    turns.rest(320);
    expect(turns.kinds().at(-1)).toBe('stop');
  });

  it.each(['backchannel', 'unclear', 'none'] as const)('R27 goes on after a noise that is %s', (words) => {
    const turns = machine();
    turns.avatar('speaking');
    turns.speak(320);
    turns.rest(128);
    turns.words(words);
    expect(turns.kinds()).toEqual(['open', 'pause', 'ask', 'resume', 'drop']);
    expect(turns.turn()).toEqual(quiet);
  });

  it('R27 goes on 1.2 s after a noise that nobody could tell, and forgets it after 4 s', () => {
    const turns = machine();
    turns.avatar('speaking');
    turns.speak(320);
    turns.rest(2560);
    expect(turns.kinds()).toEqual(['open', 'pause', 'ask', 'resume']);
    expect(turns.when('resume')[0]! - 320).toBe(1216);
    turns.rest(2560);
    expect(turns.when('drop')[0]! - 320).toBe(4000);
  });

  it('R26 is cut off by a word that a busy recogniser finds late', () => {
    const turns = machine();
    turns.avatar('speaking');
    turns.speak(160);
    turns.rest(2560);
    turns.words('complete');
    expect(turns.kinds().slice(0, 4)).toEqual(['open', 'ask', 'started', 'interrupt']);
  });

  it('R27 resumes when the audio stops coming', () => {
    const turns = machine();
    turns.avatar('speaking');
    turns.speak(320);
    turns.nothing(300);
    turns.nothing(1500);
    expect(turns.kinds()).toEqual(['open', 'pause', 'ask', 'resume']);
  });

  it('R28 in the first seconds of the first answer only words cut it off', () => {
    const turns = machine();
    turns.avatar('speaking_early');
    turns.speak(3200);
    turns.rest(128);
    expect(turns.kinds()).toEqual(['open', 'ask']);
    turns.words('incomplete');
    expect(turns.kinds()).toEqual(['open', 'ask', 'started', 'interrupt']);
  });

  it('R29 takes an answer back that is still being thought about, but not for a cough', () => {
    const turns = machine();
    turns.avatar('thinking');
    turns.speak(320);
    turns.rest(128);
    turns.words('unclear');
    expect(turns.kinds()).toEqual(['open', 'ask', 'drop']);
    turns.speak(640);
    expect(turns.kinds().slice(3)).toEqual(['open', 'started', 'interrupt']);
  });

  it.each([
    ['thinks', 'thinking', true, { thinkingMs: 300, speakingMs: 5000 }, 320],
    ['thinks', 'thinking', true, { thinkingMs: 2000, speakingMs: 300 }, 2016],
    ['speaks', 'speaking', true, { thinkingMs: 5000, speakingMs: 1000 }, 1312],
    ['speaks and cannot hold', 'speaking', false, { thinkingMs: 5000, speakingMs: 1000 }, 1024],
  ] as const)(
    'R26 R29 takes as much speech as is set while the avatar %s',
    (_what, activity, holds, interrupting, at) => {
      const turns = machine(SEMANTIC, false, holds, interrupting);
      turns.avatar(activity);
      turns.speak(at - FRAME_MS);
      expect(turns.kinds()).not.toContain('interrupt');
      turns.speak(FRAME_MS);
      expect(turns.when('interrupt')).toEqual([at]);
    },
  );

  it('R27 lets the avatar go on behind 1.2 s of a noise that lasts, and cuts it off by what is set, or by a word', () => {
    const noisy = () => {
      const turns = machine(SEMANTIC, false, true, { thinkingMs: 10_000, speakingMs: 10_000 });
      turns.avatar('speaking');
      turns.speak(8000);
      expect(turns.kinds()).toEqual(['open', 'pause', 'resume']);
      const [paused, resumed] = [turns.when('pause')[0]!, turns.when('resume')[0]!];
      expect(resumed - paused).toBe(1216);
      return turns;
    };
    const going = noisy();
    going.speak(2400);
    expect(going.kinds().slice(3)).toEqual(['started', 'interrupt']);
    const worded = noisy();
    worded.overhear('complete');
    expect(worded.kinds().slice(3)).toEqual(['started', 'interrupt']);
    const over = noisy();
    over.rest(200);
    over.words('unclear');
    expect(over.kinds().slice(3)).toEqual(['ask', 'drop']);
  });

  it('R27 lets the avatar go on once over noises that follow each other', () => {
    const turns = machine(SEMANTIC, false, true, { thinkingMs: 10_000, speakingMs: 10_000 });
    turns.avatar('speaking');
    for (let burst = 0; burst < 8; burst += 1) {
      turns.speak(800);
      turns.rest(320);
    }
    expect(turns.kinds().filter((kind) => kind === 'pause' || kind === 'resume')).toEqual(['pause', 'resume']);
    expect(turns.when('resume')[0]).toBeLessThan(2500);
  });

  it('R27 lets listeners be heard for a second, also where less speech cuts the avatar off', () => {
    const turns = machine(SEMANTIC, false, true, { thinkingMs: 200, speakingMs: 200 });
    turns.avatar('speaking');
    turns.speak(320);
    turns.overhear('backchannel');
    turns.speak(640);
    expect(turns.kinds()).not.toContain('interrupt');
    turns.speak(64);
    expect(turns.kinds()).toContain('interrupt');
  });

  it('becomes a turn without an interruption when the avatar comes to its end', () => {
    const turns = machine();
    turns.avatar('speaking');
    turns.speak(320);
    turns.avatar('silent');
    turns.speak(32);
    expect(turns.kinds()).toEqual(['open', 'pause', 'resume', 'started']);
  });

  it('R30 lets a paused avatar go on as soon as the session does not want interruptions any more', () => {
    const turns = machine();
    turns.avatar('speaking');
    turns.speak(320);
    turns.change({ ...SEMANTIC, interrupt_response: false });
    turns.speak(32);
    expect(turns.kinds()).toEqual(['open', 'pause', 'resume', 'started']);
  });

  it('R25 is dropped after 60 s if it never became one', () => {
    const turns = machine();
    turns.avatar('speaking_early');
    turns.speak(60_500);
    expect(turns.kinds().slice(0, 2)).toEqual(['open', 'drop']);
  });

  it('R30 leaves the avatar alone if the session does not want interruptions', () => {
    const turns = machine({ ...SEMANTIC, interrupt_response: false });
    turns.avatar('speaking');
    turns.speak(960);
    turns.rest(128);
    turns.words('complete');
    turns.rest(320);
    expect(turns.kinds()).toEqual(['open', 'started', 'ask', 'stop']);
  });
});

describe('work that is begun before a turn is over', () => {
  const count = (turns: ReturnType<typeof machine>, kind: TurnAction['kind']) => turns.when(kind).length;

  it('is asked for only where it is wanted', () => {
    const turns = machine(SEMANTIC);
    turns.speak(640);
    turns.rest(128);
    turns.words('complete');
    turns.rest(320);
    expect(turns.kinds()).toEqual(['open', 'started', 'ask', 'stop']);
  });

  it('a recogniser is asked ahead as soon as a silence begins, once', () => {
    const turns = machine(SEMANTIC, true);
    turns.speak(640);
    turns.rest(64);
    expect(turns.kinds()).toEqual(['open', 'started', 'ask_ahead']);
    expect(turns.when('ask_ahead')).toEqual([640 + 32]);
    turns.rest(32);
    expect(turns.kinds()).toEqual(['open', 'started', 'ask_ahead', 'ask']);
  });

  it('what was asked ahead is forgotten when the silence is none', () => {
    const turns = machine(SEMANTIC, true);
    turns.speak(640);
    turns.rest(64);
    turns.speak(32);
    expect(turns.kinds()).toEqual(['open', 'started', 'ask_ahead', 'forget']);
    turns.speak(640);
    turns.rest(128);
    expect(turns.kinds().slice(4)).toEqual(['ask_ahead', 'ask']);
    expect(turns.when('ask').length).toBe(1);
  });

  it('a voice has ceased when nothing is left of it, though the detector hears it yet', () => {
    const turns = machine(SEMANTIC, true);
    turns.speak(640);
    turns.hush(64);
    expect(turns.when('ask_ahead')).toEqual([640 + 32]);
    turns.rest(128);
    expect(turns.kinds()).toEqual(['open', 'started', 'ask_ahead', 'ask']);
    // The detector's word stands for where the voice ended: the pause is no shorter.
    expect(turns.when('ask')).toEqual([704 + 96]);
  });

  it('closed lips in the midst of a word are no silence', () => {
    const turns = machine(SEMANTIC, true);
    turns.speak(640);
    turns.hush(64);
    turns.speak(32);
    expect(turns.kinds()).toEqual(['open', 'started', 'ask_ahead', 'forget']);
    turns.speak(320);
    turns.rest(128);
    expect(turns.kinds().slice(4)).toEqual(['ask_ahead', 'ask']);
  });

  it('the "t" behind closed lips is asked about, too, also if the detector does not take it for speech', () => {
    const heard = machine(SEMANTIC, true);
    heard.speak(640);
    heard.hush(32);
    heard.hush(32, 'begins');
    expect(heard.kinds()).toEqual(['open', 'started', 'ask_ahead', 'forget', 'ask_ahead']);
    heard.rest(96);
    expect(heard.kinds().slice(5)).toEqual(['ask']);
    const unheard = machine(SEMANTIC, true);
    unheard.speak(640);
    unheard.hush(32);
    unheard.rustle(32);
    unheard.rest(64);
    expect(unheard.kinds()).toEqual(['open', 'started', 'ask_ahead', 'forget', 'ask_ahead', 'ask']);
  });

  it('a click in a silence of which the detector is sure is none of the words', () => {
    const turns = machine(SEMANTIC, true);
    turns.speak(640);
    turns.hush(32);
    turns.rest(32);
    turns.rustle(32);
    turns.rest(64);
    expect(turns.kinds()).toEqual(['open', 'started', 'ask_ahead', 'ask']);
  });

  it('a detector that takes three frames of silence for speech is not waited for, and four are speech', () => {
    const three = machine(SEMANTIC, true);
    three.speak(640);
    three.hush(96);
    three.rest(96);
    expect(three.kinds()).toEqual(['open', 'started', 'ask_ahead', 'ask']);
    const four = machine(SEMANTIC, true);
    four.speak(640);
    four.hush(128);
    four.rest(96);
    expect(four.kinds()).toEqual(['open', 'started', 'ask_ahead', 'forget', 'ask_ahead', 'ask']);
  });

  it('closed lips do not use up what the end of the turn needs', () => {
    const turns = machine(SEMANTIC, true);
    for (let word = 0; word < 8; word += 1) {
      turns.speak(320);
      turns.hush(32);
    }
    turns.speak(320);
    expect(count(turns, 'ask_ahead')).toBe(4);
    turns.rest(64);
    expect(count(turns, 'ask_ahead')).toBe(5);
  });

  it('a hush over an avatar that speaks is nobody’s', () => {
    const turns = machine({ ...SEMANTIC, interrupt_response: false }, true);
    turns.avatar('speaking');
    turns.speak(640);
    turns.hush(64);
    expect(turns.kinds()).toEqual(['open', 'started']);
  });

  it('a soft voice behind a loud noise is a voice: what was asked before it is not its words', () => {
    const turns = machine(SEMANTIC, true);
    turns.speak(128);
    turns.hush(1280);
    expect(turns.kinds()).toEqual(['open', 'started', 'ask_ahead', 'forget']);
    turns.rest(128);
    expect(turns.kinds().slice(4)).toEqual(['ask_ahead', 'ask']);
  });

  it('a recogniser is asked ahead six times in a turn, and not when it is not asked in pauses any more', () => {
    const short = machine(SEMANTIC, true);
    for (let silence = 0; silence < 8; silence += 1) {
      short.speak(320);
      short.rest(64);
    }
    expect([count(short, 'ask_ahead'), count(short, 'forget'), count(short, 'ask')]).toEqual([6, 6, 0]);
    const long = machine(SEMANTIC, true);
    for (let pause = 0; pause < 6; pause += 1) {
      long.speak(320);
      long.rest(224);
    }
    expect([count(long, 'ask_ahead'), count(long, 'forget'), count(long, 'ask')]).toEqual([3, 0, 3]);
  });

  it.each(['speaking', 'speaking_early', 'thinking'] as const)('nothing is over an avatar that is %s', (activity) => {
    const turns = machine(SEMANTIC, true);
    turns.avatar(activity);
    turns.speak(320);
    turns.rest(128);
    turns.words('backchannel');
    turns.rest(2560);
    expect(turns.kinds()).not.toContain('ask_ahead');
    expect(turns.kinds()).not.toContain('foresee');
  });

  it('an answer is, when the words are known, with the time at which the turn will be over', () => {
    const turns = machine(SEMANTIC, true);
    turns.speak(640);
    turns.rest(160);
    expect(turns.kinds()).not.toContain('foresee');
    turns.words('complete');
    expect(turns.find('foresee').due).toBe((640 + 280) * 16);
    turns.rest(160);
    expect(turns.kinds()).toEqual(['open', 'started', 'ask_ahead', 'ask', 'foresee', 'stop']);
    const over = turns.when('stop')[0]! - turns.find('foresee').due / 16;
    expect(over).toBeGreaterThanOrEqual(0);
    expect(over).toBeLessThan(FRAME_MS);
  });

  it.each([
    ['incomplete', 1200],
    ['unclear', 800],
    ['backchannel', 280],
  ] as const)('after words that are %s an answer is begun 600 ms before the end at most', (words, ms) => {
    const turns = machine(SEMANTIC, true);
    turns.speak(640);
    turns.rest(128);
    turns.words(words);
    turns.rest(2560);
    const [begun] = turns.when('foresee');
    expect(begun).toBe(640 + Math.max(128, Math.ceil((ms - 600) / FRAME_MS) * FRAME_MS));
    expect(turns.find('foresee').due).toBe((640 + ms) * 16);
    expect([count(turns, 'foresee'), count(turns, 'stop')]).toEqual([1, 1]);
  });

  it('R23 with server_vad an answer is begun for the end of its silence', () => {
    const turns = machine({ ...SERVER, silence_duration_ms: 1000 }, true);
    turns.speak(640);
    turns.rest(128);
    turns.words('incomplete');
    turns.rest(2560);
    expect(turns.when('foresee')).toEqual([640 + 416]);
    expect(turns.find('foresee').due).toBe((640 + 1000) * 16);
    expect(turns.when('stop')).toEqual([640 + 1024]);
  });

  it('an answer is begun once in a pause, whatever clicks in it, and never to nothing', () => {
    const turns = machine(SEMANTIC, true);
    turns.speak(640);
    turns.rest(128);
    turns.words('incomplete');
    turns.rest(640);
    turns.speak(32);
    turns.rest(160);
    expect(turns.kinds()).toEqual(['open', 'started', 'ask_ahead', 'ask', 'foresee']);
    const none = machine(SEMANTIC, true);
    none.speak(640);
    none.rest(128);
    none.words('none');
    none.rest(2560);
    expect(none.kinds()).toEqual(['open', 'started', 'ask_ahead', 'ask', 'stop']);
  });

  it('an answer is begun in each of three pauses, and not to the words of one that is over', () => {
    const turns = machine(SEMANTIC, true);
    for (let attempt = 1; attempt <= 6; attempt += 1) {
      turns.speak(640);
      turns.rest(128);
      if (count(turns, 'ask') === attempt) {
        turns.words('complete', attempt - 1);
        turns.words('complete', attempt);
      }
      turns.rest(96);
    }
    expect([count(turns, 'foresee'), count(turns, 'go_on')]).toEqual([3, 3]);
    expect(turns.kinds()).not.toContain('stop');
  });

  it('an answer is not begun while the avatar speaks on', () => {
    const turns = machine({ ...SEMANTIC, interrupt_response: false }, true);
    turns.avatar('speaking');
    turns.speak(640);
    turns.rest(128);
    turns.words('complete');
    turns.rest(320);
    expect(turns.kinds()).not.toContain('foresee');
    expect(turns.kinds().at(-1)).toBe('stop');
  });

  it('a recogniser is not asked ahead while the avatar speaks on', () => {
    const turns = machine({ ...SEMANTIC, interrupt_response: false }, true);
    turns.avatar('speaking');
    turns.speak(640);
    turns.rest(64);
    expect(turns.kinds()).toEqual(['open', 'started']);
  });

  it('an answer is begun for the end that it will have if no more audio comes', () => {
    const turns = machine(SEMANTIC, true);
    turns.speak(640);
    turns.nothing(200);
    turns.words('complete');
    for (let ms = 0; ms < 2000; ms += 20) turns.nothing(20);
    const over = turns.when('stop')[0]! - turns.find('foresee').due / 16;
    expect(over).toBeGreaterThanOrEqual(0);
    expect(over).toBeLessThan(FRAME_MS);
  });
});

describe('R52 a turn that somebody hears the sound of', () => {
  /** How long it is waited behind. */
  const waited = (words: Words, over: number | null, attempt = 1) => {
    const turns = machine();
    turns.speak(640);
    turns.rest(160);
    turns.words(words);
    if (over !== null) turns.judged(over, attempt);
    turns.rest(2000);
    return turns.when('stop')[0]! - 640;
  };

  it('is waited behind for longer where whole words do not sound whole', () => {
    expect(waited('complete', null)).toBe(288);
    expect(waited('complete', 0.9)).toBe(288);
    expect(waited('complete', 0.2)).toBe(608);
  });

  it('is waited behind for less long where words that do not look whole sound so', () => {
    expect(waited('incomplete', null)).toBe(1216);
    expect(waited('incomplete', 0.2)).toBe(1216);
    expect(waited('incomplete', 0.9)).toBe(800);
  });

  it('is not judged by the sound of an earlier pause', () => {
    expect(waited('complete', 0.2, 2)).toBe(288);
  });

  it('waits for its words all the same', () => {
    const turns = machine();
    turns.speak(640);
    turns.rest(160);
    turns.judged(0.9);
    turns.rest(480);
    expect(turns.kinds()).not.toContain('stop');
    turns.words('complete');
    expect(turns.kinds()).toContain('stop');
  });

  it('ends after the time that its client has set', () => {
    const turns = machine(SERVER);
    turns.speak(640);
    turns.rest(160);
    turns.words('complete');
    turns.judged(0.1);
    turns.rest(1000);
    expect(turns.when('stop')).toEqual([640 + 512]);
  });
});
