/** The conversation over a socket that the test holds the other end of, without sound card and canvas. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

interface Sent {
  readonly type: string;
  readonly event_id?: string;
  readonly item?: { readonly content: readonly { readonly text: string }[] };
}

interface Conversation {
  start(): Promise<void>;
  say(text: string): Promise<void>;
  stop(): void;
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
  }),
}));

class FakeSocket {
  static readonly OPEN = 1;
  static readonly all: FakeSocket[] = [];
  readonly sent: Sent[] = [];
  readyState = 0;
  isClosed = false;
  onopen: (() => void) | undefined;
  onmessage: ((message: { data: string }) => void) | undefined;
  onclose: ((end: { code: number }) => void) | undefined;

  constructor() {
    FakeSocket.all.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Sent);
  }

  /** As with a peer that is gone: the close is not confirmed. */
  close(): void {
    this.isClosed = true;
  }

  greet(): void {
    this.readyState = FakeSocket.OPEN;
    this.onopen?.();
    this.tell({ type: 'session.created' });
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
  visit = new AbortController();
  const ignore = () => {};
  const hooks = {
    onPack: ignore,
    onConnection: onState,
    onMood: ignore,
    onCaption: (words: readonly object[]) => fake.captions.push(words.length),
    onMessage,
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
