import { createReadStream, type ReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const TYPES = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
} as const;

export type UiFile = keyof typeof TYPES;
export const UI_FILES = Object.keys(TYPES) as UiFile[];

/** The files of the documentation page, as the package of Nest's OpenAPI support brings them. */
export class SwaggerUiFiles {
  private readonly folder: string;

  constructor() {
    const here = createRequire(import.meta.url);
    // Beside the package that depends on it, wherever the installation has put it.
    const there = createRequire(here.resolve('@nestjs/swagger'));
    this.folder = path.dirname(there.resolve('swagger-ui-dist/package.json'));
  }

  open(name: UiFile): { stream: ReadStream; type: string } {
    return { stream: createReadStream(path.join(this.folder, name)), type: TYPES[name] };
  }
}
