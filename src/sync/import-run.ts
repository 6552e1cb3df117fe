import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Outcome, readFile } from '#connectors/files/index.ts'
import { joinFiles } from '#connectors/files/joined.ts'
import { invalid } from '#kernel/error.ts'
import { convertible } from '#kernel/exchange.ts'
import { dayAt } from '#kernel/zone.ts'
import { ratedPairs } from '#warehouse/rates.ts'
import { checkRoom } from '#warehouse/room.ts'
import type { Receipt, Warehouse } from '#warehouse/warehouse.ts'
import type { ImportProgress, ImportRequest, ImportResult } from './imports.ts'
import { mappedAgain } from './map-again.ts'
import { sweepWork, workFolder } from './work.ts'

export interface ImportParts {
  granary: Warehouse
  /** Data folder; raw files, work and rejects live below it. */
  folder: string
  /** Makes the store known, or gives what is known of it. @throws Failure when currency or zone are missing or differ. */
  ensureStore(store: {
    handle: string
    currency?: string
    timezone?: string
  }): Promise<{ currency: string; timezone: string }>
  /** Called with every finished import. */
  /** Salt of the hashes of personal data; of the installation, and in no table. */
  salt?: string
  history?: (result: ImportResult, request: ImportRequest) => Promise<void>
  clock?: () => Date
}

/** Ids sort by time and do not collide. */
const newId = (now: Date) =>
  `imp-${now
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z/g, '')
    .replace('T', '-')}-${randomBytes(3).toString('hex')}`

/** Runs one import at a time; whoever comes meanwhile waits in line. */
export const importRunner = (parts: ImportParts) => {
  const clock = parts.clock ?? (() => new Date())
  const works = workFolder(parts.folder)
  let queue: Promise<unknown> = sweepWork(parts.folder)
  return (request: ImportRequest, onProgress?: (progress: ImportProgress) => void): Promise<ImportResult> => {
    const turn = queue.then(
      () => one(parts, works, clock, request, onProgress),
      () => one(parts, works, clock, request, onProgress),
    )
    queue = turn.catch(() => undefined)
    return turn
  }
}

