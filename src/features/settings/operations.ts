import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { approvedNames } from '#features/approved-plans.ts'
import { read, write } from '#features/base.ts'
import { knownStores } from '#features/known-stores.ts'
import { type Actor, seesAll } from '#kernel/actor.ts'
import { askedDay } from '#kernel/asked-day.ts'
import { invalid } from '#kernel/error.ts'
import { forecastTarget } from '#kernel/view.ts'
import { dimensions as ownDimensions } from '#metrics/dimensions.ts'
import { heldAgainst } from '#metrics/plans.ts'
import { checkMetric, unknown, vocabulary } from '#metrics/vocabulary.ts'
import * as rows from '#postgres/tables/settings.ts'
import { costOperations, costsOf } from './costs.ts'
import { eventRuleOperations } from './event-rules.ts'
import { Company, Dimension, Event, Metric, Settings, Store, Target } from './model.ts'
import { nameIsFree, unused } from './name-uses.ts'
import { current, remove, save, within } from './saving.ts'
import { defaultCalendar, readWorld } from './world.ts'

const Saved = z.object({ version: z.int() })
const Nothing = z.object({}).optional()

const storesOfEvent = (event: object): Actor['stores'] =>
  'stores' in event && Array.isArray(event.stores) && event.stores.length > 0 ? event.stores : 'all'
const storesOfTarget = (target: object): Actor['stores'] =>
  'store' in target && typeof target.store === 'string' ? [target.store] : 'all'

const Removed = z.object({ removed: z.literal(true) })

