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
