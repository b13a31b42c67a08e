/**
 * A tab as a visitor has it: behind another one it is hidden, its animation frames rest and its timers are throttled.
 * Playwright keeps its own pages visible whatever lies in front, so this one is made beside them.
 */
import type { Browser, CDPSession } from 'playwright-core';

export interface Tab {
  /** Runs it in the page and waits for what it promises. */
  evaluate<T>(script: string): Promise<T>;
  /** Opens another tab in front of it. */
  cover(): Promise<void>;
  /** Brings it to the front again. */
  uncover(): Promise<void>;
}

interface Evaluated {
  readonly result: { readonly value: unknown };
  readonly exceptionDetails?: { readonly text: string; readonly exception?: { readonly description?: string } };
}

/** `before` runs in the page before its own scripts. */
export async function openTab(browser: Browser, url: string, before: string): Promise<Tab> {
  const control = await browser.newBrowserCDPSession();
  const { targetId } = await control.send('Target.createTarget', { url: 'about:blank' });
  const send = await connect(control, targetId);
  await send('Page.enable', {});
  await send('Page.addScriptToEvaluateOnNewDocument', { source: before });
  await send('Page.navigate', { url });
  return {
    async evaluate<T>(expression: string) {
      const asked = { expression, awaitPromise: true, returnByValue: true };
      const { result, exceptionDetails } = (await send('Runtime.evaluate', asked)) as Evaluated;
      if (exceptionDetails === undefined) return result.value as T;
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    },
    async cover() {
      const other = await control.send('Target.createTarget', { url: 'about:blank' });
      await control.send('Target.activateTarget', other);
    },
    async uncover() {
      await control.send('Target.activateTarget', { targetId });
    },
  };
}

/** One call to the tab's own side of the DevTools protocol. */
type Send = (method: string, params: object) => Promise<unknown>;

async function connect(control: CDPSession, targetId: string): Promise<Send> {
  const { sessionId } = await control.send('Target.attachToTarget', { targetId, flatten: false });
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  let calls = 0;
  control.on('Target.receivedMessageFromTarget', ({ message }) => {
    const { id, result, error } = JSON.parse(message) as { id: number; result: unknown; error?: { message: string } };
    if (error === undefined) waiting.get(id)?.resolve(result);
    else waiting.get(id)?.reject(new Error(error.message));
    waiting.delete(id);
  });
  return (method, params) =>
    new Promise((resolve, reject) => {
      calls += 1;
      waiting.set(calls, { resolve, reject });
      const message = JSON.stringify({ id: calls, method, params });
      control.send('Target.sendMessageToTarget', { sessionId, message }).catch(reject);
    });
}
