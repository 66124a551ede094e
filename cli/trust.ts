// Certificates that no authority vouches for: a file that the user names is believed as well, for HTTPS and WSS alike.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import { UsageError } from './mistake.ts';

/** Believes the certificates in a PEM file from now on, in this thread. Throws UsageError. */
export function trust(file: string): void {
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
    new X509Certificate(pem);
  } catch (error) {
    throw new UsageError(`--ca ${file}: is no certificate (${(error as Error).message})`);
  }
  if (!('setDefaultCACertificates' in tls))
    throw new UsageError(`--ca needs Node 22.19 or newer; here, NODE_EXTRA_CA_CERTS=${file} before the command does the same`);
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), pem]);
}

/** What Node calls a certificate that it has no reason to believe. */
const UNKNOWN = new Set(['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE']);

export const isUntrusted = (error: unknown): boolean => UNKNOWN.has(String((error as { code?: unknown } | undefined)?.code));