const one = async (
  parts: ImportParts,
  works: string,
  clock: () => Date,
  request: ImportRequest,
  onProgress?: (progress: ImportProgress) => void,
): Promise<ImportResult> => {
  const started = clock()
  const id = newId(started)
  const work = join(works, `${process.pid}-${id}`)
  const rejects = join(parts.folder, 'rejects')
  await checkRoom(parts.folder)
  await mkdir(work, { recursive: true })
  await mkdir(rejects, { recursive: true })
  const progress = pace(clock, onProgress)
  try {
    if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(request.store))
      throw invalid(
        `“${request.store}” is no store handle.`,
        'Use small letters, digits, - and _, such as gifts-uk.',
      )
    const { currency, timezone } = await parts.ensureStore({
      handle: request.store,
      ...(request.currency && { currency: request.currency }),
      ...(request.timezone && { timezone: request.timezone }),
    })
    const origin = request.replaces?.origin
    const joined = request.beside
      ? await joinFiles(
          { path: request.path, name: request.fileName ?? basename(request.path) },
          request.beside.files,
          work,
          { ...(request.beside.reading && { reading: request.beside.reading }), currency },
        )
      : null
    const outcome = await readFile(
      {
        path: joined?.path ?? request.path,
        folders: { raw: join(parts.folder, 'raw'), work, rejects: join(rejects, `${id}.csv`) },
        ...(request.reading && { reading: request.reading }),
        ...(request.preset && { preset: request.preset }),
        ...(request.mapping && { mapping: request.mapping }),
        place: {
          store: request.store,
          currency,
          timezone,
          source: origin?.source ?? id,
          ...(parts.salt && { salt: parts.salt }),
          today: origin?.today ?? dayAt(timezone, started.getTime()),
        },
      },
      (step, percent) => progress(step, percent, 100),
    )
    await checkCurrencies(parts.granary, outcome.currencies, currency)
    progress('storing', 0, outcome.canonical)
    const place = {
      raw: join(parts.folder, 'raw'),
      work,
      store: request.store,
      currency,
      timezone,
      ...(parts.salt && { salt: parts.salt }),
    }
    const delivery = request.replaces
      ? await mappedAgain(id, outcome, request.replaces, place)
      : {
          id,
          table: outcome.target.table,
          files: outcome.files,
          ...(outcome.without && { without: outcome.without }),
          unique: outcome.unique,
          mode: outcome.mode,
          ...(outcome.gone.length > 0 && { gone: { store: request.store, orders: outcome.gone } }),
          ...(outcome.products && { products: { files: [outcome.products.file] } }),
        }
    const receipt: Receipt =
      delivery.files.length === 0 && !request.replaces && outcome.gone.length === 0
        ? nothing
        : await parts.granary.deliver(delivery, (done, total) =>
            progress(done < total ? 'storing' : 'deriving', done, total),
          )
    const beside =
      delivery.mode === 'merge' && receipt.inserted > 0 && receipt.repeats > 0 && !outcome.known
        ? await besideEarlier(parts.granary, request.store, id)
        : 0
    const { accepted, repeats } = share(outcome, request.replaces ? ownShare(outcome, receipt) : receipt)
    const result: ImportResult = {
      id,
      file: nameOf(request),
      table: outcome.target.table,
      store: request.store,
      rows: outcome.rows,
      accepted,
      repeats: repeats + outcome.twice,
      rejected: outcome.rejected,
      from: outcome.from,
      to: outcome.to,
      reasons: outcome.reasons,
      rejectsFile: outcome.rejectsFile,
      warnings: [
        ...(joined?.words ?? []),
        ...outcome.warnings,
        ...wentWords(receipt.removed ?? 0),
        ...growingWords(receipt.gone ?? 0, beside),
      ],
      ...(receipt.products && { products: countsOf(receipt.products) }),
      seconds: (clock().getTime() - started.getTime()) / 1000,
      origin: {
        source: origin?.source ?? id,
        content: outcome.intake.content,
        today: origin?.today ?? dayAt(timezone, started.getTime()),
        since: origin?.since ?? started.toISOString(),
      },
    }
    await parts.history?.(result, request)
    progress('done', outcome.rows, outcome.rows)
    return result
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** How the file of a request is called, with those beside it. */
export const nameOf = ({ fileName, path, beside }: ImportRequest): string =>
  (fileName ?? basename(path)) + (beside ? ` with ${beside.files.map(one => one.name).join(', ')}` : '')

/**
 * Rows of the file by what became of them. Where one row makes several canonical rows, or several make one,
 * a row counts as a repeat when nothing it brought was new.
 */
const share = (outcome: Outcome, receipt: Receipt): { accepted: number; repeats: number } => {
  const touched = receipt.inserted + receipt.changed
  if (touched === 0) return { accepted: 0, repeats: outcome.good }
  if (outcome.canonical === outcome.good)
    return { accepted: outcome.good - receipt.repeats, repeats: receipt.repeats }
  const accepted =
    outcome.canonical > outcome.good
      ? Math.min(outcome.good, touched)
      : Math.round((outcome.good * touched) / outcome.canonical)
  return { accepted, repeats: outcome.good - accepted }
}

const nothing: Receipt = { rows: 0, inserted: 0, changed: 0, repeats: 0 }

const countsOf = ({ rows, inserted, changed }: NonNullable<Receipt['products']>) => ({
  rows,
  inserted,
  changed,
})

/** Orders in which an import brought rows beside those of an earlier one, of the same day. */
const besideEarlier = async (granary: Warehouse, store: string, source: string): Promise<number> => {
  const [row] = await granary.query(
    `SELECT count(*) AS orders FROM (SELECT order_id, day FROM sales_lines WHERE store = {store:String}
       AND order_id IN (SELECT order_id FROM sales_lines WHERE store = {store:String} AND source = {source:String} AND kind = 'sale')
     GROUP BY order_id, day
     HAVING count(CASE WHEN source = {source:String} THEN 1 END) > 0 AND count(CASE WHEN source <> {source:String} THEN 1 END) > 0) AS found`,
    { store, source },
  )
  return Number(row?.orders ?? 0)
}

const growingWords = (went: number, beside: number): string[] => [
  ...(went > 0
    ? [
        `${went.toLocaleString('en')} ${went === 1 ? 'order that an earlier import brought is' : 'orders that earlier imports brought are'} gone: the file says ${went === 1 ? 'it was' : 'they were'} cancelled, or never paid.`,
      ]
    : []),
  ...(beside > 0
    ? [
        `${beside.toLocaleString('en')} ${beside === 1 ? 'order has' : 'orders have'} rows of this file beside those of an earlier import, of the same day. Without a number of their own changed lines cannot be told from new ones: if each order is whole in the file, say so (in a mapping: “restates”: true) and import it again; or map line_id.`,
      ]
    : []),
]

const wentWords = (removed: number): string[] =>
  removed === 0
    ? []
    : [
        `${removed.toLocaleString('en')} ${removed === 1 ? 'row that only the old mapping brought is' : 'rows that only the old mapping brought are'} gone.`,
      ]

/** Of a delivery that holds other imports' rows too: what is new or changed is this one's, the rest of it was there. */
const ownShare = (outcome: Outcome, receipt: Receipt): Receipt => ({
  ...receipt,
  repeats: Math.max(0, outcome.canonical - receipt.inserted - receipt.changed),
})

const checkCurrencies = async (granary: Warehouse, found: readonly string[], own: string) => {
  const others = found.filter(code => code !== own)
  if (others.length === 0) return
  const pairs = await ratedPairs(granary)
  const without = others.filter(code => !convertible(pairs, code, own))
  if (without.length > 0)
    throw invalid(
      `The file has money in ${without.join(', ')} beside ${own}, and there are no exchange rates for ${without.length === 1 ? 'it' : 'them'}.`,
      `Import exchange rates first (target exchange_rates: base, quote, day, rate), or take only ${own} rows with “where”.`,
    )
}

const pace = (clock: () => Date, onProgress?: (progress: ImportProgress) => void) => {
  let step: ImportProgress['step'] | null = null
  let since = 0
  return (now: ImportProgress['step'], done: number, total: number) => {
    if (!onProgress) return
    const time = clock().getTime()
    if (now !== step) {
      step = now
      since = time
    }
    const share = total > 0 ? done / total : 0
    const secondsLeft = share > 0.02 && share < 1 ? ((time - since) / 1000) * (1 / share - 1) : null
    onProgress({ step: now, done: Math.max(0, done), total, secondsLeft })
  }
}
