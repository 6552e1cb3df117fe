import { and, desc, eq, exists, gt, inArray, lte, max, sql } from 'drizzle-orm'
import type { Context } from '#features/context.ts'
import { type Actor, mayAct } from '#kernel/actor.ts'
import { Failure, invalid } from '#kernel/error.ts'
import { beyond } from '#kernel/plan/bounds.ts'
import type { Input } from '#kernel/plan/calculate.ts'
import { applied, inConflict, shown } from '#kernel/plan/edits.ts'
import { fixed } from '#kernel/plan/fixed.ts'
import type { Row } from '#kernel/plan/rows.ts'
import { type Address, addressKey, placeWords, type Sheet, sliceKey, sliceOf } from '#kernel/plan/sheet.ts'
import { slicesOf } from '#kernel/plan/slices.ts'
import { insertMany } from '#postgres/insert-many.ts'
import * as tables from '#postgres/tables/plan.ts'

/** An edit as it is asked for: what is to stand where, and which edits its author had seen there. */
export interface Asked extends Address {
  id: string
  after: readonly string[]
  value: string | null
}

export interface Conflict extends Address {
  heads: { id: string; value: string | null; by: string; at: string }[]
}

export type Found = typeof tables.versions.$inferSelect

/** Plans are the whole company's: who sees only some of its stores does not see them. */
export const wholeCompany = (actor: Actor): void => {
  if (actor.stores !== 'all')
    throw new Failure('forbidden', 'Plans are of the whole company, and you see only some of its stores.', {
      next: 'Ask an owner for all stores.',
    })
}

/** Only people decide; a key reads and proposes. */
export const person = (actor: Actor): void => {
  if (actor.kind === 'key')
    throw new Failure('forbidden', 'A key reads plans and proposes changes; people make and approve them.', {
      next: 'Send it with plan.propose; somebody takes it or refuses it.',
    })
}

/** A version as it is kept, also one too large to be worked out, its row held until the transaction ends where `hold` is said. */
export async function keptVersion({ ledger }: Context, id: string, hold = false): Promise<Found> {
  const query = ledger.select().from(tables.versions).where(eq(tables.versions.id, id))
  const [found] = hold ? await query.for('update') : await query
  if (!found) throw new Failure('not_found', `There is no plan version "${id}".`)
  return found
}

/**
 * A version, its row held until the transaction ends where `hold` is said, so that its edits come one after another.
 * @throws Failure('conflict') for one that was begun when more was taken than can be worked out.
 */
export async function versionOf(context: Context, id: string, hold = false): Promise<Found> {
  const found = await keptVersion(context, id, hold)
  const most = beyond(found.sheet)
  if (most)
    throw new Failure(
      'conflict',
      `${found.name} cannot be opened: it was begun with ${most.count.toLocaleString('en-GB')} ${most.what}, and a version holds ${most.most.toLocaleString('en-GB')}.`,
      {
        next:
          found.state === 'draft'
            ? 'Begin another from fewer lines, slices or periods, and delete this one under Versions, Approval.'
            : 'Begin another from fewer lines, slices or periods; this one stays as it is.',
      },
    )
  return found
}

/**
 * A version somebody is about to say something of, its row held.
 * @throws Failure('forbidden') who sees some stores only, or is no person; Failure('conflict') where it is locked: what was
 * said of it stands.
 */
export async function changeable(context: Context, id: string): Promise<Found> {
  wholeCompany(context.actor)
  person(context.actor)
  const version = await versionOf(context, id, true)
  if (version.state === 'locked')
    throw new Failure('conflict', `${version.name} is locked: nothing in it changes any more.`, {
      next: nextOf.locked,
    })
  return version
}

export const rowsOf = ({ ledger }: Context, version: string): Promise<Row[]> =>
  ledger
    .select({ line: tables.rows.line, slice: tables.rows.slice, cells: tables.rows.cells })
    .from(tables.rows)
    .where(eq(tables.rows.version, version))

/** Rows with an edit after a number. */
export const rowsSince = ({ ledger }: Context, version: string, seq: number): Promise<Row[]> =>
  ledger
    .select({ line: tables.rows.line, slice: tables.rows.slice, cells: tables.rows.cells })
    .from(tables.rows)
    .where(
      and(
        eq(tables.rows.version, version),
        exists(
          ledger
            .select({ seq: tables.changes.seq })
            .from(tables.changes)
            .where(
              and(
                eq(tables.changes.version, version),
                gt(tables.changes.seq, seq),
                eq(tables.changes.line, tables.rows.line),
                eq(tables.changes.slice, tables.rows.slice),
              ),
            ),
        ),
      ),
    )

