import { bigserial, index, integer, jsonb, numeric, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import type { Sheet } from '#kernel/plan/sheet.ts'
import { moment, now } from './moment.ts'

/**
 * The plan room: what was promised, what it will cost, and who said so. Figures are decimal text inside the cells of a
 * row; a row is a line in one slice, so that a version of ten thousand rows opens with ten thousand reads, not a quarter
 * of a million.
 */

const by = { byId: text('by_id').notNull(), byName: text('by_name').notNull() }
const at = moment('at').notNull().default(now)

export const versions = pgTable('plan_versions', {
  id: text().primaryKey(),
  name: text().notNull(),
  kind: text({ enum: ['budget', 'le', 'scenario', 'long_range'] }).notNull(),
  /** Version it was made from. */
  basedOn: text('based_on'),
  /** Periods of it that are actuals: 3 in LE3. */
  closedPeriods: integer('closed_periods').notNull().default(0),
  state: text({ enum: ['draft', 'submitted', 'approved', 'locked'] })
    .notNull()
    .default('draft'),
  sheet: jsonb().$type<Sheet>().notNull(),
  /** Counts changes of the sheet itself: lines, periods, dimensions. */
  revision: integer().notNull().default(1),
  /** Its currency for one unit of each other, as people set them: the budget rates. */
  rates: jsonb().$type<Record<string, string>>().notNull().default({}),
  /** Who asked for approval: never who gives it. */
  submittedBy: text('submitted_by'),
  /** Who changed it since it was asked for or approved: they do not approve what they changed. */
  changedBy: jsonb('changed_by').$type<string[]>().notNull().default([]),
  createdBy: text('created_by').notNull(),
  createdAt: moment('created_at').notNull().default(now),
  updatedAt: moment('updated_at').notNull().default(now),
})

/** Cells of a line in a slice: period → edits nobody replaced, as [id, value, id, value…]; more than one pair is a conflict. */
export type Cells = Record<string, (string | null)[]>

export const rows = pgTable(
  'plan_rows',
  {
    version: text().notNull(),
    line: text().notNull(),
    slice: text().notNull(),
    cells: jsonb().$type<Cells>().notNull(),
    /** Period → edits that were replaced before they came: when they come they change nothing. */
    awaited: jsonb().$type<Record<string, string[]>>().notNull().default({}),
  },
  table => [primaryKey({ columns: [table.version, table.line, table.slice] })],
)

/** Every edit of every cell: who, what, when, why. Never changed. */
export const changes = pgTable(
  'plan_changes',
  {
    id: text().primaryKey(),
    /** Ascends within a version, whose edits wait for one another. */
    seq: bigserial({ mode: 'number' }).notNull(),
    version: text().notNull(),
    line: text().notNull(),
    slice: text().notNull(),
    period: text().notNull(),
    before: text(),
    after: text(),
    why: text().notNull().default(''),
    ...by,
    at,
  },
  table => [
    index('plan_changes_cell').on(table.version, table.line, table.slice, table.period),
    index('plan_changes_seq').on(table.version, table.seq),
  ],
)

export const comments = pgTable(
  'plan_comments',
  {
    id: text().primaryKey(),
    version: text().notNull(),
    line: text().notNull(),
    slice: text().notNull(),
    period: text().notNull(),
    text: text().notNull(),
    ...by,
    at,
    resolvedAt: moment('resolved_at'),
  },
  table => [index('plan_comments_version').on(table.version)],
)

/** A budget as a copy of its version keeps it: rates, and lines by their lasting id. */
export interface KeptBudget {
  rates: Record<string, string>
  lines: Record<string, unknown>[]
}

/** How a locked version goes over its days: weights of each of them, and which of the shapes a metric of a store has (−1: evenly). */
export interface KeptPhasing {
  shapes: { weights: number[]; notes: string[] }[]
  of: Record<string, number>
  /** How hours run, by metric: 168 of them from Monday 0:00 on. Locks from before they were kept have none. */
  hours?: Record<string, number[]>
  /** What was worked out after the lock, in words. */
  late?: string[]
}

/** A business case as a lock found it, and what its initiative was called. */
export interface KeptCase {
  id: string
  content: unknown
  initiative: string
}

/** What a version was when it was submitted, approved, locked or frozen; its hash is over inputs, formulas and results. */
export const snapshots = pgTable('plan_snapshots', {
  id: text().primaryKey(),
  version: text().notNull(),
  reason: text({ enum: ['submitted', 'approved', 'locked', 'frozen'] }).notNull(),
  hash: text().notNull(),
  content: jsonb()
    .$type<{
      sheet: Sheet
      rows: { line: string; slice: string; cells: Record<string, string> }[]
      /** Its budget lines and rates; copies from before they were kept have none. */
      budget?: KeptBudget
      /** Of locked versions: later days change nothing of how it is phased. */
      phasing?: KeptPhasing
      /** Of locked versions: the cases in it, whose ranges are of them. */
      cases?: KeptCase[]
    }>()
    .notNull(),
  ...by,
  at,
})

/** Steps of approval, of versions, budget lines and business cases alike. */
export const decisions = pgTable(
  'plan_decisions',
  {
    id: text().primaryKey(),
    seq: bigserial({ mode: 'number' }).notNull(),
    subject: text().notNull(),
    step: text({ enum: ['submitted', 'approved', 'refused', 'locked', 'reopened'] }).notNull(),
    comment: text().notNull().default(''),
    /** Fingerprint of what it saw: the step is of that. Null: nothing that changes. */
    content: text(),
    ...by,
    at,
  },
  table => [index('plan_decisions_subject').on(table.subject)],
)

/** Who must consent to what: from an amount on, in a department ('' is any), so many people of at least a role. */
export const rules = pgTable('plan_rules', {
  id: text().primaryKey(),
  department: text().notNull(),
  fromAmount: numeric('from_amount', { precision: 18, scale: 4 }).notNull(),
  role: text({ enum: ['owner', 'director', 'lead'] }).notNull(),
  people: integer().notNull().default(1),
})

/** Transfers between budget lines that wait for the consent the rules want, and what became of them. */
export const transfers = pgTable(
  'plan_transfers',
  {
    id: text().primaryKey(),
    version: text().notNull(),
    from: text('from_item').notNull(),
    to: text('to_item').notNull(),
    period: text().notNull(),
    amount: text().notNull(),
    why: text().notNull(),
    state: text({ enum: ['waiting', 'moved', 'refused'] })
      .notNull()
      .default('waiting'),
    submittedBy: text('submitted_by').notNull(),
    submittedName: text('submitted_name').notNull(),
    at: moment('at').notNull(),
  },
  table => [index('plan_transfers_version').on(table.version)],
)

/** Edits somebody (an agent, the API) suggests; a person takes or refuses them. */
export const proposals = pgTable('plan_proposals', {
  id: text().primaryKey(),
  version: text().notNull(),
  edits: jsonb()
    .$type<
      {
        line: string
        slice: string[]
        period: string
        value: string | null
        /** Edits that stood in the cell when it was suggested; not kept of older suggestions. */
        after?: string[]
      }[]
    >()
    .notNull(),
  why: text().notNull(),
  state: text({ enum: ['proposed', 'taken', 'refused'] })
    .notNull()
    .default('proposed'),
  ...by,
  at,
})

/** Budget lines: what may be spent on what, by whom, with whom. */
export const items = pgTable(
  'plan_items',
  {
    id: text().primaryKey(),
    version: text().notNull(),
    /** The line of another version it was first, whose money, promises and files are its own too. Null: it is the first. */
    origin: text(),
    label: text().notNull(),
    kind: text({ enum: ['opex', 'capex', 'media', 'people'] }).notNull(),
    account: text().notNull(),
    department: text().notNull(),
    costCentre: text('cost_centre').notNull(),
    owner: text().notNull(),
    vendor: text().notNull(),
    market: text().notNull(),
    currency: text().notNull(),
    /** Period → decimal text, in the line's currency. */
    amounts: jsonb().$type<Record<string, string>>().notNull(),
    pattern: jsonb().$type<unknown>(),
    /** What was spent as metrics tell it: each times a factor, added up. None: postings of its account. */
    actuals: jsonb()
      .$type<{ metric: string; times: string; where: { dimension: string; is: string[] }[] }[]>()
      .notNull()
      .default([]),
    note: text().notNull().default(''),
    saved: integer().notNull().default(1),
    updatedAt: moment('updated_at').notNull().default(now),
  },
  table => [index('plan_items_version').on(table.version), index('plan_items_origin').on(table.origin)],
)

/** Purchase orders, contracts and booked media: spoken for, not yet spent. */
export const commitments = pgTable(
  'plan_commitments',
  {
    id: text().primaryKey(),
    /** The line as it was first: what is promised on it counts once, in every version that has it. */
    item: text().notNull(),
    kind: text({ enum: ['purchase_order', 'contract', 'media'] }).notNull(),
    reference: text().notNull(),
    vendor: text().notNull(),
    amount: text().notNull(),
    currency: text().notNull(),
    from: text('from_day').notNull(),
    to: text('to_day').notNull(),
    open: integer().notNull().default(1),
    note: text().notNull().default(''),
    saved: integer().notNull().default(1),
    updatedAt: moment('updated_at').notNull().default(now),
  },
  table => [index('plan_commitments_item').on(table.item)],
)

/** What was spent, by hand or from a file; each says where it is from. What the granary knows is not copied here. */
export const spent = pgTable(
  'plan_spent',
  {
    id: text().primaryKey(),
    /** The line as it was first, as of commitments. */
    item: text().notNull(),
    day: text().notNull(),
    amount: text().notNull(),
    currency: text().notNull(),
    source: text().notNull(),
    reference: text().notNull().default(''),
    ...by,
    at,
  },
  table => [index('plan_spent_item').on(table.item)],
)

/** A closed period: actuals as they stood, so that what changes later is seen. */
export const closes = pgTable('plan_closes', {
  period: text().primaryKey(),
  from: text('from_day').notNull(),
  to: text('to_day').notNull(),
  figures: jsonb().$type<Record<string, string | null>>().notNull(),
  /** Of its amounts, which are in whole coins. Null: closed before that was kept. */
  currency: text(),
  /** Store → the same of it alone. Null: closed before that was kept. */
  byStore: jsonb('by_store').$type<Record<string, Record<string, string | null>>>(),
  /** How it agrees, as somebody says it. */
  reconciliation: text().notNull(),
  /** How it agreed with the shops' own totals, as the systems knew it. Null: closed before that was kept. */
  state: jsonb().$type<unknown>(),
  ...by,
  at,
})

/** What an owner changed of a baseline, and why: graded when the period closes. */
export const overlays = pgTable(
  'plan_overlays',
  {
    id: text().primaryKey(),
    version: text().notNull(),
    metric: text().notNull(),
    period: text().notNull(),
    from: text('from_day').notNull(),
    to: text('to_day').notNull(),
    baseline: text().notNull(),
    value: text().notNull(),
    reason: text().notNull(),
    confidence: text({ enum: ['low', 'medium', 'high'] }).notNull(),
    ...by,
    at,
  },
  table => [index('plan_overlays_version').on(table.version)],
)

/** The strategy, one row for each time it was saved. */
export const strategies = pgTable('plan_strategies', {
  revision: integer().primaryKey(),
  content: jsonb().$type<unknown>().notNull(),
  why: text().notNull(),
  ...by,
  at,
})

export const cases = pgTable('plan_cases', {
  id: text().primaryKey(),
  content: jsonb().$type<unknown>().notNull(),
  state: text({ enum: ['draft', 'submitted', 'approved'] })
    .notNull()
    .default('draft'),
  submittedBy: text('submitted_by'),
  saved: integer().notNull().default(1),
  updatedAt: moment('updated_at').notNull().default(now),
})

/** How the columns of a file were read last time, by its headings. */
export const mappings = pgTable('plan_mappings', {
  headings: text().primaryKey(),
  mapping: jsonb().$type<Record<string, string>>().notNull(),
  at,
})

/** Where a reforecast stands: steps somebody signed, and checks that fail and may, each with who said so and why. */
export const reforecasts = pgTable('plan_reforecasts', {
  version: text().primaryKey(),
  /** Orders that can be shipped in a day; null: nobody said. */
  capacity: text(),
  /** Each with a fingerprint of what was signed: it lapses when that changes. */
  steps: jsonb()
    .$type<Record<string, { byName: string; at: string; note: string; content?: string }>>()
    .notNull()
    .default({}),
  /** By check: what it said when it was accepted; it counts while the check still says that. */
  accepted: jsonb()
    .$type<Record<string, { says: string; why: string; byName: string; at: string }>>()
    .notNull()
    .default({}),
  updatedAt: moment('updated_at').notNull().default(now),
})

/** What may yet come of a reforecast, for better or worse: beside its landing, never in it. */
export const risks = pgTable(
  'plan_risks',
  {
    id: text().primaryKey(),
    version: text().notNull(),
    kind: text({ enum: ['risk', 'opportunity'] }).notNull(),
    /** The line of the plan it would move. */
    line: text().notNull(),
    title: text().notNull(),
    /** 0 to 1. */
    probability: text().notNull(),
    /** Period → decimal text in the plan's currency, above 0 for what it would take or bring. */
    impact: jsonb().$type<Record<string, string>>().notNull(),
    owner: text().notNull().default(''),
    treatment: text({ enum: ['avoid', 'reduce', 'transfer', 'accept', 'pursue'] }).notNull(),
    /** What is done about it. */
    what: text().notNull().default(''),
    open: integer().notNull().default(1),
    saved: integer().notNull().default(1),
    ...by,
    updatedAt: moment('updated_at').notNull().default(now),
  },
  table => [index('plan_risks_version').on(table.version)],
)

/** Files beside a budget line (`item:<id>`, as it was first) or a business case (`case:<id>`). */
export const files = pgTable(
  'plan_files',
  {
    id: text().primaryKey(),
    subject: text().notNull(),
    /** As its sender named it; shown, never a path. */
    name: text().notNull(),
    type: text().notNull(),
    bytes: integer().notNull(),
    sha256: text().notNull(),
    ...by,
    at,
  },
  table => [index('plan_files_subject').on(table.subject)],
)
