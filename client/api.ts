// Requests to the server, with the token that this tab has.
import type { ErrorCode } from '../protocol/errors.ts';
import { token } from './token.ts';

/** What the server refused, or that it could not be reached (`code` null). The message is for people. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly code: ErrorCode | null;
  /** Of HTTP; 0: no answer. */
  readonly status: number;
  constructor(message: string, code: ErrorCode | null, status: number) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as JSON. */
  body?: unknown;
  signal?: AbortSignal;
}

/** The server's answer, whatever it holds. Throws ApiError, and AbortError where `signal` aborts. */
export async function fetchApi(path: string, { method = 'GET', body, signal }: RequestOptions = {}): Promise<Response> {
  const headers: Record<string, string> = {};
  if (token.peek() !== null) headers.authorization = `Bearer ${token.peek()}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  let answer: Response;
  try {
    answer = await fetch(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('The server cannot be reached.', null, 0);
  }
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => null);
  const { code = null, message = `The server answered ${answer.status}.` } = said?.error ?? {};
  throw new ApiError(message, code, answer.status);
}

/** The JSON of the answer; undefined where it has none. Throws as fetchApi does. */
export async function api<Answer = unknown>(path: string, options?: RequestOptions): Promise<Answer> {
  const answer = await fetchApi(path, options);
  return (answer.status === 204 ? undefined : await answer.json()) as Answer;
}

/** Saves a file of the server under a name: a plain link could not show the token. Throws as fetchApi does. */
export async function download(path: string, name: string): Promise<void> {
  const url = URL.createObjectURL(await (await fetchApi(path)).blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has opened it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
