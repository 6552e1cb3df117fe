import { domainOf, type LinkKind, type LinkRule } from './linking.ts'

/** What a rule does, in words. */
export const ruleWords: Readonly<Record<LinkRule, { label: string; about: string }>> = {
  email: {
    label: 'Same e-mail address',
    about:
      'Customers of several shops, and leads, with one address are one person. Addresses are compared as hashes.',
  },
  domain: {
    label: 'Same company domain',
    about: 'Accounts whose web or mail domain is the same are one company. Free-mail domains say nothing.',
  },
  name: {
    label: 'Same company name',
    about: 'Accounts whose names agree but for legal form, accents and signs. Strangers may share a name.',
  },
}

export const joinedBy = (by: string): string =>
  by === 'hand' ? 'By hand' : (ruleWords[by as LinkRule]?.label ?? by)

const kinds: Readonly<Record<LinkKind, readonly [one: string, many: string]>> = {
  customer: ['customer', 'customers'],
  lead: ['lead', 'leads'],
  account: ['account', 'accounts'],
}
export const kindWords = (kind: LinkKind, count: number): string =>
  `${count.toLocaleString('en-GB')} ${kinds[kind][count === 1 ? 0 : 1]}`

/** In a sentence: how many are known to more than one system; or how many there are, when none is. */
export function linkedWords(
  counts: readonly { kind: LinkKind; records: number; entities: number }[],
): string {
  const those = counts.filter(one => one.kind !== 'lead')
  const known = those.filter(one => one.entities > 0)
  if (known.length > 0)
    return `${known.map(one => kindWords(one.kind, one.entities)).join(' and ')} ${known.length === 1 && known[0]?.entities === 1 ? 'is' : 'are'} known to several systems`
  const there = those.filter(one => one.records > 0)
  return there.length === 0
    ? 'No customer is known to any system yet'
    : `${there.map(one => kindWords(one.kind, one.records)).join(' and ')}, none known to a second system`
}

/** Domains as somebody typed them, one a line or with commas between: bare, once, in order. */
export const domainsOf = (text: string): string[] =>
  [
    ...new Set(
      text
        .split(/[\s,;]+/)
        .map(domainOf)
        .filter(one => one !== ''),
    ),
  ].sort()
