/** Which network addresses a partner can have: none inside the institution's network, none of this machine. */
import { type LookupAddress, lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** IPv4 that is not the public internet, by IANA's registry of special-purpose addresses. */
const PRIVATE_IPV4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8], // unspecified: this machine
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // behind a provider's NAT
  ['127.0.0.0', 8],
  ['169.254.0.0', 16], // link-local: the metadata service of clouds
  ['172.16.0.0', 12],
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // relays of 6to4
  ['192.168.0.0', 16],
  ['198.18.0.0', 15], // benchmarking
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and broadcast
]

/**
 * The only part of IPv6 that is handed out as public. Outside it are ::, ::1, v4-mapped, NAT64, fc00::/7, fe80::/10 and
 * multicast.
 */
const GLOBAL_IPV6 = ['2000::', 3] as const

/** What is special within it. */
const PRIVATE_IPV6: readonly (readonly [string, number])[] = [
  ['2001::', 23], // protocol assignments, with Teredo, which holds an IPv4 address, and benchmarking
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4, which holds an IPv4 address
  ['3fff::', 20], // documentation
]

// A list for each family: with ::ffff:0:0/96 in one list for both, every IPv4 address would be in it.
const privateIPv4 = listOf(PRIVATE_IPV4, 'ipv4')
const globalIPv6 = listOf([GLOBAL_IPV6], 'ipv6')
const privateIPv6 = listOf(PRIVATE_IPV6, 'ipv6')

function listOf(subnets: readonly (readonly [string, number])[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList()
  for (const [net, prefix] of subnets) list.addSubnet(net, prefix, family)
  return list
}

/** Whether an address is anything but the public internet. What is no IP address at all counts as private too. */
export function isPrivateAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return privateIPv4.check(address, 'ipv4')
    case 6:
      return !globalIPv6.check(address, 'ipv6') || privateIPv6.check(address, 'ipv6')
    default:
      return true
  }
}

/** Whether the host of a parsed URL means this machine, by its spelling. */
export function isLoopbackHost(hostname: string): boolean {
  return /^(127\.[0-9.]+|\[::1\]|(.+\.)?localhost\.?)$/.test(hostname)
}

/**
 * Whether the host of a parsed URL is private by its spelling: an IP address, for which no lookup ever runs, or a name
 * of this machine. `URL` has already turned decimal, octal, hex and short spellings into the usual one.
 */
export function isPrivateHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1')
  return isLoopbackHost(hostname) || (isIP(bare) !== 0 && isPrivateAddress(bare))
}

/** A host name leads to an address that no partner can have. */
export class PrivateAddressError extends Error {
  constructor() {
    super('The host name leads to a private address.')
  }
}

/**
 * The lookup of a connection to a partner. It fails with PrivateAddressError when any of a name's addresses is private.
 * It runs as part of connecting, so that what is checked is what is connected to, whatever the name leads to later.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const [first] = addresses ?? []
    if (error) callback(error, [])
    else if (!first || addresses.some(({ address }) => isPrivateAddress(address)))
      callback(new PrivateAddressError(), [])
    else if (options.all) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}
