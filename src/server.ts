/** Builds the web application from its parts. Never listens: whoever builds it does. */
import fastifyStatic from '@fastify/static';
import fastifyWebsocket from '@fastify/websocket';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyServerFactory,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import { asParleyError, ParleyError } from './errors.js';
import { type AccessRules, checkAccess } from './gateway/access.js';
import { type AvatarMaking, avatarJobsRoute } from './gateway/avatar-jobs.js';
import type { TlsPair } from './gateway/certificate.js';
import { clientSecretsRoute, createClientSecrets } from './gateway/client-secrets.js';
import { type RouteTools, routes } from './gateway/routes.js';
import { createSecureServer } from './gateway/secure-server.js';
import { guard } from './gateway/token.js';
import { type VoiceMaking, voicesRoute } from './gateway/voices.js';
import { chooseSubprotocol, MAX_MESSAGE_BYTES, type RealtimeRoute, realtimeRoute } from './gateway/websocket.js';
import type { SessionSettings, SessionUpdate } from './protocol/session.js';

export interface ServerParts {
  readonly log: Logger;
  readonly access: AccessRules;
  /** Needed for everything but health; null: for nothing. */
  readonly token: string | null;
  /** For https; null: plain HTTP. */
  readonly tls: TlsPair | null;
  readonly realtime: Omit<RealtimeRoute, 'settingsOf'>;
  /** The session as these settings make it. Throws for those that cannot be. */
  readonly previewSession: (update: SessionUpdate) => SessionSettings;
  readonly routes: RouteTools;
  /** Null: this server makes no avatars. */
  readonly making: AvatarMaking | null;
  /** Without it, no voices are made here. */
  readonly voices?: VoiceMaking;
  /** The folder of the built page; null when there is none, as in tests of the socket alone. */
  readonly page: string | null;
}

/** Nothing on the page comes from elsewhere; worklets and pictures are made from blobs. */
const CONTENT_POLICY = [
  "default-src 'self'",
  "script-src 'self' blob:",
  "worker-src 'self' blob:",
  "img-src 'self' blob: data:",
  "style-src 'self'",
  "connect-src 'self' ws: wss:",
  "base-uri 'none'",
  "form-action 'none'",
  // A page that frames this one would be of its origin to the socket, and could use it in its visitor's name.
  "frame-ancestors 'self'",
].join('; ');

export async function buildServer(parts: ServerParts): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = parts.log;
  const logController = new LogController({ disableRequestLogging: true });
  const app = Fastify({
    loggerInstance,
    logController,
    forceCloseConnections: true,
    ...(parts.tls === null ? {} : { serverFactory: secureServers(parts.tls) }),
    // Fastify's own answer repeats the address, and with it a token that may stand there.
    frameworkErrors: (_error, _request, reply) => {
      const body = failureBody(new ParleyError('invalid_value', 'The address cannot be read.'));
      (reply as FastifyReply).code(400).send(body);
    },
  });
  app.addHook('onRequest', async (request, reply) => {
    const { host, origin } = request.headers;
    checkAccess({ host, origin }, parts.access);
    // An origin that may come in may also read what it fetches: the element, its worklet, the avatar's pack.
    if (origin !== undefined) reply.headers({ 'access-control-allow-origin': origin, vary: 'Origin' });
    reply.headers({
      'content-security-policy': CONTENT_POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  });
  app.addHook('onRequest', async ({ headers, url }) => {
    // Any route would take a socket, and nobody would count it.
    if (headers.upgrade !== undefined && !/^\/v1\/realtime(\?|$)/.test(url)) throw new ParleyError('not_found');
  });
  const secrets = createClientSecrets(Date.now);
  if (parts.token !== null) app.addHook('onRequest', guard(parts.token, secrets.opens));
  app.setErrorHandler((thrown, request, reply) => {
    const error = asFailure(thrown);
    if (error.row.blame === 'server') parts.log.error({ err: thrown }, 'request failed');
    // Node has let go of a connection that asked for an upgrade: nobody else would close it after the refusal.
    if (request.headers.upgrade !== undefined) reply.raw.once('finish', () => request.raw.socket.destroySoon());
    return reply.code(error.row.http).send(failureBody(error));
  });
  app.setNotFoundHandler(() => {
    throw new ParleyError('not_found');
  });
  await app.register(fastifyWebsocket, {
    // The default ends the socket at once, before ws has sent the close frame that says why.
    errorHandler: (error) => parts.log.info({ err: error }, 'socket error'),
    options: {
      maxPayload: MAX_MESSAGE_BYTES,
      // Audio and JPEG do not shrink; trying costs processor time and delays every frame.
      perMessageDeflate: false,
      handleProtocols: chooseSubprotocol,
    },
  });
  realtimeRoute(app, { ...parts.realtime, settingsOf: secrets.settingsOf });
  clientSecretsRoute(app, secrets, parts.previewSession);
  const hasToken = parts.token !== null;
  routes(app, parts.routes, hasToken);
  if (parts.making !== null) avatarJobsRoute(app, { making: parts.making, hasToken });
  if (parts.voices !== undefined) voicesRoute(app, { voices: parts.voices, hasToken });
  if (parts.page !== null) {
    await app.register(fastifyStatic, { root: parts.page, index: 'index.html' });
    app.get('/kiosk', (_request, reply) => reply.sendFile('kiosk.html'));
    app.get('/voices', (_request, reply) => reply.sendFile('voices.html'));
  }
  return app;
}

function secureServers(pair: TlsPair): FastifyServerFactory {
  return (onRequest) => createSecureServer(pair, onRequest);
}

function failureBody({ code, message, param, row }: ParleyError) {
  return { error: { code, message, param, what_to_do: row.sentence } };
}

/** Fastify's own complaints about a request (too long, bad syntax) carry a status below 500. */
function asFailure(thrown: unknown): ParleyError {
  const status = (thrown as { statusCode?: unknown }).statusCode;
  const isCallers = typeof status === 'number' && status >= 400 && status < 500;
  return asParleyError(thrown, isCallers ? 'invalid_value' : 'internal');
}
