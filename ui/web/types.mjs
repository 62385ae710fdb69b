/* SPDX-License-Identifier: Apache-2.0
 *
 * Writes src/api-types.ts from the OpenAPI document: the app knows no other shapes.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const here = new URL('.', import.meta.url);
const api = JSON.parse(readFileSync(new URL('../api/openapi.json', here), 'utf8'));

function type(schema) {
  if (schema.$ref) return schema.$ref.split('/').pop();
  if (schema.oneOf) return schema.oneOf.map(type).join(' | ');
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const kinds = Array.isArray(schema.type) ? schema.type : [schema.type];
  return kinds.map((kind) => plain(kind, schema)).join(' | ');
}

function plain(kind, schema) {
  if (kind === 'array') return `Array<${type(schema.items)}>`;
  if (kind === 'object') return object(schema);
  return { integer: 'number', number: 'number', boolean: 'boolean', null: 'null' }[kind] ?? 'string';
}

function object(schema) {
  if (!schema.properties)
    return typeof schema.additionalProperties === 'object'
      ? `Record<string, ${type(schema.additionalProperties)}>`
      : 'Record<string, unknown>';
  const required = schema.required ?? [];
  const members = Object.entries(schema.properties).map(
    ([name, member]) => `${name}${required.includes(name) ? '' : '?'}: ${type(member)}`);
  return `{ ${members.join('; ')} }`;
}

const lines = Object.entries(api.components.schemas).map(
  ([name, schema]) => `export type ${name} = ${type(schema)};`);
writeFileSync(new URL('src/api-types.ts', here),
  `/* SPDX-License-Identifier: Apache-2.0 */\n/* Made by types.mjs from ui/api/openapi.json. */\n${lines.join('\n')}\n`);
