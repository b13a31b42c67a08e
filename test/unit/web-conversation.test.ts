/** The conversation over a socket that the test holds the other end of, without sound card and canvas. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { decodeMedia } from '../../src/protocol/media.js';

interface Sent {
  readonly type: string;
  readonly event_id?: string;
  readonly item?: { readonly content: readonly { readonly text: string }[] };
  readonly session?: unknown;
}

interface Conversation {
  start(): Promise<void>;
  say(text: string): Promise<void>;
  stop(): void;
  listen(): Promise<void>;
  deafen(): void;
  waitForWords(isWaiting: boolean): void;
  hear(samples: Int16Array, isMuted: boolean): void;
  reconnect(): void;
  forget(): void;
  goOver(socket: string): void;
}

const fake = vi.hoisted(() => ({
  commands: [] as { kind: string; response?: number }[],
  begun: [] as number[],
  captions: [] as number[],
  hooks: undefined as
    | { onPosition(position: object): void; onProblem(problem: { code: string; message: string }): void }
    | undefined,
  opened: Promise.resolve(true),
  heard: { response: -1, state: 'idle', samples: 0, isSounding: false },
  skew: null as { mean: number; worst: number } | null,
}));

vi.mock('../../web-client/element/voice.ts', () => ({
  voice: (hooks: NonNullable<typeof fake.hooks>) => {
    fake.hooks = hooks;
    return {
      open: () => fake.opened,
      isOpen: true,
      mayYetOpen: false,
      command: (command: (typeof fake.commands)[number]) => fake.commands.push(command),
      heard: () => fake.heard,
      setVolume: () => {},
      close: () => {},
    };
  },
}));
vi.mock('../../web-client/element/face.ts', () => ({
  openFace: () => ({
    begin: (response: number) => fake.begun.push(response),
    base: () => 7,
    patch: () => {},
    rest: () => {},
    show: () => {},
    close: () => {},
    takeSkew: () => fake.skew,
  }),
}));

class FakeSocket {
  static readonly OPEN = 1;
  static readonly all: FakeSocket[] = [];
  readonly sent: Sent[] = [];
  /** The positions of the microphone's frames. */
  readonly heard: number[] = [];
  bufferedAmount = 0;
  readyState = 0;
  isClosed = false;
  onopen: (() => void) | undefined;
  onmessage: ((message: { data: string }) => void) | undefined;
  onclose: ((end: { code: number }) => void) | undefined;

  readonly address: string;

  constructor(address: string) {
    this.address = address;
    FakeSocket.all.push(this);
  }

  send(data: string | Uint8Array): void {
    if (typeof data === 'string') this.sent.push(JSON.parse(data) as Sent);
    else this.heard.push(decodeMedia(data).position);
  }

  /** As with a peer that is gone: the close is not confirmed. */
  close(): void {
    this.isClosed = true;
  }

  greet(hears = true): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
    const turn_detection = hears ? { type: 'semantic_vad' } : null;
    this.tell({ type: 'session.created', session: { audio: { input: { turn_detection } } } });
  }

  tell(...events: object[]): void {
    for (const event of events) this.onmessage?.({ data: JSON.stringify(event) });
  }

  types(): string[] {
    return this.sent.map(({ type }) => type).filter((type) => type !== 'avatar.playback');
  }

  questions(): string[] {
    return this.sent.flatMap(({ item }) => item?.content.map(({ text }) => text) ?? []);
  }
}

// By a name that the compiler does not follow: these files belong to the browser's program, with the DOM's types.
const MODULE: string = '../../web-client/element/conversation.ts';
const onMessage = vi.fn<(message: { role: string; text: string }) => void>();
const onSession = vi.fn<(session: { hears: boolean }) => void>();
const onState = vi.fn<(state: { kind: string; why?: string }) => void>();
let visit: AbortController;
let conversation: Conversation;

