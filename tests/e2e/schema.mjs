/* SPDX-License-Identifier: Apache-2.0
 *
 * Holds a value against a schema of the OpenAPI document: the words that document uses, no more.
 */
import { readFileSync } from 'node:fs';

export const api = JSON.parse(readFileSync(new URL('../../ui/api/openapi.json', import.meta.url), 'utf8'));

function kindOf(value) {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

function objectFaults(schema, value, path) {
  const known = schema.properties ?? {};
  const faults = (schema.required ?? []).filter((name) => !(name in value)).map((name) => `${path}.${name} is missing`);
  for (const [name, member] of Object.entries(value))
    if (known[name]) faults.push(...faultsOf(known[name], member, `${path}.${name}`));
    else if (schema.additionalProperties === false) faults.push(`${path}.${name} is not in the document`);
    else if (typeof schema.additionalProperties === 'object') faults.push(...faultsOf(schema.additionalProperties, member, `${path}.${name}`));
  return faults;
}

export function faultsOf(schema, value, path = '$') {
  if (schema.$ref) return faultsOf(api.components.schemas[schema.$ref.split('/').pop()], value, path);
  if (schema.oneOf) return schema.oneOf.some((one) => faultsOf(one, value, path).length === 0) ? [] : [`${path} fits none of its forms`];
  const kinds = schema.type === undefined ? [] : [schema.type].flat();
  const kind = kindOf(value);
  if (kinds.length > 0 && !kinds.includes(kind) && !(kind === 'integer' && kinds.includes('number'))) return [`${path} is ${kind}, not ${kinds}`];
  if (schema.enum && !schema.enum.includes(value)) return [`${path}: ${value} is none of ${schema.enum}`];
  if (schema.pattern && kind === 'string' && !new RegExp(schema.pattern).test(value)) return [`${path}: ${value} does not fit ${schema.pattern}`];
  if (schema.minimum !== undefined && value !== null && value < schema.minimum) return [`${path} is below ${schema.minimum}`];
  if (kind === 'array') return value.flatMap((one, at) => faultsOf(schema.items ?? {}, one, `${path}[${at}]`));
  return kind === 'object' ? objectFaults(schema, value, path) : [];
}

/* The operation of a method and a path below /api/v1, with its path template. */
export function operationOf(method, path) {
  for (const [template, item] of Object.entries(api.paths)) {
    const pattern = new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`);
    if (pattern.test(path) && item[method.toLowerCase()]) return { template, operation: item[method.toLowerCase()] };
  }
  return undefined;
}
