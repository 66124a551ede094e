// The body of every HTTP refusal of a server: {"error": {"code", "message"}}.
import { ERROR_CODES, type ErrorCode } from '../protocol/errors.ts';

/** Null where the text is something else: whoever answered is no Germline server. */
export function readRefusal(text: string): { code: ErrorCode; message: string } | null {
  try {
    const { code, message } = JSON.parse(text).error;
    return ERROR_CODES.includes(code) && typeof message === 'string' ? { code, message } : null;
  } catch {
    return null;
  }
}
