import { bigserial, index, integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { moment, now } from './moment.ts'

/** The reviews: decks, what was issued, notes, actions; letters and who takes them; threads about a number. */

const by = { byId: text('by_id').notNull(), byName: text('by_name').notNull() }
const at = moment('at').notNull().default(now)
const saved = {
  version: integer().notNull().default(1),
  updatedAt: moment('updated_at').notNull().default(now),
}

/** A review's layout: sections of blocks, each with an owner. */
export const decks = pgTable('review_decks', {
  id: text().primaryKey(),
  name: text().notNull(),
  /** Empty: every store. */
  stores: jsonb().$type<string[]>().notNull(),
  /** Name of the saved target or plan version beside the figures. */
  target: text(),
  /** When a miss against the target is an exception. */
  rule: jsonb().notNull(),
  sections: jsonb().notNull(),
  ...saved,
})

/** A deck as it was issued for a week: its figures, notes and actions. Rows are only ever added. */
export const issues = pgTable(
  'review_issues',
  {
    deck: text().notNull(),
    /** Last day of the week. */
    week: text().notNull(),
    content: jsonb().notNull(),
    /** SHA-256 of the content as it was written. */
    hash: text().notNull(),
    ...by,
    at,
  },
  table => [primaryKey({ columns: [table.deck, table.week] })],
)

/** What an owner says of an exception. */
export const notes = pgTable(
  'review_notes',
  {
    deck: text().notNull(),
    week: text().notNull(),
    exception: text().notNull(),
    text: text().notNull(),
    ...by,
    at,
  },
  table => [primaryKey({ columns: [table.deck, table.week, table.exception] })],
)

/** What was agreed; stands on every later review until it is done. */
export const actions = pgTable('review_actions', {
  id: text().primaryKey(),
  deck: text().notNull(),
  /** Last day of the week it was agreed for. */
  week: text().notNull(),
  /** Block it is about, ''. */
  about: text().notNull().default(''),
  text: text().notNull(),
  ownerId: text('owner_id').notNull(),
  ownerName: text('owner_name').notNull(),
  due: text().notNull(),
  doneAt: moment('done_at'),
  /** Last day of the week whose review it was done for. */
  doneWeek: text('done_week'),
  outcome: text().notNull().default(''),
  ...by,
  ...saved,
})

/** A task or card that was made of an action or an alert; its state is what the task system says. Rows are only ever added. */
export const madeTasks = pgTable('made_tasks', {
  /** `action <id>` or `alert <id>`: of each there is one task. */
  subject: text().primaryKey(),
  connection: text().notNull(),
  /** asana or trello. */
  platform: text().notNull(),
  project: text().notNull(),
  /** The platform's own id. */
  task: text().notNull(),
  url: text().notNull(),
  ...by,
  at,
})

/** Who takes which letter: the daily flash, the Monday pack. */
export const subscriptions = pgTable(
  'letter_subscriptions',
  {
    person: text().notNull(),
    kind: text({ enum: ['flash', 'monday'] }).notNull(),
    /** Day from which it is sent. */
    since: text().notNull(),
  },
  table => [primaryKey({ columns: [table.person, table.kind] })],
)

/** What an owner is reminded of, once, with the letter of a day. */
export const reminders = pgTable(
  'reminders',
  {
    /** '': that the owners of a week's exceptions were asked. */
    person: text().notNull(),
    /** What is due: an action and its day, an exception of a week. */
    subject: text().notNull(),
    /** Day of the letter it comes with. */
    day: text().notNull(),
    words: text().notNull(),
    path: text().notNull(),
    at,
  },
  table => [primaryKey({ columns: [table.person, table.subject] }), index('reminders_day').on(table.day)],
)

/** Who wants no reminders. */
export const remindersOff = pgTable('reminders_off', {
  /** '': nobody in the company is reminded. */
  person: text().primaryKey(),
  at,
})

/** A letter of a day to a person: the row is claimed before anything is sent, so that none is sent twice. */
export const letters = pgTable(
  'letters',
  {
    person: text().notNull(),
    kind: text({ enum: ['flash', 'monday', 'reminder'] }).notNull(),
    day: text().notNull(),
    /** held: waits for data · claimed: being sent · sent · failed. */
    state: text({ enum: ['held', 'claimed', 'sent', 'failed'] }).notNull(),
    attempts: integer().notNull().default(0),
    /** Why it is held, flagged or failed. */
    said: text().notNull().default(''),
    at,
  },
  table => [primaryKey({ columns: [table.person, table.kind, table.day] })],
)

/** A conversation about a number, a chart or a block. */
export const threads = pgTable('threads', {
  id: text().primaryKey(),
  /** What it is about, canonical. */
  subject: text().notNull(),
  title: text().notNull(),
  /** Path and search of the screen it can be seen on. */
  path: text().notNull(),
  /** Stores the number is of; null: the whole company. */
  stores: jsonb().$type<string[]>(),
  /** `stores` as text: one thread for each subject and scope. */
  scope: text().notNull(),
  at,
})

export const comments = pgTable('comments', {
  id: text().primaryKey(),
  seq: bigserial({ mode: 'number' }).notNull(),
  thread: text().notNull(),
  text: text().notNull(),
  ...by,
  at,
  removedAt: moment('removed_at'),
})

export const mentions = pgTable(
  'mentions',
  {
    comment: text().notNull(),
    person: text().notNull(),
    seenAt: moment('seen_at'),
  },
  table => [primaryKey({ columns: [table.comment, table.person] })],
)