/** Periods nobody may change: those closed by the company, and those a reforecast holds as actuals. */
export async function closedIn(
  { ledger }: Context,
  version: Pick<Found, 'id' | 'state' | 'sheet' | 'closedPeriods' | 'kind'>,
): Promise<string[]> {
  // What was closed after a reforecast was locked is no actual of it: it lands where it landed.
  const [locked] =
    version.state === 'locked'
      ? await ledger
          .select({ at: max(tables.snapshots.at) })
          .from(tables.snapshots)
          .where(and(eq(tables.snapshots.version, version.id), eq(tables.snapshots.reason, 'locked')))
      : []
  const closes = await ledger
    .select({ from: tables.closes.from, to: tables.closes.to })
    .from(tables.closes)
    .where(locked?.at ? lte(tables.closes.at, locked.at) : undefined)
  return version.sheet.periods
    .filter(
      (period, n) =>
        n < version.closedPeriods ||
        (version.kind === 'le' && closes.some(one => period.to <= one.to && period.from >= one.from)),
    )
    .map(period => period.key)
}

/** Whether a version takes edits from somebody. */
export const mayEdit = (version: Pick<Found, 'state'>, actor: Actor): boolean =>
  actor.kind !== 'key' &&
  (version.state === 'draft'
    ? mayAct(actor.role, 'contributor')
    : version.state === 'approved' && mayAct(actor.role, 'lead'))

/** Remembers who changes a version that is asked for or approved, in the transaction of the write, its row held. */
export async function touched({ ledger, actor }: Context, version: Found): Promise<void> {
  const asked = version.state === 'approved' || version.state === 'submitted'
  if (!asked || version.changedBy.includes(actor.id)) return
  await ledger
    .update(tables.versions)
    .set({ changedBy: [...version.changedBy, actor.id] })
    .where(eq(tables.versions.id, version.id))
}

/** What helps where a version's state is not the one that is needed. */
export const nextOf: Record<Found['state'], string> = {
  draft: 'Ask for its approval first.',
  submitted: 'Approve it, or have it given back.',
  approved: 'Have it given back to change it freely.',
  locked: 'Make a new version from it.',
}

/** A version that is not in the state something needs, in words, with what helps. */
export const otherState = ({ name, state }: Pick<Found, 'name' | 'state'>, what: string): Failure =>
  new Failure('conflict', `${name} ${stateIs[state]}: ${what}.`, { next: nextOf[state] })

const stateIs: Record<Found['state'], string> = {
  draft: 'is a draft',
  submitted: 'waits for approval',
  approved: 'is approved',
  locked: 'is locked',
}

const stateWords: Record<Found['state'], string> = {
  draft: '',
  submitted: 'waits for approval',
  approved: 'is approved: from now on a lead changes it, and says why',
  locked: 'is locked',
}

/** @throws Failure('invalid') for a figure that cannot stand in its line, naming the cell. */
export function checkFigure(sheet: Sheet, { value, ...address }: Input): void {
  if (value === null) return
  const line = sheet.lines.find(one => one.name === address.line)
  if (!line) throw invalid(`The plan has no line "${address.line}".`)
  let figure: bigint
  try {
    figure = fixed(value)
  } catch {
    throw invalid(
      `${placeWords(sheet, address)}: "${value}" is no number.`,
      'Write digits with a point before the decimals, e.g. 1234.50, or empty the cell.',
    )
  }
  if (figure < 0n && !line.negative)
    throw invalid(
      `${placeWords(sheet, address)} cannot be below 0: ${value}.`,
      'Write it without the minus sign.',
    )
}

/**
 * Puts edits into the cells of a version, in the transaction of the write: the cells end the same in whatever order edits
 * come, and however often. An edit made without knowledge of what stands in its cell is kept beside it, and given back as
 * a conflict.
 */
