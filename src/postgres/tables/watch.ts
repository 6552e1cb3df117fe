import { boolean, doublePrecision, index, integer, jsonb, numeric, pgTable, text } from 'drizzle-orm/pg-core'
import { moment, now } from './moment.ts'

/** What is expected, what was found to be otherwise, and who was told: forecasts, alerts, messages. */

/** A forecast as it was made. Never changed, but for `actuals` as the days come. */
export const forecasts = pgTable(
  'forecasts',
  {
    id: text().primaryKey(),
    metric: text().notNull(),
    /** '' is the company. */
    store: text().notNull(),
    /** A part of it, as JSON of one dimension and value; '' is the whole. */
    slice: text().notNull().default(''),
    /** '' where it is no money. */
    currency: text().notNull(),
    /** Last day it knew. Its first point is the day after. */
    asOf: text('as_of').notNull(),
    madeAt: moment('made_at').notNull(),
    /** Made later than `asOf`, from what was known of the days up to it. */
    hindsight: boolean().notNull(),
    inputs: jsonb().$type<ForecastInputs>().notNull(),
    model: text().notNull(),
    why: text().notNull(),
    beatsNaive: boolean('beats_naive'),
    backtest: jsonb().$type<Record<string, number | null>>(),
    /** For each day ahead: p2.5, p10, p50, p90, p97.5. */
    points: jsonb().$type<number[][]>().notNull(),
    naive: jsonb().$type<number[]>().notNull(),
    /** What came of the days ahead, as far as they are over; null where it is not known. */
    actuals: jsonb().$type<(number | null)[]>().notNull(),
  },
  table => [index('forecasts_course').on(table.metric, table.store, table.asOf)],
)

export interface ForecastInputs {
  /** SHA-256 of the series and the calendar. */
  hash: string
  from: string
  days: number
  /** Events that were known, by name of their series. */
  events: number
  /** How it was made to add up with the others. */
  reconciled: 'weighted' | 'alone'
  /** Found later to be made while its past was still coming in: it is neither graded nor shown. */
  partial?: true
}

/** What is watched for. */
export const alertRules = pgTable('alert_rules', {
  id: text().primaryKey(),
  name: text().notNull(),
  /** `hours` looks within the day, the others at whole days and weeks. */
  kind: text({ enum: ['change', 'limits', 'hours'] }).notNull(),
  metric: text().notNull(),
  /** Dimensions whose every value is watched by itself. */
  by: jsonb().$type<string[]>().notNull(),
  /** A figure that moves with it while all is well; '' is what stands beside it: its siblings, the year before. */
  against: text().notNull(),
  /** What a finding says is broken. */
  about: text({ enum: ['business', 'data'] }).notNull(),
  direction: text({ enum: ['bad', 'any'] }).notNull(),
  /** 0 … 1: how strange a value must be. */
  score: doublePrecision().notNull(),
  /** Least effect a day: as a share of the company's net sales a day, and in its currency. */
  leastShare: doublePrecision('least_share').notNull(),
  leastMoney: numeric('least_money', { precision: 18, scale: 4 }),
  /** Least usual size a day of what is watched, in orders, sessions or units. */
  leastVolume: doublePrecision('least_volume').notNull(),
  /** Days it must have lasted; hours, of what is watched by the hour. */
  persistence: integer().notNull(),
  /** Days after its end before the same is told anew. */
  coolDown: integer('cool_down').notNull(),
  active: boolean().notNull(),
  version: integer().notNull().default(1),
  updatedAt: moment('updated_at').notNull().default(now),
})

export interface Cause {
  kind: 'data' | 'event' | 'stock' | 'slice'
  words: string
  /** Where one sees it. */
  evidence: string
  /** Money a day in the company's currency; null where it cannot be told. */
  perDay: number | null
  where: { dimension: string; value: string }[]
  /** Of a shift between two values: the one it went from. */
  from?: { dimension: string; value: string } | undefined
  /** The figure and days whose rows are behind it; absent of what was found before this was written down. */
  rows?: { metric: string; from: string; to: string; compare?: string } | undefined
}

/** What was found, in figures. */
export interface Finding {
  /** Score of the look that said when it began. */
  surest?: number
  unit: string
  expected: number | null
  actual: number | null
  /** Change a day in the metric's own unit. */
  perDay: number
  causes: Cause[]
  /** Last day known when causes were looked for; absent where they never were, or before this was written down. */
  explained?: string
  check: string
  /** When a look last opened it again that had been taken for over; absent where none did. */
  reopened?: string
  /** By what it was judged; absent of alerts from before this was written down. */
  judged?: string
  /** Of what was found within a day: its hours on the store's clock, `YYYY-MM-DD HH:MM`. */
  hours?: { from: string; to: string }
}

