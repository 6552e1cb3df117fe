import { z } from 'zod'
import { read } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { askedDay } from '#kernel/asked-day.ts'
import { invalid } from '#kernel/error.ts'
import { reviewOf } from './deck-operations.ts'
import type { Told } from './document/document.ts'
import { flashOf } from './flash.ts'
import { mondayOf } from './monday.ts'

const Asked = z.object({
  which: z.enum(['flash', 'monday', 'review']),
  day: askedDay.optional().describe('Of a flash; the last that is over when absent'),
  week: askedDay.optional().describe('Of the others: last day of the week; the latest when absent'),
  deck: z.string().optional().describe('Of a review: which one; the company’s own when absent'),
})
type Asked = z.infer<typeof Asked>

const kinds = { flash: 'Daily flash', monday: 'Monday trading pack', review: 'Weekly business review' }

/** What the screen of it shows the same reader. */
async function toldOf(context: Context, { which, day, week, deck = 'weekly' }: Asked): Promise<Told> {
  switch (which) {
    case 'flash':
      return { which, told: await flashOf(context, day) }
    case 'monday':
      return { which, told: await mondayOf(context, week) }
    case 'review':
      return { which, told: await reviewOf(context, { deck, week }) }
  }
}

export const documentOperations = {
  document: read({
    role: 'viewer',
    summary: 'The daily flash, the Monday pack or a week’s review as a PDF file',
  })
    .input(Asked)
    .output(z.file())
    .handler(async ({ input, context }) => {
      const { which, day, week, deck } = input
      if (which === 'flash' ? (week ?? deck) !== undefined : day !== undefined)
        throw invalid(
          which === 'flash' ? 'A flash is of a day.' : `A ${kinds[which]} is of a week.`,
          which === 'flash' ? 'Say its `day`.' : 'Say the last day of its `week`.',
        )
      if (which === 'monday' && deck !== undefined)
        throw invalid('There is one Monday pack.', 'Leave `deck` away.')
      // What sets type is loaded with the first document: no start and no other operation waits for it.
      const { documentOf, emptyDocument } = await import('./document/document.ts')
      const empty = which === 'flash' ? null : await emptyDocument(context, kinds[which])
      return empty ?? documentOf(context, await toldOf(context, input))
    }),
}
