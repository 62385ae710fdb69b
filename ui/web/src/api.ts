/* SPDX-License-Identifier: Apache-2.0
 *
 * The one way to the server. Commands carry the CSRF token and an idempotency key, and are sent
 * again with the same key when the line was cut, so that nothing is done twice.
 */
import type { Problem } from './api-types.ts';

export class ApiError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

const RETRIES = 3;
const RETRY_MS = 700;
let csrf = '';

export function setCsrf(token: string): void {
  csrf = token;
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function send(path: string, init: RequestInit): Promise<Response> {
  for (let left = RETRIES; ; left--)
    try {
      return await fetch(`/api/v1${path}`, { credentials: 'same-origin', cache: 'no-store', ...init });
    } catch (error) {
      if (left === 0) throw error;
      await pause(RETRY_MS);
    }
}

async function read<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T;
  if (response.ok) return response.json() as Promise<T>;
  if (response.status === 401) location.assign('/login');
  const text = await response.text();
  let problem: Problem;
  try {
    problem = JSON.parse(text) as Problem;
  } catch {
    problem = { type: '', title: response.statusText, status: response.status, code: 'internal', detail: text, hint: '' };
  }
  throw new ApiError(problem);
}

export async function get<T>(path: string): Promise<T> {
  return read<T>(await send(path, {}));
}

export async function getText(path: string): Promise<string> {
  const response = await send(path, {});
  return response.ok ? response.text() : read<string>(response);
}

/* Whether this can be had: throws what is against it. */
export async function probe(path: string): Promise<void> {
  const response = await send(path, {});
  if (!response.ok) await read<never>(response);
  await response.body?.cancel();
}

export type Method = 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export async function command<T>(method: Method, path: string, body?: unknown, version?: number): Promise<T> {
  const headers: Record<string, string> = { 'X-CSRF-Token': csrf };
  if (method === 'POST') headers['Idempotency-Key'] = newKey();
  if (version !== undefined) headers['If-Match'] = `"${version}"`;
  if (typeof body === 'string') headers['Content-Type'] = 'text/csv';
  else if (body !== undefined) headers['Content-Type'] = 'application/json';
  const text = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body);
  return read<T>(await send(path, { method, headers, body: text }));
}
