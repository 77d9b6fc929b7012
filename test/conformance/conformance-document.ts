import { mutationsOf } from './contract.js';
import { ENDPOINTS, wire, type Endpoint } from './endpoints.js';

/** The text of `docs/conformance.md`. */
export function renderConformance(): string {
  const rows = ENDPOINTS.map((endpoint) => ({ name: endpoint.name, ...countsOf(endpoint) }));
  const sum = (pick: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((total, row) => total + pick(row), 0);
  const lines = [
    '# Conformance with players',
    '',
    'Written by `node scripts/conformance-docs.mjs` from the table that `test/conformance` checks; a test keeps the two together.',
    'Every field of every object is checked for its type and its spelling; no field may be missing or on top. Each value is also',
    'changed in the ways in which other servers get it wrong (a number for a string, null, an empty array for an object …), and the',
    'contract must notice every change.',
    '',
    '| object | fields | wrong values it must refuse |',
    '| --- | --- | --- |',
    ...rows.map(({ name, fields, mutations }) => `| ${name} | ${fields} | ${mutations} |`),
    `| **all** | **${sum(({ fields }) => fields)}** | **${sum(({ mutations }) => mutations)}** |`,
    '',
    '## Fields',
    '',
    ...ENDPOINTS.flatMap(fieldsOf),
  ];
  return `${lines.join('\n')}\n`;
}

function countsOf({ shape, answer }: Endpoint): { fields: number; mutations: number } {
  const told = wire(answer) as Record<string, unknown>;
  const fields = Object.keys(shape);
  const mutations = fields.reduce((total, field) => total + mutationsOf(told[field], shape[field]).length, 0);
  return { fields: fields.length, mutations };
}

function fieldsOf({ name, shape }: Endpoint): string[] {
  const fields = Object.entries(shape).map(
    ([field, rule]) => `\`${field}\` ${rule.name.replaceAll('|', 'or')}`,
  );
  return [`**${name}**: ${fields.join('; ')}.`, ''];
}
