// The HTTP side: who may ask what, the routes, and errors that always have the same shape.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import Fastify, {
  type ConnectionError,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { type ErrorCode, ProtocolError } from '../../protocol/errors.ts';
import type { Role } from '../../protocol/messages.ts';
import { type Access, isLoopback } from '../access.ts';
import type { DiskWatch } from '../disk.ts';
import type { Dispatch } from '../dispatch.ts';
import type { EngineIdentity } from '../engine-identity.ts';
import { failureOf, refuse, statusOf } from '../failure.ts';
import type { Gateway } from '../gateway.ts';
import { httpLimits } from '../limits.ts';
import type { Metrics } from '../metrics.ts';
import type { Reading } from '../read.ts';
import type { Runs } from '../runs.ts';
import { boundSockets } from '../sockets.ts';
import type { Guard } from '../tokens.ts';
import { docsRoutes, withRoles } from './docs.ts';
import { experimentRoutes } from './experiments.ts';
import { fileRoutes } from './files.ts';
import { journalRoutes } from './journals.ts';
import { pageRoutes } from './pages.ts';
import { runRoutes } from './runs.ts';
import { statusRoutes } from './status.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may ask; empty: anyone. Default: admins. */
    roles?: readonly Role[];
  }
}

/** Everything that routes speak of. */
export interface Served {
  data: string;
  version: string;
  engine: EngineIdentity;
  runs: Runs;
  reading: Reading;
  disk: DiskWatch;
  dispatch: Dispatch;
  /** Made after the routes, for it needs their server. */
  gateway: () => Gateway;
  metrics: Metrics;
}

export interface AppOptions {
  access: Access;
  guard: Guard;
  logger: boolean | FastifyBaseLogger;
  tls: { key: string | Buffer; cert: string | Buffer } | null;
  trustProxy: boolean;
  /** Told of every refusal. */
  refused: (code: ErrorCode) => void;
}

const ADMIN: readonly Role[] = ['admin'];

function tokenOf({ headers }: FastifyRequest): string | null {
  return /^Bearer ([\x21-\x7e]+)$/i.exec(headers.authorization ?? '')?.[1] ?? null;
}

function unread(code: string): ProtocolError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new ProtocolError('slow', 'the request took too long to arrive whole');
  if (code === 'HPE_HEADER_OVERFLOW') return new ProtocolError('too-large', 'the head of the request is too long');
  return new ProtocolError('malformed', 'this is no HTTP request');
}

export function createApp({ access, guard, logger, tls, trustProxy, refused }: AppOptions): FastifyInstance {
  const fail = (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const { code, message } = failureOf(error);
    if (code === 'internal') request.log.error(error);
    refused(code);
    return reply.code(statusOf(code)).send({ error: { code, message } });
  };
  /** What came is no request, or not all of one. */
  const failUnread = ({ code }: ConnectionError, socket: Socket): void => {
    if (code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const failure = unread(code);
    refused(failure.code);
    refuse(socket, failure, code === 'HPE_HEADER_OVERFLOW' ? 431 : undefined);
    // Whatever else it sends is not waited for.
    socket.destroySoon();
  };
  const { requestMs, idleMs, bodyBytes } = httpLimits;
  const node = {
    // Node looks at the whole request's time only where its head has no more.
    headersTimeout: requestMs,
    connectionsCheckingInterval: Math.ceil(requestMs / 4),
    // Some clients offer HTTP/2 with every request: they are answered as if they had not.
    shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === 'websocket',
  };
  const base = {
    // One proxy: see addressOf.
    trustProxy: trustProxy && ((_address: string, hop: number) => hop === 0),
    bodyLimit: bodyBytes,
    requestTimeout: requestMs,
    connectionTimeout: idleMs,
    forceCloseConnections: true as const,
    clientErrorHandler: failUnread,
    frameworkErrors: fail,
    ajv: { customOptions: { allowUnionTypes: true } },
    ...(typeof logger === 'boolean' ? { logger } : { loggerInstance: logger }),
    ...(tls ? { https: { ...tls, ...node } } : { http: node }),
  };
  const app = Fastify(base as { logger: boolean }) as unknown as FastifyInstance;
  if (!trustProxy) boundSockets(app.server);
  app.setErrorHandler(fail);
  app.addHook('onRequest', async (request) => {
    const foreign = access.refusal(request.headers as { host?: string; origin?: string });
    if (foreign !== null) throw new ProtocolError('origin', foreign);
  });
  // Requests are counted in between: those without a good token too.
  app.addHook('preParsing', async (request) => {
    if (request.is404) return;
    const roles = request.routeOptions.config.roles ?? ADMIN;
    if (roles.length) guard.check(tokenOf(request), roles);
  });
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  return app;
}

export async function addRoutes(app: FastifyInstance, served: Served, { tls }: Pick<AppOptions, 'tls'>): Promise<void> {
  await app.register(rateLimit, {
    max: httpLimits.requests,
    timeWindow: httpLimits.windowMs,
    allowList: (request: FastifyRequest) => isLoopback(request.ip),
  });
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request) => {
    throw new ProtocolError('not-found', `there is no ${request.method} ${request.url.split('?')[0]}`);
  });
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'script-src': ["'self'", "'wasm-unsafe-eval'"],
        'worker-src': ["'self'"],
        'connect-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'style-src': ["'self'"],
        'object-src': ["'none'"],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
      },
    },
    crossOriginEmbedderPolicy: { policy: 'require-corp' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: tls ? undefined : false,
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Germline',
        version: served.version,
        description: 'Runs, their journals and files, workers. Errors: {error: {code, message}}.',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: ({ schema, url, route }) => ({ schema: withRoles(schema, route.config?.roles ?? ADMIN), url }),
  });
  await app.register(async (scope) => {
    runRoutes(scope, served);
    journalRoutes(scope, served);
    fileRoutes(scope, served);
    experimentRoutes(scope, served);
    statusRoutes(scope, served);
    await pageRoutes(scope);
    docsRoutes(scope);
  });
}

/** The address that a request comes from: what the proxy saw, where it is trusted. What stands before that is anyone's word. */
export function addressOf(request: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy ? request.headers['x-forwarded-for'] : undefined;
  const last = typeof forwarded === 'string' ? forwarded.split(',').at(-1)?.trim() : '';
  return last || (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}
