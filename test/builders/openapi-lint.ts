/** The parts of an OpenAPI document that the specs look at. */
export interface ApiDocument {
  openapi: string;
  info: { title: string; version: string; description?: string };
  servers?: unknown[];
  tags: { name: string; description?: string }[];
  paths: Record<string, Record<string, ApiOperation>>;
  components: { schemas: Record<string, ApiSchema>; securitySchemes: Record<string, unknown> };
}

export interface ApiOperation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  security?: Record<string, unknown>[];
  parameters?: { name: string; in: string; required?: boolean; description?: string; schema?: ApiSchema }[];
  requestBody?: { content: Record<string, { schema: ApiSchema }> };
  responses: Record<string, { description?: string; content?: Record<string, { schema?: ApiSchema }> }>;
}

export interface ApiSchema {
  $ref?: string;
  type?: string;
  description?: string;
  properties?: Record<string, ApiSchema>;
  items?: ApiSchema;
  required?: string[];
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
  allOf?: ApiSchema[];
  additionalProperties?: unknown;
}

export interface Route {
  method: string;
  path: string;
  operation: ApiOperation;
}

export function routesOf(document: ApiDocument): Route[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method, path, operation })),
  );
}

/** What is wrong with a document: dangling references, missing words, unbounded input, undeclared parameters. */
export function lintDocument(document: ApiDocument): string[] {
  const problems: string[] = [];
  const ids = new Set<string>();
  const tags = new Set(document.tags.map(({ name }) => name));
  for (const { method, path, operation } of routesOf(document)) {
    const where = `${method} ${path}`;
    problems.push(...lintOperation(where, path, operation, tags));
    const id = operation.operationId ?? '';
    if (id === '' || ids.has(id)) problems.push(`${where}: operationId "${id}" is missing or used twice`);
    ids.add(id);
  }
  for (const tag of document.tags) if (!tag.description) problems.push(`tag ${tag.name} has no description`);
  problems.push(...danglingReferences(document), ...unusedSchemas(document));
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    problems.push(...lintSchema(name, schema));
  }
  return problems;
}

function lintOperation(
  where: string,
  path: string,
  operation: ApiOperation,
  tags: ReadonlySet<string>,
): string[] {
  const problems: string[] = [];
  if (!operation.summary || !operation.description) {
    problems.push(`${where}: summary or description is missing`);
  }
  if (operation.tags?.length !== 1 || !tags.has(operation.tags[0] ?? '')) {
    problems.push(`${where}: not one known tag`);
  }
  const declared = (operation.parameters ?? [])
    .filter((parameter) => parameter.in === 'path')
    .map(({ name }) => name);
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  if (declared.sort().join() !== inPath.sort().join()) {
    problems.push(`${where}: path parameters ${declared.join()}`);
  }
  for (const { name, in: place, schema, description } of operation.parameters ?? []) {
    if (!schema) problems.push(`${where}: parameter ${name} has no schema`);
    if (place === 'query' && !description) problems.push(`${where}: parameter ${name} has no description`);
  }
  const codes = Object.keys(operation.responses);
  if (!codes.some((code) => code.startsWith('2'))) problems.push(`${where}: no answer for success`);
  for (const [code, answer] of Object.entries(operation.responses)) {
    if (!answer.description) problems.push(`${where}: answer ${code} has no description`);
    const isEmpty = code === '204';
    if (isEmpty !== (answer.content === undefined)) problems.push(`${where}: answer ${code} and its content`);
  }
  return problems;
}

function lintSchema(name: string, schema: ApiSchema): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([field, property]) => {
    const where = `${name}.${field}`;
    const shape = property.$ref ?? property.allOf ?? property.type;
    const problems = shape === undefined ? [`${where} has no type`] : [];
    if (!property.description && !property.$ref) problems.push(`${where} has no description`);
    return problems;
  });
}

function danglingReferences(document: ApiDocument): string[] {
  return [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)]
    .map(([, name]) => name ?? '')
    .filter((name) => !(name in document.components.schemas))
    .map((name) => `nothing defines ${name}`);
}

function unusedSchemas(document: ApiDocument): string[] {
  const text = JSON.stringify(document);
  return Object.keys(document.components.schemas)
    .filter((name) => !text.includes(`"$ref":"#/components/schemas/${name}"`))
    .map((name) => `nobody uses ${name}`);
}
