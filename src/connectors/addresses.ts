import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
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

const isPrivate = (host: string) => new Failure('forbidden', `${host} leads into a private network.`)

/** Resolves a name for a connection that is being made: to outer addresses, or not at all. */
const outward: LookupFunction = (host, options, done) =>
  lookup(host, { ...options, all: true }, (error, found) => {
    const [first] = found ?? []
    if (error || !first) done(error ?? new Error(`${host} has no address`), [])
    else if (found.some(({ address }) => isInner(address))) done(isPrivate(host), [])
    else if (options.all) done(null, found)
    else done(null, first.address, first.family)
  })

/** undici’s, which the types of `fetch` do not tell of. */
type Dispatcher = object
let outer: Dispatcher | undefined

/**
 * The way to connections whose own resolving of the name refuses inner addresses: a check beforehand could be told another
 * address than the connection is. Of the class that `fetch` uses itself, which it keeps under this symbol for whoever
 * replaces it.
 */
const outerWay = (): Dispatcher => {
  if (outer) return outer
  // It is there once something of fetch was asked for.
  new Response()
  const usual = Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1')) as Dispatcher
  const Way = usual.constructor as new (given: { connect: { lookup: LookupFunction } }) => Dispatcher
  outer = new Way({ connect: { lookup: outward } })
  return outer
}

/**
 * Lets only addresses through that the vendor is known by, or that the owner allowed (host and port), and of the
 * vendor's own none that leads into a private network. Gives what `fetch` is to be called with besides: the name is
 * resolved once, when the connection is made, and a private address found then ends `fetch` with a Failure as its cause
 * (see `refusalIn`).
 * @throws Failure('forbidden') for any other.
 */
export const reachable = (
  url: string,
  { vendor, hosts }: { vendor: string; hosts: readonly string[] },
  allowed: ReadonlySet<string>,
): { dispatcher?: Dispatcher } => {
  const at = URL.canParse(url) ? new URL(url) : null
  if (!at || (at.protocol !== 'https:' && at.protocol !== 'http:'))
    throw invalid(`${vendor} cannot be asked at such an address.`, 'Give one that begins with https://.')
  // Nobody could be asked there, and the refusal would tell them.
  if (at.username || at.password)
    throw invalid(
      `The address of ${vendor} holds a name or password.`,
      'Give the address alone; what proves who asks goes into the fields for it.',
    )
  if (allowed.has(at.host)) return {}
  if (at.protocol !== 'https:' || !isNamed(at.hostname, hosts))
    throw new Failure('forbidden', `${at.host} is no known address of ${vendor}.`, {
      next: 'If it is right, an owner can allow it by giving it as the base URL of the connection.',
    })
  // A number is connected to without being resolved.
  const host = at.hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) && isInner(host)) throw isPrivate(at.host)
  return { dispatcher: outerWay() }
}

/** The refusal of a private address in what `fetch` failed of; null where it failed of something else. */
export const refusalIn = (error: unknown): Failure | null =>
  error instanceof Failure ? error : error instanceof Error && error.cause ? refusalIn(error.cause) : null
