/** What this page asks of the server, and what the server says to it, in sentences. */
import type { Voice } from '../page/about.js';
import { sentenceOf } from './sentence.js';

export interface VoiceOrder {
  readonly name: string;
  readonly consent: string;
  /** Null: the server's choice. */
  readonly engine: string | null;
  readonly recordings: readonly { readonly file: Blob; readonly name: string }[];
}

export type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  /** What is wrong, and what to do. */
  | { readonly kind: 'refused'; readonly sentence: string };

export interface SendingHooks {
  /** 0 to 1. */
  onProgress(share: number): void;
  /** All of it is there; now it is being made. */
  onSent(): void;
}

const AWAY = 'The server cannot be reached.';
const UNREADABLE = 'The server, or something before it, gave an answer that is none.';

/** Refused as well where the connection is lost, or `signal` ends it. By XMLHttpRequest: fetch does not tell how far it is. */
export function sendVoice(order: VoiceOrder, hooks: SendingHooks, signal: AbortSignal): Promise<Outcome<Voice>> {
  const request = new XMLHttpRequest();
  request.open('POST', '/v1/voices');
  request.upload.onprogress = ({ loaded, total }) => hooks.onProgress(loaded / Math.max(1, total));
  request.upload.onload = () => hooks.onSent();
  signal.addEventListener('abort', () => request.abort());
  const answer = new Promise<Outcome<Voice>>((resolve) => {
    request.onload = () => resolve(outcomeOf<Voice>(request.status, request.responseText));
    request.onerror = () =>
      resolve({ kind: 'refused', sentence: `${AWAY} Nothing is lost here: try again in a moment.` });
    request.onabort = () => resolve({ kind: 'refused', sentence: 'Stopped. Nothing is lost here.' });
  });
  request.send(formOf(order));
  return answer;
}

export async function deleteVoice(id: string): Promise<Outcome<null>> {
  try {
    const response = await fetch(`/v1/voices/${encodeURIComponent(id)}`, { method: 'DELETE' });
    if (response.ok) return { kind: 'done', value: null };
    return outcomeOf<null>(response.status, await response.text());
  } catch {
    return { kind: 'refused', sentence: `${AWAY} Try again in a moment.` };
  }
}

/** The fields first: then an order that is refused anyway is refused before its recordings are read. */
function formOf({ name, consent, engine, recordings }: VoiceOrder): FormData {
  const form = new FormData();
  form.append('name', name);
  form.append('consent', consent);
  if (engine !== null) form.append('engine', engine);
  for (const { file, name: called } of recordings) form.append('recording', file, called);
  return form;
}

function outcomeOf<T>(status: number, text: string): Outcome<T> {
  try {
    const answer = JSON.parse(text);
    if (status < 400) return { kind: 'done', value: answer as T };
    return { kind: 'refused', sentence: sentenceOf(answer.error) };
  } catch {
    return { kind: 'refused', sentence: `${UNREADABLE} (${status})` };
  }
}
