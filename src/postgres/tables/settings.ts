import { doublePrecision, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { eventKindNames } from '#kernel/event-kind.ts'
import { moment, now } from './moment.ts'

/**
 * What people decide about how the company is seen. `version` counts the saves of a row: a save names the version it
 * was made from, so that two people never overwrite each other unseen.
 */

const saved = {
  version: integer().notNull().default(1),
  updatedAt: moment('updated_at').notNull().default(now),
}

export const stores = pgTable('stores', {
  store: text().primaryKey(),
  name: text().notNull(),
  currency: text().notNull(),
  timezone: text().notNull(),
  kind: text({ enum: ['b2c', 'b2b', 'both'] })
    .notNull()
    .default('both'),
  ...saved,
})

/** One row, 'company': calendar, reader's currency. */
export const company = pgTable('company', {
  id: text().primaryKey(),
  calendar: jsonb().notNull(),
  currency: text(),
  ...saved,
})

export const events = pgTable('events', {
  id: text().primaryKey(),
  name: text().notNull(),
  series: text().notNull(),
  kind: text({ enum: eventKindNames }).notNull(),
  from: text('from_day').notNull(),
  to: text('to_day').notNull(),
  stores: jsonb().$type<string[]>().notNull(),
  /** What a promotion takes off, what a change of prices adds (less where they fall); null where nobody said. */
  percent: doublePrecision(),
  /** hand, file, asana or trello; what is changed by hand is of the hand. */
  origin: text().notNull().default('hand'),
  ...saved,
})

/** Tasks of a platform with this label are events of this kind. */
export const eventRules = pgTable('event_rules', {
  id: text().primaryKey(),
  platform: text({ enum: ['asana', 'trello', 'any'] }).notNull(),
  label: text().notNull(),
  kind: text({ enum: eventKindNames }).notNull(),
  ...saved,
})

export const targets = pgTable('targets', {
  name: text().notNull(),
  metric: text().notNull(),
  id: text().primaryKey(),
  grain: text({ enum: ['day', 'week', 'month', 'quarter', 'year'] }).notNull(),
  values: jsonb().$type<Record<string, string>>().notNull(),
  store: text(),
  currency: text(),
  ...saved,
})

export const metrics = pgTable('metrics', {
  name: text().primaryKey(),
  label: text().notNull(),
  description: text().notNull(),
  formula: text().notNull(),
  good: text({ enum: ['up', 'down', 'none'] }).notNull(),
  owner: text().notNull(),
  ...saved,
})

export const dimensions = pgTable('dimensions', {
  name: text().primaryKey(),
  label: text().notNull(),
  of: text('of_dimension').notNull(),
  groups: jsonb().$type<Record<string, string[]>>().notNull(),
  otherwise: text().notNull(),
  ...saved,
})

/** One row, 'company': which costs come off in which tier of contribution. */
export const costWaterfall = pgTable('cost_waterfall', {
  id: text().primaryKey(),
  tiers: jsonb().$type<{ name: string; label: string; less: string[] }[]>().notNull(),
  ...saved,
})

/** What an order, a unit, sales and returns cost from a day on, of a store or (null) of all that have no rate of their own. */
export const costRates = pgTable('cost_rates', {
  id: text().primaryKey(),
  cost: text({ enum: ['fulfilment', 'payment_fees', 'return_handling'] }).notNull(),
  store: text(),
  currency: text(),
  from: text('from_day').notNull(),
  perOrder: text('per_order').notNull(),
  perUnit: text('per_unit').notNull(),
  ofSales: text('of_sales').notNull(),
  perReturn: text('per_return').notNull(),
  ofReturns: text('of_returns').notNull(),
  note: text().notNull().default(''),
  ...saved,
})

/** Accounts of the general ledger that a cost is booked on. */
export const costAccounts = pgTable('cost_accounts', {
  cost: text({ enum: ['fulfilment', 'payment_fees', 'return_handling'] }).primaryKey(),
  accounts: jsonb().$type<string[]>().notNull(),
  ...saved,
})

/** Who answers for a metric. */
export const metricOwners = pgTable('metric_owners', {
  metric: text().primaryKey(),
  person: text().notNull(),
  ...saved,
})