export const settings = {
  read: read({ role: 'viewer', summary: 'Stores, calendar, currency, events, targets and what people added' })
    .input(Nothing)
    .output(Settings)
    .handler(async ({ context }) => {
      const { ledger, actor } = context
      const costs = await costsOf(context)
      const [stores, [company], events, targets, metrics, dimensions, eventRules] = await Promise.all([
        ledger.select().from(rows.stores).orderBy(rows.stores.store),
        ledger.select().from(rows.company),
        ledger.select().from(rows.events).orderBy(rows.events.from),
        ledger.select().from(rows.targets).orderBy(rows.targets.name),
        ledger.select().from(rows.metrics).orderBy(rows.metrics.name),
        ledger.select().from(rows.dimensions).orderBy(rows.dimensions.name),
        ledger.select().from(rows.eventRules).orderBy(rows.eventRules.label),
      ])
      const seen = targets.filter(t => t.store === null || seesAll(actor, [t.store]))
      return {
        stores: stores.filter(s => actor.stores === 'all' || actor.stores.includes(s.store)),
        calendar: (company?.calendar as typeof defaultCalendar | undefined) ?? defaultCalendar,
        currency: company?.currency ?? null,
        companyVersion: company?.version ?? 0,
        // Of one in several stores a reader is told those of theirs, as of people; none left is of others alone.
        events: events.flatMap(event => {
          const stores = event.stores.filter(one => seesAll(actor, [one]))
          return stores.length > 0 || event.stores.length === 0 ? [{ ...event, stores }] : []
        }),
        targets: seen,
        metrics,
        dimensions,
        eventRules,
        ...costs,
        demo: context.demo,
        plans: await approvedNames(ledger),
        // Plans are of the whole company: those of some stores are held against a target they may see, or none.
        target:
          actor.stores === 'all' || seen.some(one => one.metric === 'net_sales')
            ? await heldAgainst(context.granary, seen)
            : null,
      }
    }),

  saveStore: write({ role: 'director', summary: 'Add or change a store' })
    .input(Store)
    .output(Saved)
    .handler(async ({ input: { version, ...values }, context }) => {
      within(context.actor, [values.store])
      const before = await current(context, { table: rows.stores, key: rows.stores.store, id: values.store })
      if (before && (before.currency !== values.currency || before.timezone !== values.timezone))
        throw invalid(
          `The currency and time zone of ${values.store} cannot change: its ledger is booked in them.`,
          'Import into a new store instead.',
        )
      return save(context, {
        table: rows.stores,
        key: rows.stores.store,
        id: values.store,
        what: `store ${values.store}`,
        version,
        values,
      })
    }),

  saveCompany: write({ role: 'director', summary: 'Set the calendar and the currency answers are given in' })
    .input(Company)
    .output(Saved)
    .handler(({ input: { version, ...values }, context }) => {
      within(context.actor, 'all')
      return save(context, {
        table: rows.company,
        key: rows.company.id,
        id: 'company',
        what: 'calendar and currency',
        version: version || undefined,
        values: { id: 'company', ...values },
      })
    }),

  saveEvent: write({ role: 'contributor', summary: 'Add or change an event' })
    // What was saved before of later years can still be read.
    .input(Event.safeExtend({ from: askedDay, to: askedDay }))
    .output(Saved.extend({ id: z.string() }))
    .handler(async ({ input: { version, ...values }, context }) => {
      const id = values.id ?? randomUUID()
      const [before] = await context.ledger.select().from(rows.events).where(eq(rows.events.id, id))
      for (const event of before ? [before, values] : [values]) within(context.actor, storesOfEvent(event))
      await knownStores(context, values.stores)
      const what = `event ${values.name} ${values.from}`
      return {
        id,
        ...(await save(context, {
          table: rows.events,
          key: rows.events.id,
          id,
          what,
          version,
          values: { ...values, id, origin: 'hand' },
        })),
      }
    }),

  ...eventRuleOperations,
  ...costOperations,

  removeEvent: write({ role: 'contributor', summary: 'Remove an event' })
    .input(z.object({ id: z.string() }))
    .output(Removed)
    .handler(({ input, context }) =>
      remove(
        context,
        rows.events,
        rows.events.id,
        input.id,
        'such event',
        storesOfEvent,
        (row: { name: string; from: string }) => `event ${row.name} ${row.from}`,
      ),
    ),

  saveTarget: write({ role: 'lead', summary: 'Set a target for a metric over periods' })
    .input(
      Target.refine(({ values }) => Object.keys(values).every(day => askedDay.safeParse(day).success), {
        error: 'each is of a day between 1900-01-01 and 2199-12-31',
        path: ['values'],
      }),
    )
    .output(Saved)
    .handler(async ({ input: { version, ...values }, context }) => {
      within(context.actor, storesOfTarget(values))
      await knownStores(context, values.store ? [values.store] : [])
      if (values.name.trim().toLowerCase() === forecastTarget)
        throw invalid(
          `“${values.name}” is the name of Quarterdeck's own forecast.`,
          'Give the target another name, such as “our forecast”.',
        )
      const told = await readWorld(context.ledger)
      const known = vocabulary(told.metrics, told)
      if (!known.has(values.metric)) throw unknown(values.metric, known.keys(), 'metric')
      const id = `${values.name}:${values.metric}:${values.store ?? ''}`
      return save(context, {
        table: rows.targets,
        key: rows.targets.id,
        id,
        what: `target ${values.name} for ${values.metric}`,
        version,
        values: { ...values, id },
      })
    }),

  removeTarget: write({ role: 'lead', summary: 'Remove a target' })
    .input(z.object({ name: z.string(), metric: z.string(), store: z.string().nullable().default(null) }))
    .output(Removed)
    .handler(({ input, context }) =>
      remove(
        context,
        rows.targets,
        rows.targets.id,
        `${input.name}:${input.metric}:${input.store ?? ''}`,
        `target ${input.name} for ${input.metric}`,
        storesOfTarget,
      ),
    ),

  saveMetric: write({ role: 'lead', summary: 'Add or change a metric made from existing ones' })
    .input(Metric)
    .output(Saved)
    .handler(async ({ input: { version, ...values }, context }) => {
      within(context.actor, 'all')
      const told = await readWorld(context.ledger)
      nameIsFree(values.name, 'metric', told)
      checkMetric(values, told.metrics, told)
      return save(context, {
        table: rows.metrics,
        key: rows.metrics.name,
        id: values.name,
        what: `metric ${values.name}`,
        version,
        values,
      })
    }),

  removeMetric: write({ role: 'lead', summary: 'Remove an added metric' })
    .input(z.object({ name: z.string() }))
    .output(Removed)
    .handler(async ({ input, context }) => {
      within(context.actor, 'all')
      await unused(context, input.name, 'metric', await readWorld(context.ledger))
      return remove(context, rows.metrics, rows.metrics.name, input.name, `metric ${input.name}`)
    }),

  saveDimension: write({ role: 'lead', summary: "Group a dimension's values under names of your own" })
    .input(Dimension)
    .output(Saved)
    .handler(async ({ input: { version, ...values }, context }) => {
      within(context.actor, 'all')
      nameIsFree(values.name, 'dimension', await readWorld(context.ledger))
      if (ownDimensions.some(d => d.name === values.name))
        throw invalid(`${values.name} is one of Quarterdeck's own dimensions.`, 'Choose another name.')
      if (!ownDimensions.some(d => d.name === values.of))
        throw unknown(
          values.of,
          ownDimensions.map(d => d.name),
          'dimension',
        )
      const twice = Object.values(values.groups)
        .flat()
        .find((value, i, all) => all.indexOf(value) !== i)
      if (twice)
        throw invalid(`${twice} is in two groups.`, 'Keep each value in one group, so that groups add up.')
      return save(context, {
        table: rows.dimensions,
        key: rows.dimensions.name,
        id: values.name,
        what: `dimension ${values.name}`,
        version,
        values,
      })
    }),

  removeDimension: write({ role: 'lead', summary: 'Remove an added dimension' })
    .input(z.object({ name: z.string() }))
    .output(Removed)
    .handler(async ({ input, context }) => {
      within(context.actor, 'all')
      await unused(context, input.name, 'dimension', await readWorld(context.ledger))
      return remove(context, rows.dimensions, rows.dimensions.name, input.name, `dimension ${input.name}`)
    }),
}
