import { expect, it } from 'vitest';
import type WebSocket from 'ws';
import { createOutlet } from '../../src/gateway/outlet.js';
import { decodeMedia } from '../../src/protocol/media.js';

/** A socket whose reader has left so many bytes unread. */
function open({ binary, unread }: { binary: boolean; unread: number }) {
  const sent: (string | Uint8Array)[] = [];
  const socket = {
    OPEN: 1,
    readyState: 1,
    bufferedAmount: unread,
    send: (data: string | Uint8Array) => sent.push(data),
  };
  const outlet = createOutlet(
    socket as unknown as WebSocket,
    binary,
    () => 0,
    () => {},
  );
  return { outlet, sent };
}

const jpeg = new Uint8Array([0xff, 0xd8, 0xff, 0xd9]);
const shown = { response: 3, position: 1920, base: 17 };
const picture = { ...shown, jpeg: () => jpeg };
const address = { response_id: 'resp_1', item_id: 'item_1', output_index: 0, content_index: 0 };

it('sends a whole picture as a media frame to those who speak parley.media.v1', () => {
  const { outlet, sent } = open({ binary: true, unread: 0 });
  outlet.sendWholePicture(picture);
  expect(sent.map((data) => decodeMedia(data as Uint8Array))).toEqual([{ kind: 'picture', ...shown, jpeg }]);
});

it('sends a whole picture as an event with base64 to everybody else', () => {
  const { outlet, sent } = open({ binary: false, unread: 0 });
  outlet.sendWholePicture(picture);
  const { event_id: _, ...event } = JSON.parse(sent[0] as string);
  expect(event).toEqual({ type: 'avatar.picture', ...shown, jpeg: '/9j/2Q==' });
});

it.each([true, false])('lets a slow reader go without pictures, not without audio (media frames: %s)', (binary) => {
  const { outlet, sent } = open({ binary, unread: 170 * 1024 });
  const format = { type: 'audio/pcm', rate: 24000 } as const;
  const never = () => expect.unreachable('a picture was made that nobody gets');
  outlet.sendWholePicture({ ...shown, jpeg: never });
  outlet.openAudio(1, format).send(address, 0, new Int16Array(960));
  expect(sent.length).toBe(1);
});

it.each([true, false])('does not make a slow reader of one by the size of a picture (media frames: %s)', (binary) => {
  const { outlet, sent } = open({ binary, unread: 150 * 1024 });
  outlet.sendWholePicture({ ...shown, jpeg: () => new Uint8Array(120 * 1024) });
  expect(sent).toEqual([]);
});