/** Something found, from the day it was seen to its end. */
export const alerts = pgTable(
  'alerts',
  {
    id: text().primaryKey(),
    rule: text().notNull(),
    metric: text().notNull(),
    slice: jsonb().$type<Record<string, string>>().notNull(),
    /** Stores it is about; empty: the company as a whole. */
    stores: jsonb().$type<string[]>().notNull(),
    kind: text({ enum: ['spike', 'shift', 'drift', 'silence', 'limits'] }).notNull(),
    direction: text({ enum: ['above', 'below'] }).notNull(),
    since: text().notNull(),
    until: text(),
    /** Last day with data when it was seen last. */
    seenOn: text('seen_on').notNull(),
    score: doublePrecision().notNull(),
    finding: jsonb().$type<Finding>().notNull(),
    /** In the company's currency; below zero is lost. */
    moneyPerDay: doublePrecision('money_per_day'),
    currency: text().notNull(),
    /** Why the data rather than the business may be broken; null where nothing says so. */
    doubt: text(),
    state: text({ enum: ['open', 'acknowledged', 'snoozed', 'resolved'] }).notNull(),
    reason: text().notNull().default(''),
    snoozedUntil: text('snoozed_until'),
    /** What somebody said of it; null: nobody did. */
    useful: boolean(),
    /** Last day that had been looked at when it was opened again by hand: only later days may close it. */
    heldOn: text('held_on'),
    firstAt: moment('first_at').notNull(),
    updatedAt: moment('updated_at').notNull(),
  },
  table => [index('alerts_state').on(table.state, table.seenOn)],
)

/** Something that keeps a look from judging a store, of one kind of its data. */
export interface Gap {
  store: string
  /** What is missing, in words for people. */
  words: string
}

/** How far each rule has looked. Written with the alerts of the same day, so that a look cut short goes on from there. */
export const looks = pgTable('looks', {
  rule: text().primaryKey(),
  /** Last day looked at; null while nothing could be. */
  through: text(),
  /** Day the look that was begun last is to come to; null before the first. */
  upTo: text('up_to'),
  at: moment('at').notNull(),
  /** Stores it could not judge at its last look, and why. */
  gaps: jsonb().$type<Gap[]>().notNull(),
})

/** What people did with alerts. Rows are only ever added. */
export const alertActs = pgTable(
  'alert_acts',
  {
    id: text().primaryKey(),
    alert: text().notNull(),
    act: text({ enum: ['acknowledge', 'snooze', 'resolve', 'reopen'] }).notNull(),
    reason: text().notNull().default(''),
    byId: text('by_id').notNull(),
    byName: text('by_name').notNull(),
    at: moment('at').notNull().default(now),
  },
  table => [index('alert_acts_alert').on(table.alert)],
)

/** Where alerts and digests go. The address of a webhook is a secret: what is shown of it is its host. */
export const alertChannels = pgTable('alert_channels', {
  id: text().primaryKey(),
  name: text().notNull(),
  kind: text({ enum: ['mail', 'slack', 'teams', 'webhook'] }).notNull(),
  /** What people see: mail addresses, or the host. */
  to: text().notNull(),
  /** Address and signing secret, encrypted. */
  sealed: text().notNull(),
  /** Stores it may tell of; null: all. */
  stores: jsonb().$type<string[]>(),
  /** Each alert as it comes, besides the digest. */
  alerts: boolean().notNull(),
  leastMoney: numeric('least_money', { precision: 18, scale: 4 }),
  /** Hour of the day in the company's time zone; null: no digest. */
  digestAt: integer('digest_at'),
  quietFrom: integer('quiet_from'),
  quietTo: integer('quiet_to'),
  /** What becomes of a digest whose data are stale. */
  stale: text({ enum: ['hold', 'flag'] }).notNull(),
  active: boolean().notNull(),
  /** Alerts from before it are not told. */
  createdAt: moment('created_at').notNull(),
  version: integer().notNull().default(1),
  updatedAt: moment('updated_at').notNull().default(now),
})

/** A message as it is sent, whatever the channel. */
export interface Message {
  subject: string
  /** First line: what there is to know. */
  lead: string
  items: { title: string; text: string; link: string }[]
  /** Said of the data it rests on; '' where they are fresh. */
  caution: string
  link: string
}

export const outbox = pgTable(
  'outbox',
  {
    /** Sent along, so that who receives it twice knows. */
    id: text().primaryKey(),
    /** What it is about and for whom: the same is never written twice. */
    key: text().notNull().unique('outbox_key'),
    channel: text().notNull(),
    message: jsonb().$type<Message>().notNull(),
    state: text({ enum: ['waiting', 'claimed', 'sent', 'unsure', 'failed'] }).notNull(),
    notBefore: moment('not_before').notNull(),
    attempts: integer().notNull().default(0),
    claimedAt: moment('claimed_at'),
    sentAt: moment('sent_at'),
    error: text(),
    at: moment('at').notNull(),
  },
  table => [index('outbox_waiting').on(table.state, table.notBefore)],
)
