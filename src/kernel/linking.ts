/**
 * Who is one and the same in several systems. Records that share an address, a domain or a name by a rule that is on are
 * one; what people say by hand goes before, and what they set apart goes before everything. Being one is an equivalence:
 * whoever is one with a second and a third makes those one too.
 */

/** Rules in the order they are tried. */
export const linkRules = ['email', 'domain', 'name'] as const
export type LinkRule = (typeof linkRules)[number]

export type LinkKind = 'customer' | 'lead' | 'account'

/** A record of a system. */
export interface LinkRef {
  kind: LinkKind
  store: string
  id: string
}

/** A record, and what it is known by: by rule, a value it may share with others. */
export interface LinkRecord extends LinkRef {
  marks: readonly { rule: LinkRule; value: string }[]
}

/** What somebody said of two records. */
export interface LinkByHand {
  a: LinkRef
  b: LinkRef
  together: boolean
}

/** A record that is one with others: `entity` names them all, `by` what joined it. */
export interface Link extends LinkRef {
  entity: string
  by: LinkRule | 'hand'
}

export const linkKey = ({ kind, store, id }: LinkRef): string => `${kind} ${store} ${id}`

/** Hosts that give addresses to anybody: sharing one says nothing. */
export const freeMail: readonly string[] = [
  'aol.com',
  'btinternet.com',
  'free.fr',
  'gmail.com',
  'gmx.de',
  'gmx.net',
  'googlemail.com',
  'hotmail.co.uk',
  'hotmail.com',
  'icloud.com',
  'libero.it',
  'live.com',
  'mail.ru',
  'me.com',
  'msn.com',
  'orange.fr',
  'outlook.com',
  'proton.me',
  'protonmail.com',
  'qq.com',
  't-online.de',
  'web.de',
  'yahoo.co.uk',
  'yahoo.com',
]

/** A host name as it is compared, from an address, a web address or a bare domain; '' for none. */
export const domainOf = (text: string | null | undefined): string =>
  (text ?? '')
    .trim()
    .toLowerCase()
    .replace(/^.*@/, '')
    .replace(/^[a-z]+:\/\//, '')
    .replace(/^www\./, '')
    .replace(/[/:?#].*$/, '')

const forms = /\b(ltd|limited|plc|llc|llp|inc|corp|co|gmbh|ag|kg|bv|nv|sa|sarl|sas|srl|spa|ab|as|oy)\b/g

/** A company's name as it is compared: without its legal form, signs and spaces. */
export const plainName = (name: string): string =>
  name
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('&', ' and ')
    .replaceAll('.', '')
    .replaceAll(forms, ' ')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '')

/**
 * The records that are one with others. The order they come in does not matter: words by hand and marks are taken in an
 * order of their own. Two that were set apart are never one, whatever joins them: the later of two ways is not taken.
 */
export function linksOf(records: readonly LinkRecord[], byHand: readonly LinkByHand[]): Link[] {
  const known = new Map(records.map(record => [linkKey(record), record]))
  const groups = disjoint(
    byHand.flatMap(({ a, b, together }) => (together ? [] : [[linkKey(a), linkKey(b)] as const])),
  )
  const joinedBy = new Map<string, Link['by']>()
  const join = (a: string, b: string, by: Link['by']) => {
    if (!groups.join(a, b)) return
    for (const key of [a, b]) if (!joinedBy.has(key)) joinedBy.set(key, by)
  }
  const said = byHand
    .filter(one => one.together && known.has(linkKey(one.a)) && known.has(linkKey(one.b)))
    .map(({ a, b }) => [linkKey(a), linkKey(b)].sort() as [string, string])
    .sort(inOrder)
  for (const [a, b] of said) join(a, b, 'hand')
  for (const rule of linkRules) {
    const sharing = new Map<string, string[]>()
    for (const [key, { marks }] of known)
      for (const mark of marks) {
        if (mark.rule !== rule || mark.value === '') continue
        const keys = sharing.get(mark.value)
        if (keys) keys.push(key)
        else sharing.set(mark.value, [key])
      }
    for (const value of [...sharing.keys()].sort()) {
      const keys = (sharing.get(value) ?? []).sort()
      // One that may not join the first may still join another.
      const heads: string[] = []
      for (const key of keys) {
        const head = heads.find(one => groups.mayJoin(one, key))
        if (head === undefined) heads.push(key)
        else join(head, key, rule)
      }
    }
  }
  return [...joinedBy]
    .flatMap(([key, by]) => {
      const record = known.get(key)
      return record
        ? [{ kind: record.kind, store: record.store, id: record.id, entity: groups.of(key), by }]
        : []
    })
    .sort((a, b) => (linkKey(a) < linkKey(b) ? -1 : 1))
}

const inOrder = ([a, b]: readonly [string, string], [c, d]: readonly [string, string]): number =>
  a === c ? (b < d ? -1 : b > d ? 1 : 0) : a < c ? -1 : 1

/** Sets that are joined, but never where that would put both of an `apart` pair into one. A set is called by its least member. */
function disjoint(apart: readonly (readonly [string, string])[]) {
  const parents = new Map<string, string>()
  const root = (key: string): string => {
    const up = parents.get(key)
    if (up === undefined) return key
    const top = root(up)
    parents.set(key, top)
    return top
  }
  const mayJoin = (a: string, b: string): boolean => {
    const [x, y] = [root(a), root(b)]
    return (
      x === y ||
      apart.every(([p, q]) => {
        const [r, s] = [root(p), root(q)]
        return !((r === x && s === y) || (r === y && s === x))
      })
    )
  }
  return {
    of: root,
    mayJoin,
    /** @returns whether the two are one now. */
    join(a: string, b: string): boolean {
      const [x, y] = [root(a), root(b)].sort() as [string, string]
      if (x === y) return true
      if (!mayJoin(a, b)) return false
      parents.set(y, x)
      return true
    },
  }
}
