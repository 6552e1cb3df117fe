import type { Act, CanonicalRow, Checked, Connector, PlaceStore } from '#connectors/connector.ts'
import { tables as canonical, type TableName, table } from '#kernel/canonical.ts'
import { hasher, placeOf, scrubbed } from '#sync/place.ts'
import { completed, keyOf } from '#sync/rows.ts'

/**
 * The least that keeps what a connector delivers: rounds of turns into maps in memory, with the meaning the port gives
 * them. For tests of connectors; the real engine keeps files, bookmarks and the granary.
 */
export interface SmallEngine {
  checked: Checked
  /** One turn of every stream (or of those named): all of history the first time, then what changed. */
  round(streams?: readonly string[]): Promise<void>
  rows(table: TableName): CanonicalRow[]
  /** Records that were not understood, and what readers are told. */
  problems: string[]
  remarks: string[]
  act(act: Act): Promise<{ id: string; url: string }>
}

const yearMs = 366 * 86_400_000

export async function smallEngine<S>(
  connector: Connector<S>,
  credentials: Readonly<Record<string, string>>,
  options: {
    fetch: typeof fetch
    /** Stores that other connections brought. */
    stores?: readonly PlaceStore[]
    privacy?: boolean
    /** How far back history goes from the vendor's now, ms; four years when absent. */
    back?: number
    /** Hosts allowed besides the vendor's; that of base_url is. */
    allowed?: readonly string[]
  },
): Promise<SmallEngine> {
  const allowed = new Set(options.allowed ?? [])
  if (credentials.base_url) allowed.add(new URL(credentials.base_url).host)
  let time = Date.parse('2026-01-01T00:00:00Z')
  const open = () =>
    connector.open(credentials, {
      fetch: options.fetch,
      now: () => time,
      sleep: async ms => {
        time += ms
      },
      signal: new AbortController().signal,
      allowed,
    })
  const checked = await connector.check(open())
  const own = checked.shops.map(({ key, currency, timezone, hosts }) => ({
    store: key,
    currency,
    timezone,
    hosts,
  }))
  const stores = [...own, ...(options.stores ?? [])]
  const [home] = stores
  if (!home) throw new Error('Give the stores that the connection may belong to.')
  const hash = hasher('salt')
  const place = placeOf({
    home,
    shops: Object.fromEntries(own.map(one => [one.store, one.store])),
    stores,
    privacy: options.privacy ?? false,
    hash,
    facts: checked.facts,
  })
  const tables = new Map<TableName, Map<string, CanonicalRow>>()
  const rowsOf = (name: TableName) => {
    const rows = tables.get(name) ?? new Map<string, CanonicalRow>()
    tables.set(name, rows)
    return rows
  }
  const bookmarks = new Map<string, { at: number; cursor: string | null }>()
  const problems: string[] = []
  const remarks: string[] = []

  const turn = async (
    session: S,
    stream: Connector<S>['streams'][number],
    from: number,
    to: number,
    history: boolean,
  ) => {
    const seen = new Map<TableName, Set<string>>(stream.tables.map(name => [name, new Set()]))
    let cursor = bookmarks.get(stream.name)?.cursor ?? null
    for await (const batch of stream.read(session, { from, to, cursor, history })) {
      remarks.push(...(batch.remarks ?? []))
      for (const given of batch.records) {
        const plain: unknown = JSON.parse(JSON.stringify(given))
        const record = options.privacy ? scrubbed(plain, stream.personal ?? [], hash) : plain
        try {
          const { rows, gone } = stream.map(record, place)
          for (const [name, lost] of Object.entries(gone ?? {}) as [TableName, CanonicalRow[]][])
            for (const one of lost)
              for (const [key, row] of rowsOf(name))
                if (Object.entries(one).every(([column, value]) => row[column] === value))
                  rowsOf(name).delete(key)
          const whole = Object.entries(rows) as [TableName, CanonicalRow[]][]
          if (stream.restates) {
            const orders = new Set((rows.sales_lines ?? []).map(row => `${row.store} ${row.order_id}`))
            for (const [key, row] of rowsOf('sales_lines'))
              if (orders.has(`${row.store} ${row.order_id}`)) rowsOf('sales_lines').delete(key)
          }
          for (const [name, some] of whole)
            for (const row of some) {
              const key = keyOf(name, row)
              rowsOf(name).set(key, completed(name, row, 'small'))
              seen.get(name)?.add(key)
            }
        } catch (error) {
          problems.push(`${stream.name}: ${(error as Error).message}`)
        }
      }
      cursor = batch.cursor ?? cursor
    }
    if (stream.whole)
      for (const [name, kept] of seen) {
        for (const key of rowsOf(name).keys()) if (!kept.has(key)) rowsOf(name).delete(key)
        // What tells more of rows that are gone goes with them.
        const leading = table(name).key
        const left = new Set([...rowsOf(name).values()].map(row => keyOf(name, row)))
        for (const own of Object.keys(canonical) as TableName[])
          if (table(own).follows === name)
            for (const [key, row] of rowsOf(own))
              if (!left.has(leading.map(column => String(row[column])).join('\u0001')))
                rowsOf(own).delete(key)
      }
    return cursor
  }

  return {
    checked,
    problems,
    remarks,
    rows: name => [...rowsOf(name).values()],
    act: async act => {
      if (!connector.act) throw new Error(`${connector.name} does nothing.`)
      return connector.act(open(), act)
    },
    async round(names) {
      const session = open()
      const now = await connector.clock(session)
      for (const stream of connector.streams) {
        if (names && !names.includes(stream.name)) continue
        const mark = bookmarks.get(stream.name)
        const to = now - (stream.settle ?? 0)
        let cursor: string | null = null
        if (stream.kind === 'snapshot') cursor = await turn(session, stream, 0, to, mark === undefined)
        else if (mark || stream.kind === 'token')
          cursor = await turn(
            session,
            stream,
            (mark?.at ?? now - 4 * yearMs) - (stream.overlap ?? 0),
            to,
            !mark,
          )
        else {
          const start = now - (options.back ?? 4 * yearMs)
          for (let end = to; end > start; end -= stream.slice ?? Number.POSITIVE_INFINITY)
            cursor = await turn(
              session,
              stream,
              Math.max(start, end - (stream.slice ?? Number.POSITIVE_INFINITY)),
              end,
              true,
            )
        }
        bookmarks.set(stream.name, { at: to, cursor })
      }
    },
  }
}
