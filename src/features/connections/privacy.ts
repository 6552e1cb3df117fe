import { z } from 'zod'
import { read, write } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { Failure, invalid } from '#kernel/error.ts'
import type { Held, Wanted } from '#sync/erase.ts'

const Asked = z.object({
  email: z.email().optional().describe('Address of the person'),
  id: z.string().min(1).max(200).optional().describe('Number a store or platform knows the person by'),
  store: z
    .string()
    .optional()
    .describe('Store whose number it is; every store when absent, where it may be somebody else’s'),
})

const HeldRow = z.object({
  kind: z.enum(['customer', 'lead']),
  store: z.string(),
  platform: z.string().describe('System a lead is known to; empty for customers'),
  id: z.string(),
  name: z.string(),
  country: z.string(),
  count: z.number().describe('Orders of a customer, stages a lead entered'),
})

/** Looks for the person. @throws Failure('forbidden') for whoever does not see every store, 'invalid' when none is named. */
async function found({ actor, syncs }: Context, input: unknown): Promise<{ wanted: Wanted; held: Held[] }> {
  if (actor.stores !== 'all')
    throw new Failure('forbidden', 'People are looked for and erased in all stores at once.', {
      next: 'Ask an owner who sees every store.',
    })
  const { email, id, store } = Asked.parse(input)
  const wanted = { ...(email && { email }), ...(id && { id }), ...(id && store && { store }) }
  if (!email && !id) throw invalid('Nobody is named.', 'Give an e-mail address or a number.')
  return { wanted, held: await syncs.findPerson(wanted) }
}

/** What is kept of one person, and its end: for whoever asks for it by right. */
export const privacy = {
  person: read({ role: 'owner', summary: 'What is kept of one person, by address or number', agents: false })
    .input(Asked)
    .output(z.array(HeldRow))
    .handler(async ({ input, context }) =>
      (await found(context, input)).held.map(({ hash: _, ...row }) => row),
    ),

  erasePerson: write({
    role: 'owner',
    summary: 'Erase a person for good: figures stay, what says whose they are goes, now and when read again',
    agents: false,
    prepare: (context, input) => found(context, input),
  })
    .input(Asked)
    .output(z.object({ places: z.number().describe('Customers and leads that were found') }))
    .handler(async ({ context }) => {
      const { wanted, held } = context.prepared as Awaited<ReturnType<typeof found>>
      await context.syncs.noteErased(context.ledger, wanted, held)
      // The audit tells that somebody was erased, and not who.
      context.note({ subject: 'a person', stores: 'all', after: { places: held.length } })
      context.enqueue('erase', { id: 'all' })
      return { places: held.length }
    }),
}
