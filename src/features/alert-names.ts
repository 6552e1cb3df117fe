import { calledIn, namesIn, partsIn } from '#metrics/names.ts'
import type { alerts } from '#postgres/tables/watch.ts'
import type { Context } from './context.ts'

type Alert = typeof alerts.$inferSelect

const partsOf = ({ slice }: Alert) =>
  Object.entries(slice).map(([dimension, value]) => ({ dimension, value }))

/** Tells what alerts are of, and their causes, by names: titles of products in place of their codes. */
export async function namedIn(
  { granary, actor }: Pick<Context, 'granary' | 'actor'>,
  those: readonly Alert[],
): Promise<(alert: Alert) => Alert> {
  const nameOf = await namesIn(
    granary,
    actor,
    those.flatMap(one => [...partsOf(one), ...one.finding.causes.flatMap(partsIn)]),
  )
  return alert => ({
    ...alert,
    slice: Object.fromEntries(partsOf(alert).map(part => [part.dimension, nameOf(part) ?? part.value])),
    finding: {
      ...alert.finding,
      causes: alert.finding.causes.map(one => ({ ...one, words: calledIn(one.words, partsIn(one), nameOf) })),
    },
  })
}
