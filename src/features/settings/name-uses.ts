import { desc } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { dimensions as ownDimensions } from '#metrics/dimensions.ts'
import { vocabulary } from '#metrics/vocabulary.ts'
import type { World } from '#metrics/world.ts'
import * as plan from '#postgres/tables/plan.ts'
import { decks } from '#postgres/tables/reviews.ts'
import * as rows from '#postgres/tables/settings.ts'
import { alertRules } from '#postgres/tables/watch.ts'

/** What a row of an answer holds besides metrics and dimensions. */
const ofEachRow = ['period', 'compare']

/**
 * A row of an answer names its metrics and dimensions side by side: one name is one thing.
 * @throws Failure('invalid') for a name that something of the other kind has.
 */
export function nameIsFree(name: string, as: 'metric' | 'dimension', world: World): void {
  const taken =
    as === 'metric'
      ? [...ownDimensions, ...world.dimensions].some(one => one.name === name) && 'a dimension'
      : vocabulary(world.metrics, world).has(name) && 'a metric'
  const said = taken || (ofEachRow.includes(name) && 'a word of every answer')
  if (said) throw invalid(`${name} is ${said} already.`, 'Choose another name.')
}

/** Whether anything in some content is of a metric: `metric: name`, or `name` among `metrics`. */
const mentions = (content: unknown, name: string): boolean =>
  Array.isArray(content)
    ? content.some(one => mentions(one, name))
    : typeof content === 'object' &&
      content !== null &&
      Object.entries(content).some(
        ([key, value]) =>
          (key === 'metric' && value === name) ||
          (key === 'metrics' && Array.isArray(value) && value.includes(name)) ||
          mentions(value, name),
      )

/**
 * What was decided in a metric's or dimension's name stays true only while it is there.
 * @throws Failure('conflict') naming what uses it.
 */
export async function unused(
  { ledger }: Pick<Context, 'ledger'>,
  name: string,
  as: 'metric' | 'dimension',
  world: Pick<World, 'metrics' | 'dimensions'>,
): Promise<void> {
  if (!world[as === 'metric' ? 'metrics' : 'dimensions'].some(one => one.name === name)) return
  const rules = await ledger.select().from(alertRules)
  const uses =
    as === 'dimension'
      ? rules.filter(one => one.by.includes(name)).map(one => `the alert rule ${one.name}`)
      : [
          ...world.metrics
            .filter(one => one.name !== name && new RegExp(`\\b${name}\\b`).test(one.formula))
            .map(one => `the metric ${one.name}`),
          ...(await ledger.select().from(rows.targets))
            .filter(one => one.metric === name)
            .map(one => `the target ${one.name}`),
          ...rules
            .filter(one => one.metric === name || one.against === name)
            .map(one => `the alert rule ${one.name}`),
          ...(await ledger.select().from(decks))
            .filter(one => mentions(one.sections, name))
            .map(one => `the review ${one.name}`),
          ...(
            await ledger.select({ name: plan.versions.name, sheet: plan.versions.sheet }).from(plan.versions)
          )
            .filter(one => mentions(one.sheet, name))
            .map(one => `the plan ${one.name}`),
          ...(await ledger.select().from(plan.strategies).orderBy(desc(plan.strategies.revision)).limit(1))
            .filter(one => mentions(one.content, name))
            .map(() => 'the strategy'),
        ]
  if (uses.length > 0)
    throw new Failure(
      'conflict',
      `${name} is used by ${uses.slice(0, 5).join(', ')}${uses.length > 5 ? ` and ${uses.length - 5} more` : ''}.`,
      { next: 'Take it out of there first. To call it otherwise, change its label.' },
    )
}
