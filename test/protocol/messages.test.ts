// Words of the other side: whatever they hold, a terminal that shows them stays as it is.
import { expect, it } from 'vitest';
import { decodeMessage, encodeMessage } from '../../protocol/codec.ts';
import { hello, serverMessage, workerMessage } from '../../protocol/messages.ts';

const STEERING = '\u001b]0;title\u0007\u001b[2J\u009b31mred\r\n\u0000end';
const HARMLESS = ' ]0;title [2J 31mred end';

it.each([
  { schema: workerMessage, message: { type: 'fail', run: 'r', task: 1, code: 'evaluation', message: STEERING }, field: 'message' },
  { schema: workerMessage, message: { type: 'refuse', run: 'r', code: 'memory', message: STEERING }, field: 'message' },
  { schema: serverMessage, message: { type: 'error', code: 'internal', message: STEERING, fatal: false }, field: 'message' },
  {
    schema: hello,
    message: {
      type: 'hello',
      protocol: 1,
      token: null,
      role: 'worker',
      name: STEERING,
      kind: 'other',
      engine: '0'.repeat(64),
      threads: 1,
      memory: 0,
      isolated: false,
      evaluators: ['wasm'],
    },
    field: 'name',
  },
])('control characters are spaces: $message.type', ({ schema, message, field }) => {
  expect(decodeMessage(schema as typeof serverMessage, encodeMessage(message))).toEqual({ ...message, [field]: HARMLESS });
});
