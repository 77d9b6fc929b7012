import { TMDB_ATTRIBUTION } from '../../core/films/tmdb-attribution.js';
import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { ErrorDto } from './dto/common.dto.js';
import { SwaggerUiFiles, UI_FILES } from './swagger-ui.store.js';

const DESCRIPTION = `The operator's API of Rooftop.

Log in at \`/api/admin/auth/login\` and send the access token as \`Authorization: Bearer …\`. It lives a quarter of an
hour; \`/api/admin/auth/refresh\` gives the next pair. Bodies are JSON, up to 1 MiB. Times are ISO 8601. Every failure
has the same form: \`{ "error": { "code", "message", "details", "requestId" } }\`.`;

const PAGE_HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};
const START_SCRIPT = `SwaggerUIBundle({
  url: document.currentScript.dataset.document,
  dom_id: '#docs',
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;
const TAGS = {
  Login: 'Tokens of administrators.',
  Users: 'Viewers and administrators.',
  Channels: 'The channels that lists and people made, and their sources.',
  Categories: 'The groups channels are shown in.',
  Lists: 'The channel lists that are read again and again.',
  'Film sources': 'Feeds, tags, persons, playlists and cards of Rutube that are read for films.',
  Guides: 'The programme guides that are read again and again.',
  Films: `What can be watched, for everybody. ${TMDB_ATTRIBUTION}`,
  'Found films': 'Films and series as the operator sees them: matched, edited, hidden.',
  Overview: 'How everything is, in one answer.',
  Sessions: 'Who watches.',
  Engines: 'AceStream engines: health, load, and being taken out of service.',
  Settings: 'What can be changed while the server runs.',
  Backup: 'The whole database in one file.',
  Audit: 'Who changed what.',
} as const;

/** Describes the controllers of the given modules. Pure: nothing is served yet. */
export function describeApi(app: NestFastifyApplication, version: string, modules: Type[]): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('Rooftop')
    .setDescription(DESCRIPTION)
    .setVersion(version)
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/', 'This server')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'token');
  for (const [tag, text] of Object.entries(TAGS)) builder.addTag(tag, text);
  return SwaggerModule.createDocument(app, builder.build(), {
    include: modules,
    extraModels: [ErrorDto],
    operationIdFactory: (controller, method) =>
      `${controller.replace(/Controller$/, '').toLowerCase()}.${method}`,
  });
}

/** Serves the description at /api/docs (for people) and /api/docs-json. */
export function serveApiDocs(app: NestFastifyApplication, document: OpenAPIObject): void {
  const fastify = app.getHttpAdapter().getInstance();
  const files = new SwaggerUiFiles();
  const json = JSON.stringify(document);
  fastify.get('/api/docs-json', (_request, reply) =>
    reply.type('application/json; charset=utf-8').header('cache-control', 'no-cache').send(json),
  );
  fastify.get('/api/docs', (request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .headers(PAGE_HEADERS)
      .send(docsPage(request.url.split('?', 1)[0]?.endsWith('/') ? './' : './docs/')),
  );
  fastify.get('/api/docs/start.js', (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').header('cache-control', 'no-cache').send(START_SCRIPT),
  );
  for (const name of UI_FILES) {
    fastify.get(`/api/docs/${name}`, (_request, reply) => {
      const { stream, type } = files.open(name);
      return reply.type(type).header('cache-control', 'public, max-age=86400').send(stream);
    });
  }
}

/** `base` leads from the page to its files, so that it also works below a path of a reverse proxy. */
function docsPage(base: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rooftop API</title>
<link rel="icon" type="image/png" href="${base}favicon-32x32.png">
<link rel="stylesheet" href="${base}swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="${base}swagger-ui-bundle.js"></script>
<script src="${base}start.js" data-document="${base}../docs-json"></script>
</body>
</html>
`;
}
