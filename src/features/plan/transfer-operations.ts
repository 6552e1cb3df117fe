import { z } from 'zod'
import { read, write } from '#features/base.ts'
import { consentTransfer, refuseTransfer, transfer, transfersWaiting } from './asked-transfers.ts'
import { person, versionOf, wholeCompany } from './cells.ts'
import { decimal } from './model.ts'

const Became = z.object({
  moved: z.boolean(),
  wanting: z.array(z.string()).describe('The consent it still wants'),
})

export const transferOperations = {
  transfer: write({
    role: 'contributor',
    summary: 'Move money from one budget line to another, or ask for the consent the rules want',
    agents: false,
  })
    .input(
      z.object({
        from: z.string(),
        to: z.string(),
        period: z.string(),
        amount: decimal,
        why: z.string().trim().min(1).max(500),
        ask: z.boolean().default(false).describe('Where the rules want more consent, ask for it'),
      }),
    )
    .output(Became)
    .handler(({ input: { ask, ...input }, context }) => {
      wholeCompany(context.actor)
      return transfer(context, input, ask)
    }),

  transfers: read({ role: 'viewer', summary: 'Transfers between budget lines that wait for consent' })
    .input(z.object({ version: z.string() }))
    .output(
      z.array(
        z.object({
          id: z.string(),
          from: z.string().describe('The line that gives'),
          to: z.string(),
          period: z.string(),
          amount: z.string(),
          why: z.string(),
          submittedBy: z.string(),
          submittedName: z.string(),
          at: z.string(),
          consents: z.array(z.string()).describe('Who consented so far'),
        }),
      ),
    )
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      const { id } = await versionOf(context, input.version)
      return transfersWaiting(context, id)
    }),

  consentTransfer: write({
    role: 'lead',
    summary: 'Consent to a transfer that waits; with the last consent the money moves',
    agents: false,
  })
    .input(z.object({ id: z.string(), comment: z.string().max(2000).default('') }))
    .output(Became)
    .handler(({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      return consentTransfer(context, input.id, input.comment)
    }),

  refuseTransfer: write({
    role: 'contributor',
    summary: 'Give a transfer that waits back, saying why, or take one’s own back',
    agents: false,
  })
    .input(z.object({ id: z.string(), why: z.string().trim().min(1).max(500) }))
    .output(z.object({ done: z.literal(true) }))
    .handler(async ({ input, context }) => {
      wholeCompany(context.actor)
      person(context.actor)
      await refuseTransfer(context, input.id, input.why)
      return { done: true as const }
    }),
}
