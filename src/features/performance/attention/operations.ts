import { randomUUID } from 'node:crypto'
import { and, desc, eq, inArray, lt, ne } from 'drizzle-orm'
import { z } from 'zod'
import { namedIn } from '#features/alert-names.ts'
import { read, write } from '#features/base.ts'
import type { Context } from '#features/context.ts'
import { keepTask, MadeTask, makeTask, TaskPlace, tasksOf } from '#features/tasks.ts'
import { type Actor, seesAll } from '#kernel/actor.ts'
import { type StoreNames, sinceWords, titleOf, whatOf, whereOf } from '#kernel/alert-words.ts'
import { addDays } from '#kernel/day.ts'
import { Failure, invalid } from '#kernel/error.ts'
import type { Definition } from '#metrics/query.ts'
import { alertActs, alertRules, alerts, looks } from '#postgres/tables/watch.ts'
import { storeNames } from '../store-names.ts'
import { type Alert, lookedAt, lookedBy, sowRules } from './evaluate.ts'
import { ranked } from './ranking.ts'
import { hourly, isHourly, usualRules } from './rules.ts'
import {
  AlertAct,
  type AlertRow,
  AlertRule,
  AlertsTold,
  AlertTold,
  type Ending,
  endings,
  RuleTold,
  states,
} from './shape.ts'

/** Alerts of a store are for who sees it; those of no store are of the company. */
const mayFor = (actor: Actor, alert: Pick<Alert, 'stores'>) =>
  seesAll(actor, alert.stores.length > 0 ? alert.stores : 'all')

const definitionsOf = async ({ metrics }: Context) =>
  new Map((await metrics.definitions()).metrics.map(one => [one.name, one]))

function rowOf(
  alert: Alert,
  definition: Definition | undefined,
  stores: StoreNames,
  named: (alert: Alert) => Alert,
): AlertRow {
  const told = named(alert)
  const { finding, stores: _s, firstAt: _f, updatedAt: _u, useful: _v, heldOn: _h, ...row } = alert
  const label = definition?.label ?? alert.metric
  const lost =
    alert.moneyPerDay === null
      ? (definition?.good === 'down') === (alert.direction === 'above')
      : alert.moneyPerDay < 0
  return {
    ...row,
    title: titleOf(told, label, stores),
    what: whatOf(alert, label),
    where: whereOf(told, stores),
    when: sinceWords(alert),
    cause: alert.doubt ?? told.finding.causes[0]?.words ?? null,
    bad: lost,
    hours: finding.hours ?? null,
    unit: finding.unit,
    expected: finding.expected,
    actual: finding.actual,
  }
}

async function ownAlert({ ledger, actor }: Context, id: string): Promise<Alert> {
  const [found] = await ledger.select().from(alerts).where(eq(alerts.id, id))
  if (!found || !mayFor(actor, found))
    throw new Failure('not_found', `There is no alert ${id}.`, {
      next: 'See which there are with performance.alerts.',
    })
  return found
}

/** Past cases of an alert told at most. */
const mostSimilar = 3

/**
 * Earlier alerts of the same figure that went the same way, the likest first: by the values of their slices that are the
 * same less those that are not, then the newest.
 */
async function similarTo(context: Context, alert: Alert): Promise<Alert[]> {
  const { metric, direction, since, slice } = alert
  const earlier = await context.ledger
    .select()
    .from(alerts)
    .where(and(eq(alerts.metric, metric), eq(alerts.direction, direction), lt(alerts.since, since)))
    .orderBy(desc(alerts.since))
    .limit(200)
  const likeness = (one: Alert) => {
    const names = new Set([...Object.keys(slice), ...Object.keys(one.slice)])
    return [...names].reduce((sum, name) => sum + (one.slice[name] === slice[name] ? 1 : -1), 0)
  }
  return earlier
    .filter(one => mayFor(context.actor, one))
    .toSorted((a, b) => likeness(b) - likeness(a))
    .slice(0, mostSimilar)
}

