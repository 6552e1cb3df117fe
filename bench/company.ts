import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { type Column, tables } from '../src/kernel/canonical.ts'

/** A made merchant's sales ledger as canonical Parquet files, the same for the same size and seed. */
export interface Company {
  files: string[]
  lines: number
  orders: number
  from: string
  to: string
}

/** Ledger rows of one file. Small enough that making them stays flat in memory. */
const ordersPerFile = 250_000
/** Ledger rows an order has on average: products, shipping, returns. */
const linesPerOrder = 4
const from = '2023-01-01'
const to = '2025-12-31'

/**
 * Makes `lines` ledger rows over three years: 200,000 products of which few sell most, up to 2,000,000 customers,
 * 30 countries, 5 channels, discount codes, shipping, returns days later, weekly and yearly seasons, growth and peaks.
 * Customers and products shrink with the size, so that a small run has the shape of a large one.
 */
export async function makeCompany(folder: string, lines: number, seed = 7): Promise<Company> {
  const place = join(folder, `company-${lines}-${seed}`)
  const receipt = join(place, 'company.json')
  if (existsSync(receipt)) return JSON.parse(readFileSync(receipt, 'utf8')) as Company
  mkdirSync(place, { recursive: true })

  const orders = Math.round(lines / linesPerOrder)
  const size = {
    orders,
    customers: Math.round(orders / 5),
    products: Math.max(2_000, Math.round(orders / 50)),
    seed,
  }
  const database = await DuckDBInstance.create(':memory:', { memory_limit: '2GB', threads: '2' })
  const connection = await database.connect()
  await connection.run(seasons)
  await connection.run(chances)
  const files: string[] = []
  for (let first = 0; first < orders; first += ordersPerFile) {
    const file = join(place, `sales_lines-${String(files.length).padStart(3, '0')}.parquet`)
    const last = Math.min(orders, first + ordersPerFile)
    await connection.run(
      `COPY (${ledger(first, last, size)}) TO '${file}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 250000)`,
    )
    files.push(file)
  }
  const counted = await connection.runAndReadAll(
    `SELECT count(*) AS lines FROM read_parquet('${place}/sales_lines-*.parquet')`,
  )
  connection.closeSync()
  database.closeSync()
  const company = { files, lines: Number(counted.getRowObjectsJson()[0]?.lines), orders, from, to }
  writeFileSync(receipt, JSON.stringify(company))
  return company
}

/** Share of the three years' orders that came before each day: weekday × season × growth × peaks. */
const seasons = `
  CREATE TABLE seasons AS
  WITH weights AS (
    SELECT day::DATE AS day,
      (1 + 0.12 * date_diff('day', DATE '${from}', day::DATE) / 365.0)
      * [1.15, 1.05, 1.0, 1.0, 1.05, 0.85, 0.9][isodow(day)]
      * [0.85, 0.82, 0.9, 0.92, 0.97, 0.95, 0.93, 0.9, 1.0, 1.08, 1.45, 1.5][month(day)]
      * CASE WHEN month(day) = 11 AND day(day) BETWEEN 24 AND 30 THEN 2.2 WHEN month(day) = 12 AND day(day) > 23 THEN 0.5 ELSE 1 END
      AS weight
    FROM range(TIMESTAMP '${from}', TIMESTAMP '${to}' + INTERVAL 1 DAY, INTERVAL 1 DAY) AS days(day)
  )
  SELECT day, coalesce(sum(weight) OVER (ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) / sum(weight) OVER () AS share
  FROM weights`

/** Lists of a thousand from which a random number picks an hour, a country or a channel with its weight. */
const chances = `
  CREATE TABLE chances AS
  SELECT
    (SELECT list(hour ORDER BY hour) FROM (SELECT hour, unnest(range(weight)) FROM (
      SELECT unnest(range(24)) AS hour, unnest([12,7,4,3,3,6,14,28,42,52,58,62,66,62,58,56,56,58,64,72,78,70,46,23]) AS weight))) AS hours,
    (SELECT list(country ORDER BY weight DESC, country) FROM (SELECT country, weight, unnest(range(weight)) FROM (
      SELECT unnest(['United Kingdom','Germany','France','United States','Ireland','Netherlands','Spain','Italy','Belgium','Sweden',
        'Austria','Denmark','Poland','Switzerland','Norway','Finland','Portugal','Canada','Australia','Czechia',
        'Greece','Japan','Hungary','Romania','Luxembourg','Estonia','Latvia','Lithuania','Slovenia','Iceland']) AS country,
        unnest([380,110,95,80,50,40,35,32,25,20,18,16,14,12,10,9,8,7,6,6,5,4,4,3,3,2,2,2,1,1]) AS weight))) AS countries`

