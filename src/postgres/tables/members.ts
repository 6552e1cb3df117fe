import { boolean, index, integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core'

/** People, their sessions and keys as better-auth keeps them (its names), with our role and store scope. */

const time = (name: string) => timestamp(name, { withTimezone: true })

export const user = pgTable('user', {
  id: text().primaryKey(),
  name: text().notNull(),
  email: text().notNull().unique(),
  emailVerified: boolean('email_verified').notNull().default(false),
  image: text(),
  /** owner, director, lead, contributor or viewer. */
  role: text().notNull().default('viewer'),
  /** null: all stores; else a list of handles. */
  stores: jsonb().$type<string[]>(),
  twoFactorEnabled: boolean('two_factor_enabled').default(false),
  createdAt: time('created_at').notNull().defaultNow(),
  updatedAt: time('updated_at').notNull().defaultNow(),
})

const person = () =>
  text('user_id')
    .notNull()
    .references(() => user.id, { onDelete: 'cascade' })

export const session = pgTable('session', {
  id: text().primaryKey(),
  expiresAt: time('expires_at').notNull(),
  token: text().notNull().unique(),
  createdAt: time('created_at').notNull().defaultNow(),
  updatedAt: time('updated_at').notNull().defaultNow(),
  ipAddress: text('ip_address'),
  userAgent: text('user_agent'),
  userId: person(),
})

export const account = pgTable('account', {
  id: text().primaryKey(),
  accountId: text('account_id').notNull(),
  providerId: text('provider_id').notNull(),
  userId: person(),
  accessToken: text('access_token'),
  refreshToken: text('refresh_token'),
  idToken: text('id_token'),
  accessTokenExpiresAt: time('access_token_expires_at'),
  refreshTokenExpiresAt: time('refresh_token_expires_at'),
  scope: text(),
  password: text(),
  createdAt: time('created_at').notNull().defaultNow(),
  updatedAt: time('updated_at').notNull().defaultNow(),
})

export const verification = pgTable('verification', {
  id: text().primaryKey(),
  identifier: text().notNull(),
  value: text().notNull(),
  expiresAt: time('expires_at').notNull(),
  createdAt: time('created_at').notNull().defaultNow(),
  updatedAt: time('updated_at').notNull().defaultNow(),
})

export const twoFactor = pgTable('two_factor', {
  id: text().primaryKey(),
  secret: text().notNull(),
  backupCodes: text('backup_codes').notNull(),
  userId: person(),
  verified: boolean(),
  failedVerificationCount: integer('failed_verification_count').default(0),
  lockedUntil: time('locked_until'),
})

export const apikey = pgTable('apikey', {
  id: text().primaryKey(),
  configId: text('config_id').notNull().default('default'),
  name: text(),
  start: text(),
  referenceId: text('reference_id').notNull(),
  prefix: text(),
  key: text().notNull(),
  refillInterval: integer('refill_interval'),
  refillAmount: integer('refill_amount'),
  lastRefillAt: time('last_refill_at'),
  enabled: boolean().default(true),
  rateLimitEnabled: boolean('rate_limit_enabled').default(false),
  rateLimitTimeWindow: integer('rate_limit_time_window'),
  rateLimitMax: integer('rate_limit_max'),
  requestCount: integer('request_count').default(0),
  remaining: integer(),
  lastRequest: time('last_request'),
  expiresAt: time('expires_at'),
  createdAt: time('created_at').notNull(),
  updatedAt: time('updated_at').notNull(),
  permissions: text(),
  metadata: text(),
})

/** A way in that somebody was given: the first owner's, or an invitation. Only a hash of its token is kept. */
export const invitations = pgTable('invitations', {
  id: text().primaryKey(),
  tokenHash: text('token_hash').notNull().unique(),
  email: text(),
  role: text().notNull(),
  stores: jsonb().$type<string[]>(),
  invitedBy: text('invited_by').notNull(),
  /** The person behind it, or 'system'; null where that is not known: such an invitation does not open. */
  invitedById: text('invited_by_id'),
  createdAt: time('created_at').notNull().defaultNow(),
  expiresAt: time('expires_at').notNull(),
  acceptedAt: time('accepted_at'),
})

/** Every write: who, what, on which thing, before and after. Rows are only ever added. */
export const audit = pgTable(
  'audit',
  {
    id: text().primaryKey(),
    at: time('at').notNull().defaultNow(),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    actorName: text('actor_name').notNull(),
    operation: text().notNull(),
    subject: text().notNull().default(''),
    before: jsonb(),
    after: jsonb(),
    /** Id of the request, as in the log. */
    request: text(),
    /** Stores it concerns; null: the company as a whole. */
    stores: jsonb().$type<string[]>(),
  },
  table => [index('audit_at').on(table.at)],
)
