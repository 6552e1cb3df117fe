import { desc } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { invalid } from '#kernel/error.ts'
import { initiativesIn, keptStrategy } from '#kernel/plan/strategy.ts'
import * as tables from '#postgres/tables/plan.ts'

/** An initiative as it is called now, or was called last where the strategy has it no more. */
export interface Initiative {
  id: string
  name: string
  gone: boolean
}

/** Every initiative there is or was, by its lasting id. */
export async function initiativesOf({ ledger }: Context): Promise<ReadonlyMap<string, Initiative>> {
  const revisions = await ledger
    .select({ content: tables.strategies.content })
    .from(tables.strategies)
    .orderBy(desc(tables.strategies.revision))
  const found = new Map<string, Initiative>()
  revisions.forEach(({ content }, n) => {
    for (const one of initiativesIn(keptStrategy(content)))
      if (!found.has(one.id)) found.set(one.id, { ...one, gone: n > 0 })
  })
  return found
}

/**
 * The lasting id of an initiative somebody names, by its id or as it is called now. `kept` is what the case hung on
 * before: that stays, whatever became of it.
 * @throws Failure('invalid') for one that is not in the strategy.
 */
export async function initiativeOf(context: Context, asked: string, kept: string): Promise<string> {
  if (asked === '' || asked === kept) return asked
  const now = [...(await initiativesOf(context)).values()].filter(one => !one.gone)
  const found = now.find(one => one.id === asked) ?? now.find(one => one.name === asked)
  if (found) return found.id
  throw invalid(
    `There is no initiative “${asked}” in the strategy.`,
    now.length > 0
      ? `It has ${now
          .slice(0, 8)
          .map(one => one.name)
          .join(', ')}.`
      : 'Write the strategy first, or leave the initiative out.',
  )
}
