// What no client would send: each is refused, with a code where anyone reads it, and the server lives on.
import { expect, it, vi } from 'vitest';
import { SUBPROTOCOL } from '../../protocol/limits.ts';
import { answerTo } from './fixtures/raw.ts';
import { ask, connect, start, viewerHello } from './fixtures/server.ts';

const get = (path: string) => `GET ${path} HTTP/1.1`;
const post = (...fields: string[]) => ['POST /api/runs HTTP/1.1', 'Host: HOST', ...fields, '', ''].join('\r\n');
const upgrade = (line: string, ...fields: string[]) =>
  [line, 'Host: HOST', 'Connection: Upgrade', 'Upgrade: websocket', `Sec-WebSocket-Protocol: ${SUBPROTOCOL}`, ...fields, '', ''].join(
    '\r\n',
  );
const closing = (line: string, ...fields: string[]) => [line, 'Host: HOST', 'Connection: close', ...fields, '', ''].join('\r\n');

const SENT: [what: string, sent: string, status: number, code: string][] = [
  ['no HTTP at all', '\0\x01\x02 hello\r\n\r\n', 400, 'malformed'],
  ['a length and chunks', `${post('Content-Length: 4', 'Transfer-Encoding: chunked')}0\r\n\r\n`, 400, 'malformed'],
  ['two lengths', post('Content-Length: 4', 'Content-Length: 5'), 400, 'malformed'],
  ['a head that is too long', closing(get('/healthz'), `X-Long: ${'a'.repeat(20_000)}`), 431, 'too-large'],
  ['thousands of fields', closing(get('/healthz'), ...Array<string>(3_000).fill('a: b')), 431, 'too-large'],
  [
    'a chunk whose name is too long',
    `${post('Content-Type: application/json', 'Transfer-Encoding: chunked')}2;${'a'.repeat(20_000)}\r\n{}\r\n`,
    400,
    'malformed',
  ],
  ['a path that is no UTF-8', closing(get('/api/runs/%E0%A4%A')), 400, 'malformed'],
  ['a path of dots', closing(get('/api/datasets/..%2f..%2ftokens.json')), 400, 'invalid'],
  ['a file of dots', closing(get('/assets/..%2f..%2f..%2fpackage.json')), 400, 'malformed'],
  ['a file of dots that are encoded twice', closing(get('/assets/%252e%252e%252fpackage.json')), 404, 'not-found'],
  ['a file with a zero in its name', closing(get('/assets/a%00.js')), 400, 'malformed'],
  ['a name that is too long', closing(get(`/api/runs/${'a'.repeat(200)}`)), 400, 'malformed'],
  ['a body of another kind', closing('POST /api/runs HTTP/1.1', 'Content-Type: text/xml', 'Content-Length: 0'), 400, 'malformed'],
  ['an upgrade without a key', upgrade(get('/socket'), 'Sec-WebSocket-Version: 13'), 400, 'malformed'],
  [
    'an upgrade to another version',
    upgrade(get('/socket'), 'Sec-WebSocket-Version: 99', 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=='),
    400,
    'malformed',
  ],
  ['an upgrade of what is no address', upgrade(get('//[')), 404, 'not-found'],
  ['an upgrade without a host', upgrade(get('/socket')).replace('Host: HOST\r\n', 'Host:\r\n'), 403, 'origin'],
];

it('refuses what breaks a rule of HTTP or WebSocket, or leaves the folders that it serves', async () => {
  const { port, url } = await start();
  const answers: string[] = [];
  for (const [what, sent] of SENT) {
    const answer = await answerTo(port, sent.replace('HOST', `127.0.0.1:${port}`));
    const { error } = JSON.parse(answer.slice(answer.indexOf('{')));
    expect(error.message).toMatch(/.../);
    answers.push(`${what}: ${answer.split(' ')[1]} ${error.code}`);
  }
  expect(answers).toEqual(SENT.map(([what, _sent, status, code]) => `${what}: ${status} ${code}`));
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

it.each([
  ['of a side that is not known', null],
  ['of a viewer', viewerHello],
])('makes no room for lists that a frame %s only claims to hold', async (_who, hello) => {
  const { url } = await start();
  const peer = await connect(url);
  if (hello) {
    peer.send(hello);
    await vi.waitFor(() => expect(peer.of('welcome').length).toBe(1), { timeout: 30_000 });
  }
  // Each within the one before, of 32 million entries: made, they would be more than any machine has.
  peer.socket.send(Buffer.concat(Array<Buffer>(600).fill(Buffer.from([0xdd, 0x01, 0xf0, 0x00, 0x00]))));
  await peer.closed;
  expect(peer.fatal).toBe('malformed');
});

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const xorWith = (path: string, value: string) => `{"experiment":"xor","set":[{"path":"${path}","value":${value}}]}`;

it.each([
  ['a value that is nested deep', xorWith('network', nested(100_000)), /nested/],
  ['a path that is nested deep', xorWith(`${'a.'.repeat(200_000)}a`, '1'), /500 char/],
  ['an experiment of very many fields', `{"experiment":{${Array.from({ length: 50_000 }, (_, i) => `"k${i}":1`)}}}`, /more than/],
])('refuses %s, wherever experiments are taken', async (_what, body, reason) => {
  const { url } = await start();
  const send = (path: string) => ask(url, path, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
  const checked = await send('/api/experiments/check');
  expect([checked.status, checked.body.experiment]).toEqual([200, null]);
  expect(checked.body.errors).toMatchObject([{ message: expect.stringMatching(reason) }]);
  expect(await send('/api/runs')).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid', message: expect.stringMatching(reason) } },
  });
  expect((await ask(url, '/api/runs')).body.runs).toEqual([]);
});

it('answers clients that offer another protocol, in its own', async () => {
  const { port } = await start();
  const answer = await answerTo(
    port,
    [
      'GET /healthz HTTP/1.1',
      `Host: 127.0.0.1:${port}`,
      'Connection: Upgrade, HTTP2-Settings, close',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAAQ',
      '',
      '',
    ].join('\r\n'),
  );
  expect(answer).toMatch(/^HTTP\/1.1 200 /);
});
