import { boolean, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { moment, now } from './moment.ts'

/** One row, 'company': by which rules records of several systems are one. */
export const linking = pgTable('linking', {
  id: text().primaryKey(),
  /** Rules that are on, by name. */
  rules: jsonb().$type<string[]>().notNull(),
  /** Domains that say nothing about who somebody belongs to. */
  freeMail: jsonb('free_mail').$type<string[]>().notNull(),
  /** The granary's version and the rules the links were last made from; null: to be made anew. */
  applied: jsonb().$type<{ granary: number; at: string }>(),
  version: integer().notNull().default(1),
  updatedAt: moment('updated_at').notNull().default(now),
})

/** A record of a system. */
interface Ref {
  kind: 'customer' | 'lead' | 'account'
  store: string
  id: string
}

/** What people said of two records. The id is made of both. */
export const linksByHand = pgTable('links_by_hand', {
  id: text().primaryKey(),
  a: jsonb().$type<Ref>().notNull(),
  b: jsonb().$type<Ref>().notNull(),
  together: boolean().notNull(),
  by: text().notNull(),
  at: moment('at').notNull().default(now),
})