/** Whether a rule was added by somebody, and is none of the usual ones. */
const isOwn = (id: string) => !usualRules.some(one => one.id === id)

const forAllStores = ({ actor }: Context): void => {
  if (actor.stores !== 'all')
    throw new Failure('forbidden', 'What the company is watched for is decided by who sees all stores.')
}

/** What a task of an alert is known by. */
const subjectOf = ({ id }: Pick<Alert, 'id'>) => `alert ${id}`

const TaskOfAlert = TaskPlace.extend({ id: z.string() })

const usefulAs: Readonly<Record<Ending, boolean>> = { fixed: true, expected: false, not_real: false }

/** The latest alerts one may see, whatever became of them, as they are told. */
export async function latestAlerts(context: Context, limit: number): Promise<AlertRow[]> {
  const found = await context.ledger.select().from(alerts).orderBy(desc(alerts.seenOn)).limit(limit)
  const own = found.filter(one => mayFor(context.actor, one))
  const definitions = await definitionsOf(context)
  const stores = await storeNames(context)
  const named = await namedIn(context, own)
  return own.map(one => rowOf(one, definitions.get(one.metric), stores, named))
}

export const alertOperations = {
  alerts: read({
    role: 'viewer',
    summary: 'What needs attention, the most money a day first; broken data before all',
  })
    .input(
      z
        .object({
          state: z.array(z.enum(states)).default(['open', 'acknowledged']),
          limit: z.int().min(1).max(200).default(50),
        })
        .optional(),
    )
    .output(AlertsTold)
    .handler(async ({ input, context }) => {
      const wanted = input?.state ?? ['open', 'acknowledged']
      const found = await context.ledger
        .select()
        .from(alerts)
        .where(inArray(alerts.state, wanted))
        .orderBy(desc(alerts.seenOn))
        .limit(1000)
      const own = ranked(found.filter(one => mayFor(context.actor, one)))
      const definitions = await definitionsOf(context)
      const { through, lookingTo, waiting } = await lookedAt(context)
      const stores = await storeNames(context)
      const shown = own.slice(0, input?.limit ?? 50)
      const named = await namedIn(context, shown)
      return {
        rows: shown.map(one => rowOf(one, definitions.get(one.metric), stores, named)),
        count: own.length,
        lookedAt: through,
        lookingTo,
        waiting: waiting
          .filter(one => seesAll(context.actor, [one.store]))
          .map(one => ({ ...one, store: stores[one.store] ?? one.store })),
      }
    }),

  alert: read({
    role: 'viewer',
    summary: 'One alert with likely causes, similar past cases and what was done',
  })
    .input(z.object({ id: z.string() }))
    .output(AlertTold)
    .handler(async ({ input, context }) => {
      const alert = await ownAlert(context, input.id)
      const definitions = await definitionsOf(context)
      const stores = await storeNames(context)
      const acts = await context.ledger
        .select()
        .from(alertActs)
        .where(eq(alertActs.alert, alert.id))
        .orderBy(desc(alertActs.at))
      const label = (metric: string) => definitions.get(metric)?.label ?? metric
      const similar = await similarTo(context, alert)
      const named = await namedIn(context, [alert, ...similar])
      return {
        ...rowOf(alert, definitions.get(alert.metric), stores, named),
        causes: named(alert).finding.causes,
        check: alert.finding.check,
        explained: alert.finding.explained !== undefined || alert.finding.causes.length > 0,
        judged: alert.finding.judged ?? null,
        task: (await tasksOf(context, [subjectOf(alert)])).get(subjectOf(alert)) ?? null,
        acts: acts.map(one => ({
          act: one.act,
          reason: one.reason,
          by: one.byName,
          at: new Date(one.at).toISOString(),
        })),
        similar: similar.map(one => ({
          id: one.id,
          title: titleOf(named(one), label(one.metric), stores),
          when: sinceWords(one),
          state: one.state,
          reason: one.reason,
        })),
      }
    }),

  actOnAlert: write({
    role: 'contributor',
    summary: 'Take an alert up, put it off with a reason, close it, or open it again',
  })
    .input(AlertAct)
    .output(z.object({ state: z.enum(states) }))
    .handler(async ({ input, context }) => {
      const alert = await ownAlert(context, input.id)
      const at = context.clock().toISOString()
      const day = at.slice(0, 10)
      if (input.act === 'snooze' && input.until <= day)
        throw invalid(`${input.until} is not after today.`, 'Choose a later day.')
      const change: Partial<Alert> & Pick<Alert, 'state'> =
        input.act === 'acknowledge'
          ? { state: 'acknowledged', useful: true, reason: input.reason }
          : input.act === 'snooze'
            ? { state: 'snoozed', snoozedUntil: input.until, reason: input.reason }
            : input.act === 'resolve'
              ? {
                  state: 'resolved',
                  useful: usefulAs[input.as],
                  reason: [endings[input.as], input.reason].filter(Boolean).join(': '),
                }
              : {
                  state: 'open',
                  useful: null,
                  snoozedUntil: null,
                  reason: input.reason,
                  // It is closed by itself no sooner than days that were not known yet say so.
                  heldOn: (await lookedBy(context, alert.rule)) ?? alert.seenOn,
                }
      await context.ledger
        .update(alerts)
        .set({ ...change, updatedAt: at })
        .where(eq(alerts.id, alert.id))
      await context.ledger.insert(alertActs).values({
        id: randomUUID(),
        alert: alert.id,
        act: input.act,
        reason: change.reason ?? '',
        byId: context.actor.id,
        byName: context.actor.name,
        at,
      })
      const { state, reason } = alert
      context.note({
        subject: `alert ${alert.id}`,
        before: { state, reason },
        after: change,
        stores: alert.stores.length > 0 ? alert.stores : 'all',
      })
      return { state: change.state }
    }),

  makeTaskOfAlert: write({
    role: 'contributor',
    summary: 'Make a task or card of an alert in a connected task system; its link stays on the alert',
    prepare: async (context, input) => {
      const { id, ...place } = TaskOfAlert.parse(input)
      const alert = await ownAlert(context, id)
      const named = await namedIn(context, [alert])
      const label = (await definitionsOf(context)).get(alert.metric)?.label ?? alert.metric
      return makeTask(
        context,
        {
          subject: subjectOf(alert),
          title: titleOf(named(alert), label, await storeNames(context)),
          notes: [
            sinceWords(alert),
            alert.doubt ?? named(alert).finding.causes[0]?.words,
            alert.finding.check,
            `${context.accounts.url}/alerts?alert=${id}`,
          ]
            .filter(Boolean)
            .join('\n'),
          due: null,
        },
        place,
      )
    },
  })
    .input(TaskOfAlert)
    .output(MadeTask)
    .handler(async ({ input, context }) => {
      const alert = await ownAlert(context, input.id)
      const made = await keepTask(context, context.prepared as Awaited<ReturnType<typeof makeTask>>)
      const stores = alert.stores.length > 0 ? alert.stores : ('all' as const)
      context.note({ subject: `task of the alert ${alert.id}`, after: made, stores })
      return made
    }),

  alertRules: read({ role: 'viewer', summary: 'What is watched for, and how often it was worth telling' })
    .input(z.object({}).optional())
    .output(z.array(RuleTold))
    .handler(async ({ context }) => {
      const sown = await context.ledger.select().from(alertRules).orderBy(alertRules.name)
      const rules = sown.length > 0 ? sown : usualRules.map(one => ({ ...one, version: 1, updatedAt: '' }))
      const from = addDays(context.clock().toISOString().slice(0, 10), -90)
      const told = (await context.ledger.select().from(alerts)).filter(
        one => one.since >= from && mayFor(context.actor, one),
      )
      return rules.map(({ updatedAt: _, ...rule }) => {
        const own = told.filter(one => one.rule === rule.id)
        const judged = own.filter(one => one.useful !== null)
        return {
          ...rule,
          own: isOwn(rule.id),
          told: own.length,
          judged: judged.length,
          useful: judged.filter(one => one.useful).length,
        }
      })
    }),

  saveAlertRule: write({ role: 'lead', summary: 'Add or change what is watched for' })
    .input(AlertRule)
    .output(z.object({ version: z.int() }))
    .handler(async ({ input, context }) => {
      forAllStores(context)
      const { metrics, dimensions } = await context.metrics.definitions()
      for (const name of [input.metric, ...(input.against ? [input.against] : [])])
        if (!metrics.some(one => one.name === name)) throw invalid(`There is no figure ${name}.`)
      for (const name of input.by)
        for (const metric of [input.metric, ...(input.against ? [input.against] : [])])
          if (!dimensions.some(one => one.name === name && one.metrics.includes(metric)))
            throw invalid(
              `${metric} cannot be split by ${name}.`,
              'See performance.definitions for what can.',
            )
      if (input.kind === 'hours' && !(isHourly(input.metric) && input.by.join() === 'store'))
        throw invalid(
          `${input.metric} is not watched by the hour.`,
          `By the hour ${hourly.join(' and ')} are watched, by store.`,
        )
      await sowRules(context)
      const [before] = await context.ledger
        .select()
        .from(alertRules)
        .where(eq(alertRules.id, input.id))
        .for('update')
      if (before?.version !== input.version)
        throw new Failure(
          'conflict',
          before ? 'This rule was changed by somebody else meanwhile.' : `There is no rule ${input.id}.`,
          { next: 'Read it again and repeat your change.' },
        )
      const version = (before?.version ?? 0) + 1
      const row = { ...input, version, updatedAt: context.clock().toISOString() }
      await context.ledger
        .insert(alertRules)
        .values(row)
        .onConflictDoUpdate({ target: alertRules.id, set: row })
      const watched = (one: z.infer<typeof AlertRule>) =>
        [one.kind, one.metric, one.against, ...one.by].join(' ')
      if (before && watched(before) !== watched(input)) {
        // What it told was of something else: nothing would ever end it, and it looks at its figure from the beginning.
        await context.ledger.delete(looks).where(eq(looks.rule, input.id))
        await context.ledger
          .update(alerts)
          .set({
            state: 'resolved',
            reason: 'Its rule watches something else now.',
            updatedAt: row.updatedAt,
          })
          .where(and(eq(alerts.rule, input.id), ne(alerts.state, 'resolved')))
      }
      context.note({ subject: `alert rule ${input.name}`, before: before ?? null, after: row, stores: 'all' })
      return { version }
    }),

  removeAlertRule: write({
    role: 'lead',
    summary: 'Take a rule away that somebody added; what it told is closed',
  })
    .input(z.object({ id: z.string() }))
    .output(z.object({ removed: z.literal(true) }))
    .handler(async ({ input: { id }, context }) => {
      forAllStores(context)
      const { ledger, clock } = context
      if (!isOwn(id))
        throw invalid('This rule comes with the product.', 'Switch it off: save it with active false.')
      const [before] = await ledger.delete(alertRules).where(eq(alertRules.id, id)).returning()
      if (!before) throw new Failure('not_found', `There is no rule ${id}.`)
      await ledger.delete(looks).where(eq(looks.rule, id))
      // Nothing would ever end them by itself.
      await ledger
        .update(alerts)
        .set({ state: 'resolved', reason: 'Its rule was taken away.', updatedAt: clock().toISOString() })
        .where(and(eq(alerts.rule, id), ne(alerts.state, 'resolved')))
      context.note({ subject: `alert rule ${before.name}`, before, stores: 'all' })
      return { removed: true as const }
    }),
}
