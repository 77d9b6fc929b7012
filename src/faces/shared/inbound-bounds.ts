import type { FastifyRequest, FastifyServerOptions } from 'fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { AppConfigValues } from '../../platform/config/app-config.js';
import type { ErrorBody } from './error-filter.js';
import { TrustedProxies } from './forwarded.js';

export type InboundBounds = Omit<AppConfigValues['http'], 'maxBackupBytes'>;

/** How often Node.js looks for requests that are late. */
const MAX_CHECK_MS = 5_000;

interface ClientError {
  status: number;
  error: Pick<ErrorBody['error'], 'code' | 'message'>;
}
const CLIENT_ERRORS: Readonly<Record<string, ClientError>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    error: { code: 'request_timeout', message: 'the request did not arrive in time' },
  },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    error: { code: 'request_too_large', message: 'the head of the request is larger than allowed' },
  },
};
const NO_HTTP: ClientError = {
  status: 400,
  error: { code: 'invalid_input', message: 'this is not a request of HTTP' },
};

/** Bounds of what a client sends and of the time it takes to; answers, which may be streams, have none here. */
export function boundedFastifyOptions(bounds: InboundBounds): Pick<
  FastifyServerOptions,
  'bodyLimit' | 'keepAliveTimeout' | 'requestTimeout' | 'clientErrorHandler'
> & {
  http: { maxHeaderSize: number; headersTimeout: number; connectionsCheckingInterval: number };
} {
  const headersTimeout = bounds.headerTimeoutSeconds * 1000;
  const requestTimeout = bounds.requestTimeoutSeconds * 1000;
  return {
    bodyLimit: bounds.maxBodyBytes,
    keepAliveTimeout: bounds.keepAliveSeconds * 1000,
    requestTimeout,
    clientErrorHandler: (error, socket) => refuseClient(error.code, socket),
    http: {
      maxHeaderSize: bounds.maxHeaderBytes,
      // Node.js refuses to wait longer for the head than for the whole.
      headersTimeout: Math.min(headersTimeout, requestTimeout),
      connectionsCheckingInterval: Math.min(MAX_CHECK_MS, headersTimeout / 2),
    },
  };
}

/** What the parser of HTTP refuses is told in the form of the API; no handler ever sees it. */
function refuseClient(code: string | undefined, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) {
    socket.destroy();
    return;
  }
  const { status, error } = CLIENT_ERRORS[code ?? ''] ?? NO_HTTP;
  const told: ErrorBody = { error: { ...error, details: [], requestId: randomUUID() } };
  const body = JSON.stringify(told);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

/** As the default handler of Node.js tells it: bytes of ours inside a running answer would garble it. */
function isAnswering(socket: Socket): boolean {
  const { _httpMessage: answer } = socket as { _httpMessage?: { headersSent: boolean } | null };
  return answer?.headersSent === true;
}

export interface ConnectionCounts {
  open: () => number;
  /** Since the start. */
  refused: () => number;
}

/** Bounds of connections, of unread bodies and of clients that stop reading. Call it before the application listens. */
export function boundConnections(
  app: NestFastifyApplication,
  bounds: InboundBounds,
  trustedProxies: readonly string[],
): ConnectionCounts {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onSend', (request, reply, payload, done) => {
    // A body nobody will read, of a gigabyte perhaps, ends with its connection.
    if (hasBody(request) && !request.raw.complete) void reply.header('connection', 'close');
    if (Buffer.isBuffer(payload) || typeof payload === 'string') {
      reply.raw.socket?.setTimeout(bounds.stalledSeconds * 1000);
    }
    done(null, payload);
  });
  return countConnections(app.getHttpServer(), bounds, new TrustedProxies(trustedProxies));
}

export function hasBody({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function countConnections(server: Server, bounds: InboundBounds, proxies: TrustedProxies): ConnectionCounts {
  const byAddress = new Map<string, number>();
  let open = 0;
  let refused = 0;
  server.maxConnections = bounds.maxConnections;
  server.on('drop', () => refused++);
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const others = byAddress.get(address) ?? 0;
    if (others >= bounds.maxConnectionsPerAddress && !proxies.has(address)) {
      refused++;
      socket.destroy();
      return;
    }
    open++;
    byAddress.set(address, others + 1);
    socket.once('close', () => {
      open--;
      const left = (byAddress.get(address) ?? 1) - 1;
      if (left > 0) byAddress.set(address, left);
      else byAddress.delete(address);
    });
  });
  return { open: () => open, refused: () => refused };
}
