/** Answers one request: reads it, checks the key, and gives it to whoever knows the endpoint. */
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { Llm } from '../../../engines/contract.js';
import { type Form, readBytes, readForm, readJson, shownForm } from './body.js';
import { answerChat } from './chat.js';
import { type Exchange, type Outcome, sendJson, silence } from './delivery.js';
import { modelList, modelNamed } from './models.js';
import { invalidKey, refusalOf } from './refusals.js';
import type { Route } from './routes.js';
import { answerTranscription, type Hears } from './transcriptions.js';

export interface Services {
  /** The key that is right; null: any. */
  readonly key: string | null;
  readonly answer: Llm;
  readonly hears: Hears;
  readonly log: Logger;
}

/** Throws Refused, or the signal's reason. `onBody` is told what was asked as soon as it is known. */
export async function answerRequest(
  request: IncomingMessage,
  route: Route,
  services: Services,
  exchange: Exchange,
  onBody: (body: unknown) => void,
): Promise<Outcome> {
  const bytes = await readBytes(request);
  const type = request.headers['content-type'];
  const body = route.endpoint === 'chat' ? readJson(bytes, type) : null;
  const form: Form = route.endpoint === 'transcriptions' ? await readForm(bytes, type) : {};
  onBody(route.endpoint === 'transcriptions' ? shownForm(form) : body);
  const { fault } = exchange;
  if (fault?.kind === 'status' && fault.reason !== 'in_stream') throw refusalOf(fault);
  if (fault?.kind === 'half_open') return await silence(exchange.signal);
  checkKey(request.headers.authorization, services.key);
  switch (route.endpoint) {
    case 'models':
      return await sendJson(exchange, route.model === null ? modelList() : modelNamed(route.model));
    case 'chat':
      return await answerChat(body, services.answer, exchange, services.log);
    case 'transcriptions':
      return await answerTranscription(form, services.hears, exchange);
  }
}

function checkKey(header: string | undefined, right: string | null): void {
  const key = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? null;
  if (key === null || (right !== null && key !== right)) throw invalidKey(key);
}
