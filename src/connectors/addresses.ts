import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { Failure, invalid } from '#kernel/error.ts'

/** Networks that are nobody's business outside: loopback, private, link-local, shared, multicast, reserved. */
const inner = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  inner.addSubnet(network, bits, 'ipv4')
for (const [network, bits] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  inner.addSubnet(network, bits, 'ipv6')

const isInner = (address: string): boolean => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  const plain = mapped ?? address
  return inner.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4')
}

/** Whether a host is one of those named: exactly, or under `*.`. */
const isNamed = (host: string, names: readonly string[]): boolean =>
  names.some(name => (name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name))

/**
 * Lets only addresses through that the vendor is known by, or that the owner allowed (host and port), and of the
 * vendor's own none that leads into a private network.
 * @throws Failure('forbidden') for any other.
 */
export const reachable = async (
  url: string,
  { vendor, hosts }: { vendor: string; hosts: readonly string[] },
  allowed: ReadonlySet<string>,
): Promise<void> => {
  const at = URL.canParse(url) ? new URL(url) : null
  if (!at || (at.protocol !== 'https:' && at.protocol !== 'http:'))
    throw invalid(`${vendor} cannot be asked at such an address.`, 'Give one that begins with https://.')
  if (allowed.has(at.host)) return
  if (at.protocol !== 'https:' || !isNamed(at.hostname, hosts))
    throw new Failure('forbidden', `${at.host} is no known address of ${vendor}.`, {
      next: 'If it is right, an owner can allow it by giving it as the base URL of the connection.',
    })
  const host = at.hostname.replace(/^\[|\]$/g, '')
  const found = isIP(host) ? [{ address: host }] : await lookup(host, { all: true }).catch(() => [])
  if (found.some(({ address }) => isInner(address)))
    throw new Failure('forbidden', `${at.host} leads into a private network.`)
}