const ledger = (
  first: number,
  last: number,
  {
    orders,
    customers,
    products,
    seed,
  }: { orders: number; customers: number; products: number; seed: number },
) => {
  /** A number in [0, 1) that is the same for the same row, salt and seed. */
  const random = (row: string, salt: string) => `(hash(${row}, '${salt}', ${seed}) / 18446744073709551616.0)`
  return `
  WITH placed AS (
    SELECT i, i / ${orders}.0 AS share, ${random('i', 'size')} AS r_size, ${random('i', 'customer')} AS r_customer,
      ${random('i', 'code')} AS r_code, ${random('i', 'channel')} AS r_channel,
      chances.hours[1 + (${random('i', 'hour')} * len(chances.hours))::BIGINT % len(chances.hours)] AS hour,
      (${random('i', 'minute')} * 3600)::INTEGER % 3600 AS seconds,
      chances.countries[1 + (${random('i', 'country')} * len(chances.countries))::BIGINT % len(chances.countries)] AS country
    FROM range(${first}, ${last}) AS numbers(i), chances
  ),
  dated AS (
    SELECT placed.*, seasons.day AS ordered_day, seasons.day + INTERVAL (hour) HOUR + INTERVAL (seconds) SECOND AS placed_at,
      'Q' || lpad(i::VARCHAR, 9, '0') AS order_id,
      CASE WHEN r_customer < 0.12 THEN ''
        ELSE 'c' || floor(${customers} * (0.25 + 0.75 * placed.share) * pow((r_customer - 0.12) / 0.88, 1.6))::BIGINT END AS customer_id,
      CASE WHEN r_channel < 0.62 THEN 'Online store' WHEN r_channel < 0.78 THEN 'App' WHEN r_channel < 0.9 THEN 'Marketplace'
        WHEN r_channel < 0.97 THEN 'Shop' ELSE 'Wholesale' END AS channel,
      CASE WHEN r_code < 0.16 THEN 'WELCOME10' WHEN r_code < 0.22 THEN 'FLASH20' WHEN r_code < 0.25 THEN 'FRIENDS15' ELSE '' END AS discount_code,
      CASE WHEN r_code < 0.16 THEN 0.10 WHEN r_code < 0.22 THEN 0.20 WHEN r_code < 0.25 THEN 0.15 ELSE 0 END AS discount,
      least(12, 1 + floor(-ln(1 - r_size) * 2.75))::INTEGER AS basket
    FROM placed ASOF JOIN seasons ON placed.share >= seasons.share
  ),
  picked AS (
    SELECT dated.*, n, floor(${products} * pow(${random('i * 16 + n', 'product')}, 2.6))::BIGINT AS product,
      1 + floor(-ln(1 - ${random('i * 16 + n', 'units')}) * 0.8)::INTEGER AS units,
      ${random('i * 16 + n', 'return')} AS r_return
    FROM dated, unnest(range(basket)) AS items(n)
  ),
  priced AS (
    SELECT *, (4 + 120 * pow(${random('product', 'price')}, 3))::DECIMAL(18, 2) AS price,
      ${random('product', 'cost')} AS r_cost FROM picked
  ),
  events AS (
    SELECT i, order_id, n AS part, 'sale' AS kind, placed_at AS happened, ordered_day, units AS quantity, price * units AS gross,
      -round(price * units * discount, 2) AS discounts, 0 AS reversals, 0 AS shipping,
      round(price * units * (1 - discount) * 0.2, 2) AS taxes,
      CASE WHEN r_cost >= 0.05 THEN round(price * units * (0.35 + 0.3 * r_cost), 4) END AS cost,
      product, customer_id, country, channel, discount_code FROM priced
    UNION ALL
    SELECT i, order_id, 100 + n, 'reversal', placed_at + INTERVAL (3 + (r_return * 400)::INTEGER % 18) DAY, ordered_day, -units, 0, 0,
      -round(price * units * (1 - discount), 2), 0, -round(price * units * (1 - discount) * 0.2, 2),
      CASE WHEN r_cost >= 0.05 THEN -round(price * units * (0.35 + 0.3 * r_cost), 4) END,
      product, customer_id, country, channel, discount_code FROM priced
      WHERE r_return < 0.07 AND placed_at < TIMESTAMP '${to}' - INTERVAL 25 DAY
    UNION ALL
    SELECT i, order_id, 200, 'shipping', placed_at, ordered_day, 0, 0, 0, 0, 4.9, 0.98, NULL, -1, customer_id, country, channel, discount_code
      FROM dated WHERE r_size < 0.62
  )
  SELECT ${Object.entries(tables.sales_lines.columns as Record<string, Column>)
    .map(([name, column]) => `(${values[name] ?? name})::${types[column.type]} AS "${name}"`)
    .join(', ')}
  FROM events ORDER BY ordered_day, i, part`
}

/** Columns of the ledger that are not named the same in `events`. */
const values: Record<string, string> = {
  store: "'bench'",
  line_key: "hash(order_id, part, 'line')",
  happened_at: 'happened',
  day: 'happened::DATE',
  hour: 'hour(happened)',
  currency: "'GBP'",
  duties: '0',
  fees: '0',
  tips: '0',
  gift_cards: '0',
  product_id: "CASE WHEN product < 0 THEN '' ELSE 'p' || lpad(product::VARCHAR, 6, '0') END",
  title:
    "CASE WHEN product < 0 THEN 'Shipping' ELSE ['Linen','Oak','Copper','Woollen','Enamel','Paper','Glass','Rattan'][1 + product % 8] || ' ' || ['lamp','basket','mug','blanket','frame','candle','vase','tray','clock','bowl'][1 + (product // 8) % 10] || ' no. ' || product END",
  account_id: "''",
  source: "'bench'",
}

const types: Record<Column['type'], string> = {
  text: 'VARCHAR',
  money: 'DECIMAL(18, 4)',
  quantity: 'DECIMAL(18, 4)',
  rate: 'DECIMAL(18, 8)',
  count: 'BIGINT',
  hash: 'UBIGINT',
  flag: 'BOOLEAN',
  day: 'DATE',
  time: 'TIMESTAMP',
  hour: 'UTINYINT',
}
