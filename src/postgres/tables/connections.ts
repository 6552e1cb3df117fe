import { jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'

/** Files asked to be taken in. The row is the truth of what is still to do; the queue only wakes the worker. */
export const imports = pgTable('imports', {
  id: uuid().primaryKey(),
  status: text({ enum: ['queued', 'running', 'done', 'failed'] }).notNull(),
  file: text().notNull(),
  store: text().notNull(),
  by: text().notNull(),
  /** What was asked: enough to run it again after a crash. */
  request: jsonb().notNull(),
  progress: jsonb(),
  result: jsonb(),
  error: jsonb(),
  createdAt: timestamp('created_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
  finishedAt: timestamp('finished_at', { withTimezone: true, mode: 'string' }),
})

/** Mappings people saved, to be used again by name. */
export const mappings = pgTable('mappings', {
  name: text().primaryKey(),
  mapping: jsonb().notNull(),
  by: text().notNull(),
  updatedAt: timestamp('updated_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
})