const created = (id: string) => ({ type: 'response.created', response: { id } });
const done = (id: string, status: string) => ({ type: 'response.done', response: { id, status } });
const announced = (response: number, response_id: string) => ({
  type: 'avatar.response',
  response,
  response_id,
  base: 3,
});
const written = (response_id: string, delta: string) => ({ type: 'response.output_text.delta', response_id, delta });
const socket = () => FakeSocket.all.at(-1) as FakeSocket;

function loseConnection(): FakeSocket {
  socket().onclose?.({ code: 1006 });
  vi.advanceTimersByTime(10_000);
  return socket();
}

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('window', new EventTarget());
  vi.stubGlobal('navigator', { onLine: true });
  FakeSocket.all.length = 0;
  fake.commands.length = 0;
  fake.begun.length = 0;
  fake.captions.length = 0;
  fake.opened = Promise.resolve(true);
  onState.mockReset();
  onMessage.mockReset();
  onSession.mockReset();
  visit = new AbortController();
  const ignore = () => {};
  const hooks = {
    onPack: ignore,
    onOtherPack: ignore,
    onConnection: onState,
    onMood: ignore,
    onCaption: (words: readonly object[]) => fake.captions.push(words.length),
    onMessage,
    onSession,
    onTimings: ignore,
    onProblem: ignore,
  };
  const { openConversation } = await import(MODULE);
  const address = { socket: 'ws://parley.example/', http: 'http://parley.example/' };
  conversation = openConversation({}, address, hooks, visit.signal) as Conversation;
});

