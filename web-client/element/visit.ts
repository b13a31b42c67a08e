/** One visit to a server, for as long as the element is in the page and leads there: its conversation, and who presents it. */
import { presentedBy, type ServerAddress } from './address.js';
import { type Conversation, openConversation } from './conversation.js';
import type { ConversationHooks } from './conversation-hooks.js';
import { avatarsOf } from './presenters.js';

export interface Visit {
  readonly conversation: Conversation;
  /** Goes on with another presenter; null: the server's own choice. */
  present(avatar: string | null): void;
  /** Goes on with another voice; null: the presenter's. */
  speakWith(voice: string | null): void;
  end(): void;
}

export interface Wish {
  readonly avatar: string | null;
  readonly voice: string | null;
}

export function openVisit(
  canvas: HTMLCanvasElement,
  server: ServerAddress,
  { avatar, voice }: Wish,
  hooks: ConversationHooks,
): Visit {
  const ended = new AbortController();
  /** Whom the server was asked for, as long as it has not answered: it may not have them. */
  let doubted = avatar;
  let { socket } = presentedBy(server, avatar);

  const onConnection: ConversationHooks['onConnection'] = (state) => {
    if (state.kind === 'open') doubted = null;
    if (state.kind === 'waiting' && doubted !== null) void check(doubted);
    hooks.onConnection(state);
  };

  async function check(wanted: string): Promise<void> {
    const known = await avatarsOf(server.http, ended.signal);
    if (known === undefined || known.includes(wanted) || doubted !== wanted || ended.signal.aborted) return;
    const message = `This server has no avatar "${wanted}", only: ${known.join(', ') || 'none'}. It shows its own choice.`;
    hooks.onProblem({ code: 'unknown_avatar', message });
    present(null);
  }

  function present(next: string | null): void {
    doubted = next;
    socket = presentedBy(server, next).socket;
    conversation.goOver(socket);
  }

  const conversation = openConversation(canvas, presentedBy(server, avatar), { ...hooks, onConnection }, ended.signal);
  conversation.speakWith(voice);
  return {
    conversation,
    present,
    speakWith(next) {
      conversation.speakWith(next);
      // A session that has spoken keeps its voice.
      conversation.goOver(socket);
    },
    end() {
      // What was heard so far is told as such before the conversation ends.
      conversation.stop();
      ended.abort();
    },
  };
}
