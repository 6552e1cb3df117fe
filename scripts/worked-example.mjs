// Writes docs/worked-example.xlsx: a small plan, its actuals, their variances and bridges, every figure a typed number
// or a visible formula. The product is held to it by test/worked-example.test.ts.
import ExcelJS from 'exceljs'

const months = ['Jan', 'Feb', 'Mar']
const typed = {
  Plan: {
    sessions: [100000, 90000, 110000],
    conversion: [0.02, 0.021, 0.0195],
    aov: [50, 48.5, 51.2],
    share: [0.42, 0.42, 0.41],
    media: [18000, 16500, 19250.75],
  },
  Actual: {
    sessions: [104000, 88000, 115500],
    conversion: [0.0195, 0.0215, 0.0188],
    aov: [51.4, 47.25, 52],
    share: [0.43, 0.415, 0.42],
    media: [19120.4, 15980, 20010.1],
  },
}

const book = new ExcelJS.Workbook()
book.created = new Date('2026-01-01T00:00:00Z')
book.modified = book.created
book.calcProperties.fullCalcOnLoad = true
const columns = ['B', 'C', 'D']

/** A page of cells given as [address, value or '=formula', format]. */
const page = (name, rows) => {
  const sheet = book.addWorksheet(name, { views: [{ state: 'frozen', ySplit: 1, xSplit: 1 }] })
  sheet.getColumn(1).width = 34
  for (let n = 2; n <= 9; n += 1) sheet.getColumn(n).width = 16
  for (const [address, value, format] of rows) {
    const cell = sheet.getCell(address)
    cell.value = typeof value === 'string' && value.startsWith('=') ? { formula: value.slice(1) } : value
    if (format) cell.numFmt = format
    if (address.match(/[A-Z]+1$/)) cell.font = { bold: true }
    if (typeof value === 'number') cell.font = { color: { argb: 'FF1D4ED8' } }
  }
}
const money = '#,##0.00'
const percent = '0.00%'

for (const name of ['Plan', 'Actual']) {
  const own = typed[name]
  const rows = [
    ['A1', `${name}, GBP`],
    ...months.map((month, n) => [`${columns[n]}1`, month]),
    ['E1', 'Quarter'],
  ]
  const line = (at, label, cell, total, format) => {
    rows.push([`A${at}`, label], [`E${at}`, total, format])
    columns.forEach((column, n) => {
      rows.push([`${column}${at}`, cell(column, n), format])
    })
  }
  const sum = at => `=SUM(B${at}:D${at})`
  line(2, 'Sessions', (_, n) => own.sessions[n], sum(2), '#,##0')
  line(3, 'Conversion', (_, n) => own.conversion[n], '=E4/E2', percent)
  line(4, 'Orders', c => `=${c}2*${c}3`, sum(4), '#,##0.00')
  line(5, 'Average order value', (_, n) => own.aov[n], '=E6/E4', money)
  line(6, 'Net sales', c => `=${c}4*${c}5`, sum(6), money)
  line(7, 'Cost of goods, share of sales', (_, n) => own.share[n], '=E8/E6', percent)
  line(8, 'Cost of goods', c => `=${c}6*${c}7`, sum(8), money)
  line(9, 'Media', (_, n) => own.media[n], sum(9), money)
  line(10, 'Contribution', c => `=${c}6-${c}8-${c}9`, sum(10), money)
  page(name, rows)
}

const lines = [
  [2, 'Sessions'],
  [4, 'Orders'],
  [6, 'Net sales'],
  [8, 'Cost of goods'],
  [9, 'Media'],
  [10, 'Contribution'],
]
page('Variance', [
  ['A1', 'Quarter'],
  ['B1', 'Plan'],
  ['C1', 'Actual'],
  ['D1', 'Change'],
  ['E1', 'Change, %'],
  ...lines.flatMap(([at, label], n) => [
    [`A${n + 2}`, label],
    [`B${n + 2}`, `=Plan!E${at}`, money],
    [`C${n + 2}`, `=Actual!E${at}`, money],
    [`D${n + 2}`, `=C${n + 2}-B${n + 2}`, money],
    [`E${n + 2}`, `=D${n + 2}/B${n + 2}`, percent],
  ]),
])