afterEach(() => {
  visit.abort();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('an answer that was taken back before it began', () => {
  it.each([
    ['Stop', async () => conversation.stop()],
    ['another question', () => conversation.say('two')],
  ])('is flushed when it arrives after %s', async (_, takeBack) => {
    socket().greet();
    await conversation.say('one');
    await takeBack();
    fake.commands.length = 0;
    socket().tell(created('a'), announced(1, 'a'));
    expect(fake.commands).toEqual([
      { kind: 'begin', response: 1 },
      { kind: 'flush', response: 1 },
    ]);
    expect(fake.begun).toEqual([]);
  });

  it('leaves no words behind, although the server had finished it', async () => {
    socket().greet();
    await conversation.say('one');
    conversation.stop();
    socket().tell(created('a'), written('a', 'Too late.'), done('a', 'completed'));
    expect(onMessage.mock.calls.map(([{ role }]) => role)).toEqual(['user']);
  });

  it('does not silence the one that was asked for instead', async () => {
    socket().greet();
    await conversation.say('one');
    await conversation.say('two');
    socket().tell(created('a'), announced(1, 'a'), done('a', 'cancelled'));
    expect(socket().questions()).toEqual(['one', 'two']);
    socket().tell(created('b'), announced(2, 'b'));
    expect(fake.begun).toEqual([2]);
    expect(fake.commands.at(-1)).toEqual({ kind: 'begin', response: 2 });
  });
});

describe('after a lost connection', () => {
  it('a question that was not answered is told and asked again, once', async () => {
    socket().greet();
    await conversation.say('one');
    socket().tell(created('a'));
    const next = loseConnection();
    next.greet();
    expect(next.types()).toEqual(['conversation.item.create', 'response.create']);
    expect(next.questions()).toEqual(['one']);
  });

  it('a question that was stopped is told, not answered', async () => {
    socket().greet();
    await conversation.say('one');
    conversation.stop();
    const next = loseConnection();
    next.greet();
    expect(next.types()).toEqual(['conversation.item.create']);
  });

  it('a question whose answer was read is told with it, not asked again', async () => {
    socket().greet();
    await conversation.say('one');
    socket().tell(created('a'), written('a', 'An answer.'), done('a', 'completed'));
    conversation.stop();
    await conversation.say('two');
    socket().tell(created('b'), written('b', 'Another.'), done('b', 'completed'));
    const next = loseConnection();
    next.greet();
    expect(next.questions()).toEqual(['one', 'An answer.', 'two', 'Another.']);
    expect(next.types()).not.toContain('response.create');
  });

  it('a greeting that was not given is asked for', async () => {
    await conversation.start();
    expect(socket().types()).toEqual([]);
    socket().greet();
    expect(socket().types()).toEqual(['response.create']);
  });
});

describe('a question that is asked before the session is there', () => {
  it('is sent once when the session comes while the sound opens', async () => {
    let open = (_: boolean) => {};
    fake.opened = new Promise((resolve) => {
      open = resolve;
    });
    const said = conversation.say('one');
    socket().greet();
    expect(socket().types()).toEqual([]);
    open(true);
    await said;
    expect(socket().types()).toEqual(['conversation.item.create', 'response.create']);
  });

  it('is sent once when the session comes later', async () => {
    await conversation.say('one');
    socket().greet();
    expect(socket().types()).toEqual(['conversation.item.create', 'response.create']);
  });

  it('is not sent when it is stopped while the sound opens', async () => {
    socket().greet();
    const said = conversation.say('one');
    conversation.stop();
    await said;
    expect(socket().types()).toEqual([]);
  });
});

describe('a server that has fallen silent', () => {
  it('is left after 10 s in which an answer was outstanding, without its agreement', async () => {
    const first = socket();
    first.greet();
    await conversation.say('one');
    vi.advanceTimersByTime(9_999);
    expect(first.isClosed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(first.isClosed).toBe(true);
    expect(onState.mock.lastCall?.[0]).toMatchObject({ kind: 'waiting', why: 'The connection was lost.' });
    vi.advanceTimersByTime(10_000);
    expect(socket()).not.toBe(first);
    socket().greet();
    expect(socket().questions()).toEqual(['one']);
    // What the old connection says when its server wakes up is nobody's any more.
    first.tell(created('a'), announced(1, 'a'));
    expect(fake.begun).toEqual([]);
  });

  it('is left when it does not even open, and let be while nothing is asked', () => {
    const first = socket();
    vi.advanceTimersByTime(10_000);
    expect(onState.mock.lastCall?.[0]).toMatchObject({ kind: 'waiting', why: 'The server cannot be reached.' });
    expect(first.isClosed).toBe(true);
    vi.advanceTimersByTime(1_000);
    socket().greet();
    vi.advanceTimersByTime(600_000);
    expect(FakeSocket.all).toHaveLength(2);
  });
});

describe('the device', () => {
  it('takes the caption with it when it stops the sound', async () => {
    socket().greet();
    await conversation.say('one');
    socket().tell(created('a'), announced(1, 'a'));
    fake.hooks?.onPosition({ response: 1, state: 'playing', played: 0, from: 0, underruns: 0, time: 0 });
    fake.captions.push(3);
    fake.hooks?.onProblem({ code: 'sound_blocked', message: 'The device has stopped the sound.' });
    expect(fake.captions.at(-1)).toBe(0);
    expect(socket().types()).toContain('response.cancel');
  });

  it('is reported to a server that announces a face, whether or not the face arrives', () => {
    vi.stubGlobal('fetch', () => Promise.reject(new Error('no network')));
    socket().greet();
    socket().tell({ type: 'avatar.announced', avatar: { pack: { url: '/ada.pack', bytes: 9, sha256: 'one' } } });
    expect(socket().sent.at(-1)).toMatchObject({ type: 'avatar.playback', state: 'idle', base: 7 });
  });
});

describe('the report of what was played', () => {
  const reports = () => socket().sent.filter(({ type }) => type === 'avatar.playback');
  const play = (played: number) =>
    fake.hooks?.onPosition({ response: 1, state: 'playing', played, from: 0, underruns: 0, time: 0 });

  it('says how far pictures and sound were apart, if there were any', async () => {
    socket().greet();
    await conversation.say('one');
    socket().tell(created('a'), announced(1, 'a'));
    play(0);
    expect(reports().at(-1)).not.toHaveProperty('av_skew');
    fake.skew = { mean: 1.5, worst: -8.1 };
    play(2400);
    expect(reports().at(-1)).toMatchObject({ played: 2400, av_skew: { mean: 1.5, worst: -8.1 } });
    fake.skew = null;
    play(4800);
    expect(reports().at(-1)).not.toHaveProperty('av_skew');
  });
});

describe('the microphone', () => {
  const frame = new Int16Array(480);
  const transcription = { type: 'realtime', audio: { input: { transcription: {} } } };
  const understood = {
    type: 'conversation.item.input_audio_transcription.completed',
    item_id: 'i',
    transcript: 'One.',
  };
  const agreed = () => socket().sent.filter(({ type }) => type === 'session.update');

  it('is told whether the server hears', () => {
    socket().greet();
    loseConnection().greet(false);
    expect(onSession.mock.calls).toEqual([[{ hears: true }], [{ hears: false }]]);
  });

  it('asks for transcripts once, and is then sent frame by frame', async () => {
    socket().greet();
    conversation.hear(frame, false);
    await conversation.listen();
    await conversation.listen();
    conversation.hear(frame, false);
    expect(agreed()).toEqual([{ type: 'session.update', session: transcription }]);
    expect(socket().heard).toEqual([480]);
  });

  it('has only words answered while it waits for them, and then everything', async () => {
    const heard = (item_id: string, transcript: string) => [
      { type: 'input_audio_buffer.committed', item_id, previous_item_id: null },
      {
        type: 'conversation.item.input_audio_transcription.completed',
        item_id,
        content_index: 0,
        transcript,
      },
    ];
    const detection = (at: number) =>
      (socket().sent[at]!.session as { audio: { input: { turn_detection?: { create_response: boolean } } } }).audio
        .input.turn_detection?.create_response;
    conversation.waitForWords(true);
    socket().greet();
    await conversation.listen();
    expect([socket().types(), detection(0)]).toEqual([['session.update'], false]);
    socket().tell(...heard('a', ''));
    expect(socket().types()).toEqual(['session.update']);
    const [committed, understood] = heard('b', 'Hello');
    socket().tell(committed!);
    // The page may see the first words before the last, and change its mind with them.
    conversation.waitForWords(false);
    socket().tell(understood!);
    expect(socket().types()).toEqual(['session.update', 'session.update', 'response.create']);
    expect(detection(1)).toBe(true);
    socket().tell(...heard('c', 'Hello again'));
    expect(socket().types().length).toBe(3);
  });

  it('sends nothing while it is muted or closed', async () => {
    socket().greet();
    await conversation.listen();
    conversation.hear(frame, true);
    conversation.hear(frame, false);
    conversation.deafen();
    conversation.hear(frame, false);
    expect(socket().heard).toEqual([480]);
  });

  it('keeps nothing for a connection that is away, and counts from 0 in the next session', async () => {
    socket().greet();
    await conversation.listen();
    conversation.hear(frame, false);
    const next = loseConnection();
    conversation.hear(frame, false);
    next.greet();
    expect(agreed()).toEqual([{ type: 'session.update', session: transcription }]);
    conversation.hear(frame, false);
    expect(next.heard).toEqual([0]);
  });

  it('leaves out what the network does not take, and the connection if nothing comes either', async () => {
    const first = socket();
    first.greet();
    await conversation.listen();
    first.bufferedAmount = 50_000;
    conversation.hear(frame, false);
    expect(first.heard).toEqual([]);
    vi.advanceTimersByTime(10_000);
    expect(first.isClosed).toBe(true);
  });

  it('gets its answer in a new session, if the connection is lost between question and answer', async () => {
    socket().greet();
    await conversation.listen();
    socket().tell({ type: 'input_audio_buffer.speech_started', item_id: 'i' }, understood, created('a'));
    const next = loseConnection();
    next.greet();
    expect(next.questions()).toEqual(['One.']);
    expect(next.types()).toEqual(['session.update', 'conversation.item.create', 'response.create']);
  });

  it('says of speech that the connection took with it that it is lost', () => {
    socket().greet();
    socket().tell({ type: 'input_audio_buffer.speech_started', item_id: 'i' });
    const next = loseConnection();
    expect(onMessage.mock.lastCall?.[0]).toMatchObject({ id: 'i', status: 'lost' });
    next.greet();
    expect(next.types()).toEqual([]);
  });

  it('sends nothing before the sound is open, when nobody could answer aloud', async () => {
    let open = (_: boolean) => {};
    fake.opened = new Promise((resolve) => {
      open = resolve;
    });
    socket().greet();
    const listening = conversation.listen();
    conversation.hear(frame, false);
    open(true);
    await listening;
    conversation.hear(frame, false);
    expect(socket().heard).toEqual([480]);
  });

  it('stays closed when it was closed while the sound opened', async () => {
    socket().greet();
    const listening = conversation.listen();
    conversation.deafen();
    await listening;
    conversation.hear(frame, false);
    expect([socket().heard, agreed()]).toEqual([[], []]);
  });

  it('is heard as a question while what was typed is taken back', async () => {
    socket().greet();
    await conversation.say('one');
    conversation.stop();
    socket().tell({ type: 'input_audio_buffer.speech_started', item_id: 'i' }, understood);
    expect(onMessage.mock.lastCall?.[0]).toMatchObject({ id: 'i', text: 'One.' });
  });
});

describe('the next visitor', () => {
  it('gets a session that is told nothing of the one before', async () => {
    const first = socket();
    first.greet();
    await conversation.say('one');
    first.tell(created('a'), written('a', 'An answer.'));
    conversation.forget();
    expect(first.isClosed).toBe(true);
    const next = socket();
    expect(next).not.toBe(first);
    next.greet();
    expect(next.types()).toEqual([]);
    await conversation.start();
    expect(next.types()).toEqual(['response.create']);
    // What the former session still says is nobody's any more.
    const told = onMessage.mock.calls.length;
    first.tell(written('a', ' More.'), done('a', 'completed'));
    expect(onMessage.mock.calls).toHaveLength(told);
  });

  it('is not greeted in the place of one who left while the sound was opening', async () => {
    let open = (_isOpen: boolean) => {};
    fake.opened = new Promise((resolve) => {
      open = resolve;
    });
    socket().greet();
    const starting = conversation.start();
    conversation.forget();
    socket().greet();
    open(true);
    await starting;
    expect(socket().types()).toEqual([]);
    await conversation.start();
    expect(socket().types()).toEqual(['response.create']);
  });

  it('is heard without opening the microphone anew', async () => {
    socket().greet();
    await conversation.listen();
    conversation.forget();
    socket().greet();
    conversation.hear(new Int16Array(480), false);
    expect(socket().heard).toEqual([0]);
    expect(socket().types()).toEqual(['session.update']);
  });
});

describe('another presenter', () => {
  const OTHER = 'ws://parley.example/?avatar=other';

  it('is told what was said, goes on listening, and answers what was asked', async () => {
    const first = socket();
    first.greet();
    await conversation.listen();
    await conversation.say('one');
    first.tell(created('a'));
    conversation.goOver(OTHER);
    expect(first.isClosed).toBe(true);
    expect(socket().address).toBe(OTHER);
    socket().greet();
    expect(socket().types()).toEqual(['session.update', 'conversation.item.create', 'response.create']);
    // The next time, too.
    expect(loseConnection().address).toBe(OTHER);
  });

  it('greets, as long as nobody has asked anything', async () => {
    socket().greet();
    await conversation.start();
    socket().tell(created('a'), written('a', 'Hello.'), done('a', 'completed'));
    conversation.goOver(OTHER);
    socket().greet();
    expect(socket().types()).toEqual(['response.create']);
    conversation.stop();
    conversation.forget();
    conversation.goOver('ws://parley.example/');
    socket().greet();
    expect(socket().types()).toEqual([]);
  });
});

describe('a connection that waits for its next try', () => {
  it('tries at once when it is told to, without beginning the conversation', () => {
    socket().greet();
    const first = socket();
    first.onclose?.({ code: 1006 });
    conversation.reconnect();
    expect(socket()).not.toBe(first);
    socket().greet();
    expect(socket().types()).toEqual([]);
  });
});