export async function edit(
  context: Context,
  version: Found,
  edits: readonly Asked[],
  why: string,
): Promise<{ applied: number; conflicts: Conflict[] }> {
  const { ledger, actor } = context
  const { sheet } = version
  if (!mayEdit(version, actor))
    throw new Failure(
      'conflict',
      `${version.name} ${stateWords[version.state] || 'cannot be changed by you'}.`,
      {
        next: version.state === 'locked' ? nextOf.locked : 'Ask for it to be given back.',
      },
    )
  if (version.state === 'approved' && !why.trim())
    throw invalid(
      `${version.name} is approved: say why it changes.`,
      'Give a reason; it stays with the cells.',
    )
  const closed = new Set(await closedIn(context, version))
  const lines = new Map(sheet.lines.map(line => [line.name, { line, slices: slicesOf(sheet, line) }]))
  const periods = new Set(sheet.periods.map(period => period.key))
  for (const one of edits) {
    const found = lines.get(one.line)
    if (!found) throw invalid(`The plan has no line "${one.line}".`)
    found.slices.find(one.slice)
    if (!periods.has(one.period)) throw invalid(`The plan has no period "${one.period}".`)
    if (found.line.formula !== null)
      throw invalid(
        `${placeWords(sheet, one)} is worked out: ${found.line.formula}.`,
        'Change what it is made of.',
      )
    if (found.line.case)
      throw invalid(
        `${placeWords(sheet, one)} comes from a business case.`,
        'Take the case out of this version, or change the case.',
      )
    if (closed.has(one.period))
      throw new Failure('conflict', `${placeWords(sheet, one)} is closed.`, {
        next: 'Closed periods hold actuals. Record a prior-period adjustment instead.',
      })
    checkFigure(sheet, one)
  }
  const rows = await heldRows(ledger, version.id, edits)
  const there = await arrived(ledger, version, edits, rows)
  const news: (typeof tables.changes.$inferInsert)[] = []
  const places = new Map<string, { one: Asked; row: Held }>()
  for (const one of edits) {
    const slice = sliceKey(one.slice)
    const key = `${one.line}\u001e${slice}`
    const row = rows.get(key) ?? { line: one.line, slice, cells: {}, awaited: {} }
    rows.set(key, row)
    places.set(addressKey(one), { one, row })
    if (there.has(one.id)) continue
    const before = shown(row.cells[one.period] ?? [])
    const cell = { heads: row.cells[one.period] ?? [], awaited: row.awaited[one.period] ?? [] }
    const { heads, awaited } = applied(cell, one, there)
    there.add(one.id)
    row.cells[one.period] = [...heads]
    if (awaited.length > 0) row.awaited[one.period] = [...awaited]
    else delete row.awaited[one.period]
    news.push({
      id: one.id,
      version: version.id,
      line: one.line,
      slice,
      period: one.period,
      before,
      after: one.value,
      why,
      byId: actor.id,
      byName: actor.name,
      at: context.clock().toISOString(),
    })
  }
  await touched(context, version)
  await storeRows(ledger, version.id, [...rows.values()])
  await insertMany(ledger, tables.changes, news)
  const conflicts: Conflict[] = []
  for (const { one, row } of places.values()) {
    const heads = row.cells[one.period] ?? []
    if (!inConflict(heads)) continue
    const { line, slice, period } = one
    conflicts.push({ line, slice: [...slice], period, heads: await headsOf(ledger, version, heads) })
  }
  return { applied: edits.length, conflicts }
}

/**
 * Which edits came before, of those asked for and of those they name. One that comes again changes nothing.
 * @throws Failure('conflict') where an id was given to another edit.
 */
async function arrived(
  ledger: Context['ledger'],
  version: Found,
  edits: readonly Asked[],
  rows: ReadonlyMap<string, Held>,
): Promise<Set<string>> {
  const own = new Map<string, Asked>()
  const ids = new Set<string>()
  const same = (one: Asked, other: { line: string; slice: string; period: string; value: string | null }) => {
    if (
      one.line !== other.line ||
      sliceKey(one.slice) !== other.slice ||
      one.period !== other.period ||
      one.value !== other.value
    )
      throw new Failure('conflict', `Another edit has the id ${one.id}: ${placeWords(version.sheet, one)}.`, {
        next: 'Give every edit an id of its own.',
      })
  }
  for (const one of edits) {
    const twice = own.get(one.id)
    if (twice) same(one, { ...twice, slice: sliceKey(twice.slice) })
    own.set(one.id, one)
    ids.add(one.id)
    const heads = rows.get(`${one.line}\u001e${sliceKey(one.slice)}`)?.cells[one.period] ?? []
    for (const name of one.after) if (!heads.includes(name)) ids.add(name)
  }
  const all = [...ids]
  const there = new Set<string>()
  for (let n = 0; n < all.length; n += 5000) {
    const found = await ledger
      .select({
        id: tables.changes.id,
        version: tables.changes.version,
        line: tables.changes.line,
        slice: tables.changes.slice,
        period: tables.changes.period,
        value: tables.changes.after,
      })
      .from(tables.changes)
      .where(inArray(tables.changes.id, all.slice(n, n + 5000)))
    for (const one of found) {
      there.add(one.id)
      const asked = own.get(one.id)
      if (asked) same(asked, one.version === version.id ? one : { ...one, period: '' })
    }
  }
  return there
}

