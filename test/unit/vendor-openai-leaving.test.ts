import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { clientOf, vendorOf } from './vendor-openai-fixture.js';

const QUESTION = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'Good morning' }] };

describe('a client that goes away', () => {
  const slowly = { firstMs: 0, everyMs: 3_600_000, jitter: 0 };

  it('in mid-stream has its answer ended at once', async () => {
    let ended = false;
    const { client, vendor } = await vendorOf(undefined, {
      pace: { models: slowly, chat: slowly, transcriptions: slowly },
      async *answer() {
        try {
          for (;;) yield { kind: 'text', text: 'More.' };
        } finally {
          ended = true;
        }
      },
    });
    const stream = await client.chat.completions.create({ ...QUESTION, stream: true });
    for await (const { choices } of stream) if (choices[0]!.delta.content === 'More.') break;
    await expect.poll(() => vendor.requests[0]!.state).toBe('left');
    expect([vendor.open(), ended]).toEqual([0, true]);
  });

  it('before the answer begins need not be waited for', async () => {
    const late = { firstMs: 3_600_000, everyMs: 0, jitter: 0 };
    const { client, vendor, asked } = await vendorOf(undefined, {
      pace: { models: late, chat: late, transcriptions: late },
    });
    const leaving = new AbortController();
    const asking = client.chat.completions.create({ ...QUESTION, stream: true }, { signal: leaving.signal });
    const failed = expect(asking).rejects.toThrow(OpenAI.APIUserAbortError);
    await expect.poll(() => vendor.requests[0]?.body).toMatchObject({ model: 'gpt-4o-mini' });
    leaving.abort();
    await failed;
    await expect.poll(() => vendor.requests[0]!.state).toBe('left');
    expect([vendor.open(), asked]).toEqual([0, []]);
  });

  it('while the model thinks is told to the model', async () => {
    const thinking: AbortSignal[] = [];
    const { client, vendor } = await vendorOf(undefined, {
      async *answer(_, { signal }) {
        thinking.push(signal);
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    });
    const leaving = new AbortController();
    const asking = client.chat.completions.create(QUESTION, { signal: leaving.signal });
    await expect.poll(() => thinking.length).toBe(1);
    expect([vendor.open(), vendor.requests[0]!.state]).toEqual([1, 'open']);
    leaving.abort();
    await expect(asking).rejects.toThrow(OpenAI.APIUserAbortError);
    await expect.poll(() => vendor.requests[0]!.state).toBe('left');
    expect([vendor.open(), thinking[0]!.aborted]).toEqual([0, true]);
  });
});

it('ends what is open when it closes, and can be closed twice', async () => {
  const { client, vendor } = await vendorOf();
  vendor.faults.set('chat', { kind: 'half_open' });
  const asking = client.chat.completions.create(QUESTION);
  const failed = expect(asking).rejects.toThrow(OpenAI.APIConnectionError);
  await expect.poll(() => vendor.open()).toBe(1);
  await vendor.close();
  await vendor.close();
  await failed;
  await expect.poll(() => vendor.open()).toBe(0);
  await expect(clientOf(vendor.url).models.list()).rejects.toThrow(OpenAI.APIConnectionError);
});
