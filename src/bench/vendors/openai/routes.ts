/** Where the vendor has what. */
import type { IncomingMessage } from 'node:http';

export const OPENAI_ENDPOINTS = ['models', 'chat', 'transcriptions'] as const;
export type OpenAiEndpoint = (typeof OPENAI_ENDPOINTS)[number];

export type Route =
  /** Null: all of them. */
  | { readonly endpoint: 'models'; readonly model: string | null }
  | { readonly endpoint: 'chat' }
  | { readonly endpoint: 'transcriptions' };

export const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?')[0]!;

export function routeOf(request: IncomingMessage): Route | null {
  const path = pathOf(request);
  if (request.method === 'POST') {
    if (path === '/v1/chat/completions') return { endpoint: 'chat' };
    return path === '/v1/audio/transcriptions' ? { endpoint: 'transcriptions' } : null;
  }
  if (request.method !== 'GET') return null;
  if (path === '/v1/models') return { endpoint: 'models', model: null };
  const model = /^\/v1\/models\/([\w.:-]+)$/.exec(path)?.[1];
  return model === undefined ? null : { endpoint: 'models', model };
}