/** Edits that stand in a cell with who made them; a figure the version began with is of who began it. */
const headsOf = async (
  ledger: Context['ledger'],
  { createdBy, createdAt }: Found,
  heads: readonly (string | null)[],
): Promise<Conflict['heads']> => {
  const ids = heads.filter((_, n) => n % 2 === 0) as string[]
  const found = await ledger.select().from(tables.changes).where(inArray(tables.changes.id, ids))
  return ids.map((id, n) => {
    const { byName: by, at } = found.find(one => one.id === id) ?? { byName: createdBy, at: createdAt }
    return { id, value: heads[2 * n + 1] ?? null, by, at }
  })
}

/** A row with its edits that were replaced before they came. */
interface Held extends Row {
  awaited: Record<string, string[]>
}

export const heldRows = async (
  ledger: Context['ledger'],
  version: string,
  edits: readonly Address[],
): Promise<Map<string, Held>> => {
  const lines = [...new Set(edits.map(one => one.line))]
  const wanted = new Set(edits.map(one => `${one.line}\u001e${sliceKey(one.slice)}`))
  const slices = [...new Set(edits.map(one => sliceKey(one.slice)))]
  const found = await ledger
    .select({
      line: tables.rows.line,
      slice: tables.rows.slice,
      cells: tables.rows.cells,
      awaited: tables.rows.awaited,
    })
    .from(tables.rows)
    .where(
      and(
        eq(tables.rows.version, version),
        inArray(tables.rows.line, lines),
        slices.length <= 500 ? inArray(tables.rows.slice, slices) : undefined,
      ),
    )
  return new Map(
    found.map(row => [`${row.line}\u001e${row.slice}`, row] as const).filter(([key]) => wanted.has(key)),
  )
}

/** Writes rows as they are now, many at a time. */
export async function storeRows(
  ledger: Context['ledger'],
  version: string,
  rows: readonly (Row & Partial<Held>)[],
): Promise<void> {
  await insertMany(
    ledger,
    tables.rows,
    rows.map(row => ({ awaited: {}, ...row, version })),
    sql`on conflict (version, line, slice) do update set cells = excluded.cells, awaited = excluded.awaited`,
  )
}

/** Figures of a version set at its making: rows whose every cell is one edit of the maker's. */
export function rowsFrom(figures: readonly Input[], id: (n: number) => string): Row[] {
  const rows = new Map<string, Row>()
  figures.forEach(({ line, slice, period, value }, n) => {
    if (value === null) return
    const key = `${line}\u001e${sliceKey(slice)}`
    const row = rows.get(key) ?? { line, slice: sliceKey(slice), cells: {} }
    row.cells[period] = [id(n), value]
    rows.set(key, row)
  })
  return [...rows.values()]
}

export const lastSeq = async ({ ledger }: Context, version: string): Promise<number> => {
  const [found] = await ledger
    .select({ seq: max(tables.changes.seq) })
    .from(tables.changes)
    .where(eq(tables.changes.version, version))
  return Number(found?.seq ?? 0)
}

/** Ids of the edits that stand in each cell: what one that is made now has seen there. */
export function seenIn(rows: readonly Row[]): (cell: Address) => string[] {
  const cells = new Map(rows.map(row => [`${row.line}\u001e${row.slice}`, row.cells]))
  return ({ line, slice, period }) =>
    (cells.get(`${line}\u001e${sliceKey(slice)}`)?.[period] ?? []).filter((_, n) => n % 2 === 0) as string[]
}

/** What became of cells after a number: who edited each last, what stood there before, and the ids of those edits. */
export async function editedSince(
  { ledger }: Context,
  version: string,
  seq: number,
): Promise<Map<string, { before: string | null; ids: Set<string>; by: string; at: string }>> {
  const news = await ledger
    .select()
    .from(tables.changes)
    .where(and(eq(tables.changes.version, version), gt(tables.changes.seq, seq)))
    .orderBy(tables.changes.seq)
  const found = new Map<string, { before: string | null; ids: Set<string>; by: string; at: string }>()
  for (const { id, before, byName: by, at, ...one } of news) {
    const key = addressKey({ ...one, slice: sliceOf(one.slice) })
    const known = found.get(key)
    found.set(key, { before: known ? known.before : before, ids: (known?.ids ?? new Set()).add(id), by, at })
  }
  return found
}

/** Who put what into a cell, latest first. */
export const historyOf = ({ ledger }: Context, version: string, { line, slice, period }: Address) =>
  ledger
    .select({
      id: tables.changes.id,
      before: tables.changes.before,
      after: tables.changes.after,
      why: tables.changes.why,
      byName: tables.changes.byName,
      at: tables.changes.at,
    })
    .from(tables.changes)
    .where(
      and(
        eq(tables.changes.version, version),
        eq(tables.changes.line, line),
        eq(tables.changes.slice, sliceKey(slice)),
        eq(tables.changes.period, period),
      ),
    )
    .orderBy(desc(tables.changes.seq))
    .limit(200)
