// A certificate of the server's own (X.509 v3, RFC 5280; ECDSA on P-256), for TLS without an authority: made once, kept in the data folder.
import { generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { certificateLimits } from './limits.ts';
import { writeDurably } from './run-record.ts';

export interface KeyAndCertificate {
  /** PEM. */
  key: string;
  cert: string;
}

const DAY_MS = 86_400_000;

/** The kept certificate of a data folder; a new one where there is none, where it lacks a name, or where it ends soon. */
export async function selfSigned(data: string, names: readonly string[]): Promise<KeyAndCertificate> {
  const folder = join(data, 'tls');
  const kept = await read(folder);
  if (kept && isGood(kept.cert, names)) return kept;
  const made = makeCertificate(names);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeDurably(folder, 'key.pem', made.key);
  await writeDurably(folder, 'cert.pem', made.cert);
  return made;
}

async function read(folder: string): Promise<KeyAndCertificate | null> {
  try {
    const [key, cert] = await Promise.all(['key.pem', 'cert.pem'].map((name) => readFile(join(folder, name), 'utf8')));
    return { key, cert };
  } catch {
    return null;
  }
}

function isGood(pem: string, names: readonly string[]): boolean {
  try {
    const certificate = new X509Certificate(pem);
    if (Date.parse(certificate.validTo) < Date.now() + certificateLimits.renewDays * DAY_MS) return false;
    return names.every((name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined);
  } catch {
    return false;
  }
}

/** For names and addresses, from yesterday on. */
export function makeCertificate(names: readonly string[], now = Date.now()): KeyAndCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(set(sequence(oid('550403'), tlv(0x0c, Buffer.from('germline')))));
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
  const alternatives = sequence(
    ...names.map((each) => (isIP(each) ? tlv(0x87, addressBytes(each)) : tlv(0x82, Buffer.from(each, 'ascii')))),
  );
  const extensions = sequence(sequence(oid('551d11'), tlv(0x04, alternatives)));
  const serial = randomBytes(16);
  // Positive, and without a leading zero.
  serial[0] = (serial[0] & 0x7f) | 0x40;
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, serial),
    ecdsaWithSha256,
    name,
    sequence(time(now - DAY_MS), time(now + certificateLimits.validDays * DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, extensions),
  );
  const signature = tlv(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)]));
  const base64 = sequence(body, ecdsaWithSha256, signature).toString('base64').replace(/.{64}/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${base64.trimEnd()}\n-----END CERTIFICATE-----\n`,
  };
}

/** One DER value: tag, length, content. */
function tlv(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...parts: Uint8Array[]): Buffer => tlv(0x30, Buffer.concat(parts));
const set = (...parts: Uint8Array[]): Buffer => tlv(0x31, Buffer.concat(parts));
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));

/** UTCTime until 2049, GeneralizedTime after. */
function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '');
  return Number(digits.slice(0, 4)) < 2050 ? tlv(0x17, Buffer.from(digits.slice(2))) : tlv(0x18, Buffer.from(digits));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [head, tail = ''] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)));
  const [before, after] = [groups(head), groups(tail)];
  const middle = address.includes('::') ? new Array<number>(8 - before.length - after.length).fill(0) : [];
  return Buffer.from([...before, ...middle, ...after].flatMap((group) => [group >> 8, group & 0xff]));
}
