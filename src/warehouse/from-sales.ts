/**
 * Products that rows of sales name beside those a system or a list of products brought. What the latter say is never
 * overwritten; what only files of sales say fills the gaps, the newest of them first. Which is which stands in
 * `from_sales`: the newest day, then the columns, `product_id` among them where nothing else knows the product. Written
 * once for both engines.
 */
const texts = ['parent_id', 'title', 'category', 'brand', 'vendor', 'status'] as const
const attributes = [...texts, 'price'] as const
type Attribute = (typeof attributes)[number]

const filled = (side: 's' | 't', name: Attribute) =>
  name === 'price' ? `${side}_price IS NOT NULL` : `${side}_${name} <> ''`
/** Whether only files of sales say so. */
const sold = (name: Attribute | 'product_id') => `t_said LIKE '% ${name}%'`
const day = (side: 's' | 't') => `substring(${side}_said, 1, 10)`

/** Each delivered product beside what is stored of it. */
const beside = (staged: string, products: string) => `
  SELECT s.store AS store, s.product_id AS product_id, CASE WHEN t.product_id IS NULL THEN 0 ELSE 1 END AS there,
    ${texts.map(name => `s.${name} AS s_${name}, coalesce(t.${name}, '') AS t_${name}`).join(', ')},
    s.price AS s_price, t.price AS t_price, s.currency AS s_currency, coalesce(t.currency, '') AS t_currency,
    s.source AS s_source, coalesce(t.source, '') AS t_source,
    coalesce(s.from_sales, '') AS s_said, coalesce(t.from_sales, '') AS t_said
  FROM ${staged} s LEFT JOIN ${products} t ON t.store = s.store AND t.product_id = s.product_id`

const rows = (
  from: string,
  value: (name: Attribute) => string,
  said: { words: string; day: string; currency: string; source: string },
) => `
  SELECT store, product_id, ${attributes.map(name => `${value(name)} AS ${name}`).join(', ')},
    ${said.currency} AS currency, ${said.source} AS source,
    CASE WHEN ${said.words} = '' THEN NULL ELSE concat(${said.day}, ${said.words}) END AS from_sales
  FROM (${from}) b`

/** The products that rows of sales name, as they are to be stored. `from_sales` of `staged` is the day of the newest row. */
export const filledIn = (staged: string, products: string): string => {
  const better = (name: Attribute) => `(${filled('t', name)} AND NOT ${sold(name)})`
  const takes = (name: Attribute) =>
    `(${filled('s', name)} AND NOT ${better(name)} AND (NOT ${filled('t', name)} OR ${day('s')} >= ${day('t')}))`
  const word = (name: Attribute) =>
    `CASE WHEN NOT ${better(name)} AND (${filled('s', name)} OR ${filled('t', name)}) THEN ' ${name}' ELSE '' END`
  const own = `CASE WHEN there = 0 OR ${sold('product_id')} THEN ' product_id' ELSE '' END`
  return rows(
    beside(staged, products),
    name => `CASE WHEN ${takes(name)} THEN s_${name} ELSE t_${name} END`,
    {
      words: `concat(${[own, ...attributes.map(word)].join(', ')})`,
      day: `CASE WHEN ${day('s')} > ${day('t')} THEN ${day('s')} ELSE ${day('t')} END`,
      currency: `CASE WHEN there = 0 OR ${takes('price')} THEN s_currency ELSE t_currency END`,
      source: 'CASE WHEN there = 0 THEN s_source ELSE t_source END',
    },
  )
}

/** What a system or a list says of its products, with what only files of sales know where it says nothing. */
export const keptBeside = (staged: string, products: string): string => {
  const kept = (name: Attribute) => `(NOT ${filled('s', name)} AND ${sold(name)})`
  return rows(beside(staged, products), name => `CASE WHEN ${kept(name)} THEN t_${name} ELSE s_${name} END`, {
    words: `concat(${["''", ...attributes.map(name => `CASE WHEN ${kept(name)} THEN ' ${name}' ELSE '' END`)].join(', ')})`,
    day: day('t'),
    currency: `CASE WHEN ${kept('price')} THEN t_currency ELSE s_currency END`,
    source: 's_source',
  })
}

/** Takes out of a store's products all that only files of sales said: statements, in order. */
export const unsaid = (store: string): string[] => {
  const ofSales = `store = ${store} AND from_sales IS NOT NULL`
  const said = (name: string) => `from_sales LIKE '% ${name}%'`
  return [
    `DELETE FROM products WHERE ${ofSales} AND ${said('product_id')}`,
    `UPDATE products SET ${texts.map(name => `${name} = CASE WHEN ${said(name)} THEN '' ELSE ${name} END`).join(', ')},
       price = CASE WHEN ${said('price')} THEN NULL ELSE price END, from_sales = NULL WHERE ${ofSales}`,
  ]
}
