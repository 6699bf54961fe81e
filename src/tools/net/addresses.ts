/**
 * Which addresses belong to the public internet. Whatever is not plainly public is not: private and shared networks, this machine,
 * link-local (where clouds keep their metadata), multicast, documentation, and everything that wraps an IPv4 address in an IPv6 one
 * (mapped, NAT64, 6to4, Teredo), since the inner address could be any of these.
 */
import { BlockList, isIP } from 'node:net';

const notPublic4: [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/** Only 2000::/3 is given out to the internet; these are its parts that are not. */
const notPublic6: [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const closed = new BlockList();
for (const [net, prefix] of notPublic4) closed.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of notPublic6) closed.addSubnet(net, prefix, 'ipv6');
const global6 = new BlockList();
global6.addSubnet('2000::', 3, 'ipv6');

/** @param address without brackets; a zone (`fe80::1%eth0`) or anything that is no address is not public */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !closed.check(address, 'ipv4');
  if (family === 6) return global6.check(address, 'ipv6') && !closed.check(address, 'ipv6');
  return false;
}
