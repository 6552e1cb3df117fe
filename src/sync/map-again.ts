import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Outcome, readFile } from '#connectors/files/index.ts'
import { openSandbox } from '#connectors/files/sandbox.ts'
import { table as describe, type Table } from '#kernel/canonical.ts'
import { Failure, invalid } from '#kernel/error.ts'
import type { Delivery } from '#warehouse/warehouse.ts'
import type { Past, Replaced } from './imports.ts'

/**
 * A file mapped again ends as if it had been mapped so the first time: everything that was imported into its store and
 * table is read again from the kept files, in the order it came, the one with its new mapping in its old place. What
 * the ledger's rows say of their source cannot tell this by itself: a row that several files brought names the first
 * only, and one that a later file changed names the later.
 */

/** A table's rows on disk, as one import brings them. */
interface Part {
  since: string
  files: readonly string[]
  /** Rows of the first file that do not count, as a delivery says it. */
  without: string | null
  mode: Delivery['mode']
  /** Orders that the file says are no more. */
  gone: readonly string[]
  /** Products its rows name. */
  products: Outcome['products']
}

interface Place {
  raw: string
  work: string
  store: string
  currency: string
  timezone: string
  salt?: string
}

/** The delivery of an import that is mapped again. @throws Failure('invalid') when it cannot take the old one's place. */
export const mappedAgain = async (
  id: string,
  outcome: Outcome,
  { origin, table, others }: Replaced,
  place: Place,
): Promise<Delivery> => {
  if (outcome.target.table !== table)
    throw invalid(
      `The import filled ${table.replaceAll('_', ' ')}; the new mapping would fill ${outcome.target.table.replaceAll('_', ' ')}.`,
      'Import the file anew with it.',
    )
  if (outcome.files.length === 0 && outcome.gone.length === 0)
    throw invalid(
      'With the new mapping no row of the file is right: what is there was left as it is.',
      `The first reason: ${outcome.reasons[0]?.reason ?? 'none was given'}.`,
    )
  const parts: Part[] = [
    {
      since: origin.since,
      files: outcome.files,
      without: outcome.without,
      mode: outcome.mode,
      gone: outcome.gone,
      products: outcome.products,
    },
  ]
  for (const other of others) parts.push(await readAgain(other, place))
  parts.sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : 0))
  const sources = [origin.source, ...others.map(one => one.origin.source)]
  const replaces = { store: place.store, sources }
  const products = table === 'sales_lines' && { products: await foldProducts(parts, place.work) }
  const shared = { id, table, mode: 'merge', replaces, ...products } as const
  if (parts.length > 1) return { ...shared, files: await fold(parts, describe(table), place.work) }
  const { files, without, unique } = outcome
  return { ...shared, files, ...(without && { without }), unique }
}

const readAgain = async (past: Past, place: Place): Promise<Part> => {
  const { origin, request, file } = past
  const path = join(place.raw, origin.content)
  if (!existsSync(path))
    throw new Failure('not_found', `${file}, which was imported into the same store, is not kept any more.`, {
      next: 'Import it once more; then map again.',
    })
  const work = join(place.work, origin.source)
  await mkdir(work, { recursive: true })
  const { raw, work: _, ...where } = place
  const read = await readFile({
    path,
    folders: { raw, work, rejects: join(work, 'rejects.csv') },
    ...request,
    place: { ...where, source: origin.source, today: origin.today },
  })
  const { files, without, mode, gone, products } = read
  return { since: origin.since, files, without, mode, gone, products }
}

/** One file of what the rows of all parts say of their products: as if each had come in after the other. */
const foldProducts = async (parts: readonly Part[], work: string): Promise<{ files: string[] }> => {
  const files = parts.flatMap(part => part.products?.file ?? [])
  const [only] = files
  if (!only || files.length === 1) return { files }
  const path = join(work, 'folded-products.parquet')
  const sandbox = await openSandbox(path, work)
  try {
    const rows = files.map((file, n) => `SELECT *, ${n} AS part FROM read_parquet(${quote(file)})`)
    const columns = Object.keys(describe('products').columns).map(name => {
      const holds = name === 'price' || name === 'currency' ? 'price IS NOT NULL' : `${name} <> ''`
      const newest = `arg_max(${name}, (from_sales, part))`
      if (name === 'product_id') return name
      if (name === 'source') return 'arg_min(source, part) AS source'
      if (name === 'from_sales') return 'max(from_sales) AS from_sales'
      const value = `${newest} FILTER (${holds})`
      if (name === 'price') return `${value} AS price`
      return `coalesce(${value}, ${name === 'currency' ? 'max(currency)' : "''"}) AS ${name}`
    })
    await sandbox.run(
      `COPY (SELECT ${columns.join(', ')} FROM (${rows.join(' UNION ALL ')}) GROUP BY product_id) TO ${quote(path)} (FORMAT parquet)`,
    )
  } finally {
    sandbox.close()
  }
  return { files: [path] }
}

/**
 * One file of what stands at the end, none where that is nothing: a later row of a key, or a later restatement of a whole
 * order, wins, and an order that a later part says is no more is not there.
 */
const fold = async (parts: readonly Part[], shape: Table, work: string): Promise<string[]> => {
  const folder = join(work, 'fold')
  await mkdir(folder, { recursive: true })
  const path = join(work, 'folded.parquet')
  // The parts lie below the work folder, which is all that this engine may reach.
  const sandbox = await openSandbox(path, work)
  try {
    const columns = Object.keys(shape.columns).join(', ')
    let first = true
    for (const { files, without, mode, gone } of parts) {
      for (let at = 0; at < gone.length && !first; at += 10_000)
        await sandbox.run(
          `DELETE FROM folded WHERE order_id IN (${gone
            .slice(at, at + 10_000)
            .map(quote)
            .join(', ')})`,
        )
      if (files.length === 0) continue
      const left = without
        ? ` ANTI JOIN (SELECT place, ${quote(files[0] ?? '')} AS file FROM read_parquet(${quote(without)}))
            ON file_row_number = place AND filename = file`
        : ''
      const list = files.map(quote).join(', ')
      const rows = `SELECT ${columns} FROM read_parquet([${list}], filename = true, file_row_number = true)${left}`
      if (first) await sandbox.run(`CREATE TABLE folded AS ${rows}`)
      else {
        const key = mode === 'replace_orders' ? ['store', 'order_id'] : shape.key
        const on = key.map(k => `t.${k} = s.${k}`).join(' AND ')
        await sandbox.run(
          `DELETE FROM folded t USING (SELECT DISTINCT ${key.join(', ')} FROM (${rows})) s WHERE ${on}`,
        )
        await sandbox.run(`INSERT INTO folded ${rows}`)
      }
      first = false
    }
    if (first) return []
    await sandbox.run(`COPY folded TO ${quote(path)} (FORMAT parquet)`)
  } finally {
    sandbox.close()
    await rm(folder, { recursive: true, force: true })
  }
  return [path]
}

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`