// Each driver's mean effect over every order in which the three could have changed; a product of three factors has
// this closed form. Months are added up.
const share = (row, others) =>
  columns
    .map(c => {
      const [x, y] = others
      const [p, a] = [n => `Plan!${c}${n}`, n => `Actual!${c}${n}`]
      return `(${a(row)}-${p(row)})*(${p(x)}*${p(y)}/3+(${a(x)}*${p(y)}+${p(x)}*${a(y)})/6+${a(x)}*${a(y)}/3)`
    })
    .join('+')
page('Bridge of net sales', [
  ['A1', 'From plan to actual'],
  ['B1', 'GBP'],
  ['A2', 'Planned'],
  ['B2', '=Plan!E6', money],
  ['A3', 'Sessions (volume)'],
  ['B3', `=${share(2, [3, 5])}`, money],
  ['A4', 'Conversion (rate)'],
  ['B4', `=${share(3, [2, 5])}`, money],
  ['A5', 'Order value (price)'],
  ['B5', `=${share(5, [2, 3])}`, money],
  ['A6', 'Actual'],
  ['B6', '=SUM(B2:B5)', money],
  ['A7', 'Left over'],
  ['B7', '=B6-Actual!E6', money],
])

// Three products, one of them sold in euros: quantities, amounts in their own currency, rates into GBP.
const products = [
  ['Mugs', 600, 6000, 1, 690, 7245, 1],
  ['Plates', 300, 4500, 1, 275, 4400, 1],
  ['Vases, in EUR', 100, 3000, 0.8, 135, 3915, 0.85],
]
const at = n => n + 2
const end = products.length + 1
page('Price, volume, mix', [
  ...['Product', 'Planned units', 'Planned amount', 'Planned rate', 'Units', 'Amount', 'Rate'].map(
    (head, n) => [`${'ABCDEFG'[n]}1`, head],
  ),
  ...['Volume', 'Mix', 'Price', 'Currency', 'Change'].map((head, n) => [`${'HIJKL'[n]}1`, head]),
  ...products.flatMap((product, n) => [
    ...product.map((value, column) => [`${'ABCDEFG'[column]}${at(n)}`, value]),
    [
      `H${at(n)}`,
      `=(SUM(E2:E${end})/SUM(B2:B${end})*B${at(n)}-B${at(n)})*C${at(n)}/B${at(n)}*D${at(n)}`,
      money,
    ],
    [
      `I${at(n)}`,
      `=(E${at(n)}-SUM(E2:E${end})/SUM(B2:B${end})*B${at(n)})*C${at(n)}/B${at(n)}*D${at(n)}`,
      money,
    ],
    [`J${at(n)}`, `=(F${at(n)}-C${at(n)}/B${at(n)}*E${at(n)})*D${at(n)}`, money],
    [`K${at(n)}`, `=F${at(n)}*(G${at(n)}-D${at(n)})`, money],
    [`L${at(n)}`, `=F${at(n)}*G${at(n)}-C${at(n)}*D${at(n)}`, money],
  ]),
  [`A${end + 1}`, 'In all'],
  ...[...'HIJKL'].map(column => [`${column}${end + 1}`, `=SUM(${column}2:${column}${end})`, money]),
])

page('Budget', [
  ...['Line', 'Jan', 'Feb', 'Mar', 'Spent', 'Committed', 'Budget', 'Left'].map((head, n) => [
    `${'ABCDEFGH'[n]}1`,
    head,
  ]),
  ...[
    ['Search ads', 6000, 5500, 6200, 11950.4, 2000],
    ['E-mail platform', 1500, 1500, 1500, 3000, 1500],
    ['Agency', 0, 4000.5, 0, 4000.5, 350],
  ].flatMap((row, n) => [
    ...row.map((value, column) => [`${'ABCDEF'[column]}${at(n)}`, value, column > 0 ? money : undefined]),
    [`G${at(n)}`, `=SUM(B${at(n)}:D${at(n)})`, money],
    [`H${at(n)}`, `=G${at(n)}-E${at(n)}-F${at(n)}`, money],
  ]),
])

await book.xlsx.writeFile(new URL('../docs/worked-example.xlsx', import.meta.url).pathname)
