export interface QlQuery {
  from: string
  show: string[]
  where: { column: string; values: string[] }[]
  groups: string[]
  timeseries: string | null
  since: string
  until: string
  limit: number
  offset: number
}

const shape =
  /^FROM\s+(\w+)\s+SHOW\s+(.+?)(?:\s+WHERE\s+(.+?))?(?:\s+GROUP\s+BY\s+(.+?))?(?:\s+TIMESERIES\s+(\w+))?\s+SINCE\s+(\S+)\s+UNTIL\s+(\S+)(?:\s+ORDER\s+BY\s+(.+?))?(?:\s+LIMIT\s+(\d+)(?:\s+OFFSET\s+(\d+))?)?$/is

const names = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map(one => one.trim())
    .filter(one => one !== '')

/** Reads a question; keywords in the vendor's order (shopify.dev/docs/api/shopifyql). Rows come sorted by their groups. @returns what is wrong as a string. */
export function readQl(text: string): QlQuery | string {
  const [, from, show, where, groups, timeseries, since, until, , limit, offset] =
    shape.exec(text.trim()) ?? []
  if (!from || !since || !until) return 'Syntax error: FROM … SHOW … SINCE … UNTIL … expected'
  if (timeseries && timeseries !== 'day') return `TIMESERIES ${timeseries} is not answered here`
  const conditions: QlQuery['where'] = []
  for (const condition of where ? where.split(/\s+AND\s+/i) : []) {
    const [, column, single, list] = /^(\w+)\s*(?:=\s*(.+)|IN\s*\((.+)\))$/is.exec(condition.trim()) ?? []
    if (!column) return `Syntax error near ${condition}`
    const values = list === undefined ? [single ?? ''] : list.split(',')
    conditions.push({ column, values: values.map(one => one.trim().replace(/^'(.*)'$/, '$1')) })
  }
  return {
    from: from.toLowerCase(),
    show: names(show),
    where: conditions,
    groups: [...(timeseries ? [timeseries] : []), ...names(groups)],
    timeseries: timeseries ?? null,
    since,
    until,
    limit: limit ? Number(limit) : 1000,
    offset: offset ? Number(offset) : 0,
  }
}
