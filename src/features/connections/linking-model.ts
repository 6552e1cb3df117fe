import { z } from 'zod'
import { linkRules } from '#kernel/linking.ts'

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
