import { z } from 'zod'
import { mayAct } from '#kernel/actor.ts'
import { rankOf, wordsTyped } from '#kernel/finding.ts'
import { read } from './base.ts'
import { connectionFinders } from './connections/finding.ts'
import { type Finder, Found } from './finder.ts'
import { memberFinders } from './members/finding.ts'
import { performanceFinders } from './performance/finding.ts'
import { planFinders } from './plan/finding.ts'
import { reviewFinders } from './reviews/finding.ts'
import { settingFinders } from './settings/finding.ts'

const finders: readonly Finder[] = [
  ...planFinders,
  ...performanceFinders,
  ...settingFinders,
  ...reviewFinders,
  ...connectionFinders,
  ...memberFinders,
]

/** What is of no room: it asks every one of them. */
export const everywhere = {
  find: read({
    role: 'viewer',
    summary:
      'Things by any words of their names: products, vendors, accounts, deals, alerts, plans, cases, people and more; customers and orders by number or how they begin',
  })
    .input(
      z.object({
        words: z.string().trim().min(1).max(200).describe('In any order, each in the name or beside it'),
        most: z.int().min(1).max(50).default(5).describe('Of each kind'),
      }),
    )
    .output(z.array(Found).describe('The best of each kind, the best first'))
    .handler(async ({ input, context }) => {
      const words = wordsTyped(input.words)
      const { role, stores } = context.actor
      const open = finders.filter(
        one => mayAct(role, one.role ?? 'viewer') && (!one.whole || stores === 'all'),
      )
      const found = await Promise.all(
        open.map(async ({ kind, find }) =>
          (await find(context, words))
            .map(({ also = '', ...thing }) => ({
              rank: rankOf(words, thing.label, `${thing.about} ${thing.id} ${also}`),
              thing: { kind, ...thing },
            }))
            .filter(({ rank }) => rank > 0)
            .toSorted(
              (a, b) =>
                b.rank - a.rank ||
                a.thing.label.length - b.thing.label.length ||
                a.thing.label.localeCompare(b.thing.label, 'en'),
            )
            .slice(0, input.most),
        ),
      )
      return found
        .flat()
        .toSorted((a, b) => b.rank - a.rank)
        .map(({ thing }) => thing)
    }),
}
