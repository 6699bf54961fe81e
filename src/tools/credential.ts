/**
 * Secrets that tools may use. A model names one and never sees it: the secret is put into the request here, goes only to the hosts that it
 * is for, and is taken out of whatever comes back.
 */
import type { CredentialPlacement } from '../contracts/credential.ts';
import { NetFault } from './net/net-fault.ts';

export interface OpenCredential {
  name: string;
  secret: string;
  hosts: readonly string[];
  placement: CredentialPlacement;
}

/** @returns the secret, or why it cannot be used, in words for the model */
export type CredentialOf = (
  workspaceId: string,
  name: string,
) => Promise<OpenCredential | { problem: string }>;

interface Outgoing {
  url: string;
  headers: Record<string, string>;
}

/** @param allowsPlain hosts to which a secret may go without TLS @throws NetFault not_allowed */
export function applyCredential(
  { url, headers }: Outgoing,
  credential: OpenCredential,
  allowsPlain: (host: string) => boolean,
): Outgoing {
  const target = new URL(url);
  const { name, secret, hosts, placement } = credential;
  if (!hosts.some((pattern) => matchesHost(target.hostname, pattern)))
    throw new NetFault(
      'not_allowed',
      `The credential "${name}" is for ${hosts.join(', ')}, not for ${target.hostname}.`,
    );
  if (target.protocol !== 'https:' && !allowsPlain(target.hostname))
    throw new NetFault('not_allowed', `The credential "${name}" is sent over https only.`);
  switch (placement.as) {
    case 'bearer':
      return { url, headers: { ...without(headers, 'authorization'), authorization: `Bearer ${secret}` } };
    case 'basic':
      return {
        url,
        headers: { ...without(headers, 'authorization'), authorization: `Basic ${basicOf(credential)}` },
      };
    case 'header':
      return { url, headers: { ...without(headers, placement.header), [placement.header]: secret } };
    case 'query':
      target.searchParams.set(placement.parameter, secret);
      return { url: target.href, headers };
  }
}

/** `*.example.com` is all below example.com and not itself. */
export function matchesHost(host: string, pattern: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}

/** Servers echo what they were sent, in errors above all: no form of the secret comes through. */
export function withoutSecret(text: string, credential: OpenCredential | null): string {
  if (!credential) return text;
  const { name, secret } = credential;
  const forms = [
    basicOf(credential),
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
  ];
  return [...new Set(forms)].reduce(
    (clean, form) => (form === '' ? clean : clean.replaceAll(form, `[secret ${name}]`)),
    text,
  );
}

function basicOf({ secret, placement }: OpenCredential): string {
  return placement.as === 'basic' ? Buffer.from(`${placement.user}:${secret}`).toString('base64') : '';
}

function without(headers: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([key]) => key.toLowerCase() !== name.toLowerCase()),
  );
}
