import { z } from 'zod'
import { type LinkKind, linkRules } from '#kernel/linking.ts'

/** What is said of records that are one over systems, between the room's operations and its screen. */

export const Rule = z.enum(linkRules)
export type Rule = z.infer<typeof Rule>
const Kind = z.enum(['customer', 'lead', 'account'])

export const Ref = z.object({
  kind: Kind,
  store: z.string(),
  id: z.string().describe('Id in the source; of a lead its platform and id'),
})
export type Ref = z.infer<typeof Ref>

const Member = Ref.extend({
  name: z.string().describe('Empty where nothing personal is kept'),
  by: z.string().describe('Rule that joined it, or hand'),
  source: z.string().describe('Connection or import it came by'),
})
export type Member = z.infer<typeof Member>

export const Entity = z.object({ entity: z.string(), members: z.array(Member) })
export type Entity = z.infer<typeof Entity>

export const ByHand = z.object({
  id: z.string(),
  a: Ref,
  b: Ref,
  together: z.boolean(),
  by: z.string(),
  at: z.string(),
})
export type ByHand = z.infer<typeof ByHand>

export const LinkingState = z.object({
  rules: z.array(Rule).describe('Those that are on'),
  freeMail: z.array(z.string()).describe('Domains that say nothing about who somebody belongs to'),
  version: z.int(),
  counts: z.array(
    z.object({
      kind: Kind,
      records: z.number().describe('All there are'),
      linked: z.number().describe('Records that are one with another'),
      entities: z.number().describe('What those come to'),
    }),
  ),
  byRule: z.array(z.object({ by: z.string(), records: z.number() })),
  byHand: z.array(ByHand),
})
export type LinkingState = z.infer<typeof LinkingState>

/** What a rule does, in words. */
export const ruleWords: Readonly<Record<Rule, { label: string; about: string }>> = {
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
  by === 'hand' ? 'By hand' : (ruleWords[by as Rule]?.label ?? by)

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
        .map(one => one.trim().toLowerCase().replace(/^@/, ''))
        .filter(one => one !== ''),
    ),
  ].sort()
