import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { importRoom } from '../../test/import-room.ts'

/** Files as an analyst has them, with nobody to say what they are: guessed right, or said to be none, never counted wrongly. */

const room = importRoom()
let files = 0
const file = (text: string): string => {
  files += 1
  const path = join(room.folder, `file-${files}.csv`)
  writeFileSync(path, text)
  return path
}
const preview = (text: string) => room.imports.preview(file(text), {}, 'GBP')
/** Takes a file in by the best guess; what is in the granary of it. */
const guessed = async (text: string, what: string) => {
  const path = file(text)
  const store = `store-${files}`
  const seen = await room.imports.preview(path, {}, 'GBP')
  const [best] = seen.suggestions
  if (!best) throw new Error(`nothing was suggested: ${seen.warnings.join(' ')}`)
  const came = await room.imports.run({ path, store, by: 'test', mapping: best.mapping })
  const where = came.table === 'exchange_rates' ? '' : 'WHERE store = {store:String}'
  const rows = await room.granary.query(`SELECT ${what} FROM ${came.table} ${where} ORDER BY ALL`, { store })
  return { seen, came, rows, mapping: best.mapping }
}

describe('what is no list of sales', () => {
  it.each([
    [
      'sales over time',
      'Day,Orders,Gross sales,Discounts,Returns,Net sales,Shipping charges,Taxes,Total sales\n2026-03-01,12,1200.00,-100.00,-50.00,1050.00,60.00,210.00,1320.00\n2026-03-02,10,1000.00,-80.00,-40.00,880.00,50.00,176.00,1106.00\n',
      'adds up many orders (“Orders”)',
    ],
    [
      'payouts',
      'id,Amount,Arrival Date (UTC),Balance Transaction,Created (UTC),Currency,Description,Status,Type\npo_1,93.05,2026-03-06 00:00:00,txn_5,2026-03-05 00:00:00,gbp,PAYOUT,paid,bank_account\npo_2,193.05,2026-03-13 00:00:00,txn_9,2026-03-12 00:00:00,gbp,PAYOUT,paid,bank_account\n',
      'statement of payments',
    ],
    [
      'sales by product',
      'Product title,Product vendor,Product type,Net items sold,Gross sales,Net sales\nMug,Lark,Home,120,1200.00,1050.00\nPlate,Lark,Home,20,400.00,350.00\n',
      'No kind of rows fits',
    ],
    [
      'clicks in searches by day',
      'Date,Clicks,Impressions,CTR,Position\n2026-03-01,60,1000,6%,3.2\n2026-03-02,80,1900,4.2%,4.2\n',
      'not taken in',
    ],
    [
      'clicks in searches by term and page',
      'date,query,page,country,device,clicks,impressions,ctr,position\n2026-03-01,mug,https://shop.example/mug,gbr,MOBILE,12,340,0.0353,4.2\n2026-03-02,blue mug,https://shop.example/mug,gbr,DESKTOP,2,90,0.0222,8.1\n',
      'What search brought is in analytics',
    ],
    [
      'clicks in searches under German headings',
      'Häufigste Suchanfragen;Klicks;Impressionen;CTR;Position\nbecher;120;3400;3,53%;4,2\nblauer becher;20;900;2,22%;8,1\n',
      'not taken in',
    ],
  ])('%s: nothing is suggested, and why is told', async (_, text, words) => {
    const seen = await preview(text)
    expect(seen.suggestions).toEqual([])
    expect(seen.warnings.join()).toContain(words)
  })

  it('a statement of payments gives its fees as postings, whatever their sign', async () => {
    const text = `"Date","Time","Name","Type","Status","Currency","Gross","Fee","Net","Transaction ID","Invoice Number","Item ID","Balance"
"02/03/2026","10:00:00","Ann","Express Checkout Payment","Completed","GBP","1,100.00","-32.10","1,067.90","TX1","100","","1,067.90"
"14/03/2026","10:00:00","Ann","Payment Refund","Completed","GBP","-100.00","3.00","-97.00","TX2","100","","970.90"
"15/03/2026","10:00:00","","General Withdrawal","Completed","GBP","-970.90","0.00","-970.90","TX3","","","0.00"
`
    const { seen, rows, came } = await guessed(text, 'entry_id, account, amount')
    expect(seen.warnings.join()).toContain('statement of payments')
    expect(came).toMatchObject({ table: 'ledger_entries', accepted: 2, rejected: 1 })
    expect(rows).toEqual([
      { entry_id: 'TX1', account: 'Payment fees', amount: '32.1000' },
      { entry_id: 'TX2', account: 'Payment fees', amount: '-3.0000' },
    ])
  })
})

describe('a till that writes the sale above its lines', () => {
  const text = `Date,Receipt Number,Line Type,Customer Code,Quantity,Subtotal,Sales Tax,Total,Status,Sku
2026-03-02 10:00:00,1001,Sale,C-1,3,50.00,10.00,60.00,CLOSED,
2026-03-02 10:00:00,1001,Sale Line,,2,20.00,4.00,24.00,,MUG
2026-03-02 10:00:00,1001,Sale Line,,1,30.00,6.00,36.00,,PLATE
2026-03-02 10:00:00,1001,Payment,,,,,,,
2026-03-03 10:00:00,1002,Sale,C-1,1,10.00,2.00,12.00,CLOSED,
2026-03-03 10:00:00,1002,Sale Line,,1,10.00,2.00,12.00,,MUG
`
  it('counts once, and tax counts as tax alone', async () => {
    const { seen, rows } = await guessed(text, 'sum(gross) AS gross, sum(taxes) AS taxes, count(*) AS n')
    expect(rows).toEqual([{ gross: '60.0000', taxes: '12.0000', n: '3' }])
    expect(seen.warnings.join()).toContain('adds up its others')
  })
  it('is pointed out where no column tells the one from the others', async () => {
    const bare = text.replaceAll(/,(Sale Line|Sale|Payment),/g, ',x,').replaceAll(/C-1|CLOSED/g, '')
    const seen = await preview(bare.replaceAll(/,,?(MUG|PLATE)?$/gm, ',,MUG'))
    expect(seen.warnings.join()).toContain('or each sale counts twice')
    expect(seen.suggestions[0]?.mapping).not.toHaveProperty('where')
  })
})

describe('orders that never were', () => {
  it('are left out where a column of states says so', async () => {
    const text = `Order ID,Order Date,Order Status,Subtotal (ex tax),Tax Total,Order Total (inc tax)
100,2026-03-02,Completed,20.00,4.00,24.00
101,2026-03-03,Cancelled,30.00,6.00,36.00
`
    const { came, rows } = await guessed(text, 'sum(gross) AS gross')
    expect(came).toMatchObject({ accepted: 1, rejected: 1 })
    expect(came.reasons[0]?.reason).toBe('cancelled, or never paid')
    expect(rows).toEqual([{ gross: '20.0000' }])
  })
})

it('a file of one row an order is orders, though it lists what was in them', async () => {
  const text = `Sale Date,Order ID,Buyer,Number of Items,Ship Country,Currency,Order Value,Discount Amount,Shipping,Sales Tax,Order Total,SKU
03/02/26,3001,u1,2,United States,GBP,40.00,4.00,5.00,3.60,44.60,"MUG,PLATE"
03/15/26,3002,u2,1,United States,GBP,20.00,0.00,5.00,2.10,27.10,MUG
`
  const { came, rows } = await guessed(
    text,
    'sum(gross) AS gross, sum(discounts) AS discounts, sum(taxes) AS taxes',
  )
  expect(came.accepted).toBe(2)
  expect(rows).toEqual([{ gross: '60.0000', discounts: '-4.0000', taxes: '5.7000' }])
})

describe('months in the headings', () => {
  it('of a budget are rows, without the totals beside and below them', async () => {
    const text = `Line;Department;Jan 2026;Feb 2026;Mar 2026;Total
Net sales;;100.000,50;90.000;;190.000,50
Paid search;Marketing;8.000;7.500;7.600;23.100
Total;;1;1;1;3
`
    const { came, rows } = await guessed(text, 'CAST(day AS VARCHAR) AS day, line, slice, amount')
    expect(came).toMatchObject({ table: 'budget_lines', rows: 8, accepted: 5, rejected: 3 })
    expect(rows.slice(0, 2)).toEqual([
      { day: '2026-01-01', line: 'Net sales', slice: '', amount: '100000.5000' },
      { day: '2026-01-01', line: 'Paid search', slice: '{"department":"Marketing"}', amount: '8000.0000' },
    ])
  })

  it('give back what is wrong with the line of the file it stood in', async () => {
    const text = `Budget 2026,,,
Line,Jan 2026,Feb 2026,Mar 2026
Net sales,100000,90000,80000
Paid search,8000,x,7600
Software,1
E-mail,x,70,y
${'ABCDEFGHIJ'
  .split('')
  .map(one => `${one},1,2,3\n`)
  .join('')}`
    const { came } = await guessed(text, 'amount')
    expect(came).toMatchObject({ accepted: 36, rejected: 4 })
    const [header, ...bad] = readFileSync(came.rejectsFile ?? '', 'utf8')
      .trim()
      .split('\n')
    expect(header).toBe('Line,Month,Amount,_line,_reason')
    expect(bad.map(row => row.split(',')).map(row => [row[0], row[1], row[2], row[3]])).toEqual([
      ['Paid search', '2026-02-01', 'x', '4'],
      ['Software', '1', '', '5'],
      ['E-mail', '2026-01-01', 'x', '6'],
      ['E-mail', '2026-03-01', 'y', '6'],
    ])
  })

  it.each([
    ['2026-01,2026-02,2026-03', ''],
    ['01/2026,02/2026,03/2026', ''],
    ['Januar 26,Februar 26,März 26', ''],
    ['Jan,Feb,Mar', 'Budget 2026,,,\n'],
  ])('written %s', async (months, title) => {
    const { rows } = await guessed(
      `${title}metric,${months}\nnet_sales,1,2,3\norders,4,5,6\n`,
      'CAST(day AS VARCHAR) AS day, amount',
    )
    expect(rows).toEqual(
      [1, 2, 3].flatMap(month =>
        [month, month + 3].map(n => ({ day: `2026-0${month}-01`, amount: `${n}.0000` })),
      ),
    )
  })

  it('of no year are asked for it', async () => {
    const text = 'Account,Jan,Feb,Mar\nPaid search,8000,7500,7600\n'
    const seen = await preview(text)
    expect(seen.suggestions).toEqual([])
    expect(seen.warnings.join()).toContain('make_date(2026, Month, 1)')
    const columns = { line: 'Account', day: 'make_date(2026, Month, 1)', amount: 'Amount' }
    const came = await room.imports.run({
      path: file(text),
      store: 'yearless',
      by: 'test',
      mapping: { target: 'budget_lines', columns },
    })
    expect(came).toMatchObject({ accepted: 3, from: '2026-01-01', to: '2026-03-01' })
  })

  it('of a profit and loss are postings; what adds up others is left out, and a later report takes its place', async () => {
    const report = (sales: string) => `Shop Inc.,,,
Profit and Loss,,,
,,,
,Jan 2026,Feb 2026,Total
Expenses,,,
   Advertising,800.00,"${sales}","1,700.00"
   Software,200.00,200.00,400.00
Total Expenses,"$1,000.00","$1,100.00","$2,100.00"
Net Income,"-$1,000.00","-$1,100.00","-$2,100.00"
`
    const first = await guessed(report('900.00'), 'sum(amount) AS spent')
    expect(first.came).toMatchObject({ table: 'ledger_entries', accepted: 4, rejected: 4 })
    expect(first.rows).toEqual([{ spent: '2100.0000' }])
    const again = {
      path: file(report('950.00')),
      store: first.came.store,
      by: 'test',
      mapping: first.mapping,
    }
    await room.imports.run(again)
    expect(
      await room.granary.query(
        'SELECT sum(amount) AS spent FROM ledger_entries WHERE store = {store:String}',
        {
          store: first.came.store,
        },
      ),
    ).toEqual([{ spent: '2150.0000' }])
  })

  it('stay columns where that is said, or a mapping takes one of them', async () => {
    const text = 'Account,Jan 2026,Feb 2026\nPaid search,8000,7500\n'
    expect((await room.imports.preview(file(text), { turned: false })).columns.map(one => one.name)).toEqual([
      'Account',
      'Jan 2026',
      'Feb 2026',
    ])
    const columns = { line: 'Account', day: "date('2026-02-01')", amount: '"Feb 2026"' }
    const came = await room.imports.run({
      path: file(text),
      store: 'stay',
      by: 'test',
      mapping: { target: 'budget_lines', columns },
    })
    expect(came).toMatchObject({ rows: 1, accepted: 1, from: '2026-02-01' })
  })
})

describe('rates with a column for each currency', () => {
  const rates = 'base, quote, CAST(rate AS DOUBLE) AS rate'
  it('are what one euro is worth, where the list leaves the euro out', async () => {
    const { came, rows } = await guessed(
      'Date,USD,JPY,GBP,CYP,\n2026-03-03,1.0812,161.2,0.8512,N/A,\n2026-03-02,1.0800,160.2,0.8502,N/A,\n',
      `DISTINCT base, quote`,
    )
    expect(came).toMatchObject({ table: 'exchange_rates', accepted: 6, rejected: 0 })
    expect(rows).toEqual(['GBP', 'JPY', 'USD'].map(quote => ({ base: 'EUR', quote })))
  })
  it('or what one of each is worth, where a yen is little', async () => {
    const { mapping } = await guessed(
      'Date,EUR,JPY,GBP\n2026-04-03,1.08,0.0067,1.27\n2026-04-02,1.08,0.0067,1.27\n',
      rates,
    )
    expect(mapping.columns).toMatchObject({ base: 'Base', quote: "'USD'" })
  })
  it('in the layout of statistics are told by both its currencies', async () => {
    const { mapping } = await guessed(
      'KEY,FREQ,CURRENCY,CURRENCY_DENOM,TIME_PERIOD,OBS_VALUE\nEXR.D.USD.EUR,D,USD,EUR,2026-05-02,1.0800\n',
      rates,
    )
    expect(mapping.columns).toEqual({
      base: 'CURRENCY_DENOM',
      quote: 'CURRENCY',
      day: 'TIME_PERIOD',
      rate: 'OBS_VALUE',
    })
  })
  it('a list of prices in several currencies is none', async () => {
    const seen = await preview('SKU,USD,JPY,GBP\nMUG,10.00,1500,8.00\nPLATE,20.00,3000,16.00\n')
    expect(seen.columns.map(one => one.name)).toEqual(['SKU', 'USD', 'JPY', 'GBP'])
  })
})

describe('titles above the headings', () => {
  it('may be as wide as the table', async () => {
    const text = `Report Name: Campaign performance,,,,,
Report Time: 3/1/2026 - 3/31/2026,,,,,
Rows: 2,,,,,

"Gregorian date","Campaign name","Impressions","Clicks","Spend","Conversions","Currency code"
"3/2/2026","Brand","1,000","50","20.00","3","GBP"
"3/15/2026","Brand","1,200","60","25.00","4","GBP"
`
    const { came, rows } = await guessed(text, 'sum(cost) AS cost')
    expect(came.table).toBe('spend_days')
    expect(rows).toEqual([{ cost: '45.0000' }])
  })
  it('may have the delimiter of another table', async () => {
    const rows = [
      '3/2/2026\tShop\tGBP\tLead gen\t"1,120.50"\t24100\t401',
      '3/15/2026\tShop\tGBP\tLead gen\t100.00\t2100\t40',
    ]
    const text = `Campaign Performance Report (in UTC)\nReport Start: "March 1, 2026, 12:00 AM"\nReport End: "March 31, 2026, 11:59 PM"\n\nStart Date (in UTC)\tAccount Name\tCurrency\tCampaign Name\tTotal Spent\tImpressions\tClicks\n${rows.join('\n')}\n`
    expect((await guessed(text, 'sum(cost) AS cost')).rows).toEqual([{ cost: '1220.5000' }])
  })
  it('say what several columns are of, and so what the rows are', async () => {
    const text = `Purchase orders March 2026,,,,,,,
,,,,,,,
Order,,,Vendor,Line,,,
No,Date,Due,Name,SKU,Qty,Unit price,Amount
PO-1,2026-03-02,2026-03-20,Acme,MUG,100,4.50,450.00
PO-2,2026-03-03,2026-03-25,Bolt,BOWL,20,5.00,100.00
Total,,,,,120,,550.00
`
    const { came, rows } = await guessed(text, 'po_id, vendor, product_id, quantity')
    expect(came).toMatchObject({ table: 'purchase_orders', accepted: 2, rejected: 1 })
    expect(rows[0]).toEqual({ po_id: 'PO-1', vendor: 'Acme', product_id: 'MUG', quantity: '100.0000' })
  })
  it('do not swallow the first row of a table without headings', async () => {
    const { came } = await guessed(
      '1,2026-01-05,,,10.00\n2,2026-01-06,PLATE,1,30.00\n3,2026-01-07,MUG,1,5.00\n',
      'gross',
    )
    expect(came.rows).toBe(3)
  })
})

describe('words that say less than they seem to', () => {
  it('stock of several places is stock, though the code is called id', async () => {
    const text =
      'store_code\tid\tquantity\tprice\tavailability\nLON1\tMUG\t12\t10.00 GBP\tin_stock\nLON2\tMUG\t3\t10.00 GBP\tin_stock\n'
    const { came, rows } = await guessed(text, 'location, on_hand')
    expect(came.table).toBe('stock_days')
    expect(rows).toEqual([
      { location: 'LON1', on_hand: '12.0000' },
      { location: 'LON2', on_hand: '3.0000' },
    ])
  })
  it('a column of words is no amount by its name', async () => {
    const { mapping } = await guessed(
      '"ID";"Delivery";"Customer";"Total";"Date"\n"5";"France";"J. DOE";"20.90";"2026-03-02 10:20:30"\n"6";"France";"A. ROE";"120.90";"2026-03-03 11:20:30"\n',
      'gross',
    )
    expect(mapping).toMatchObject({ target: 'orders', columns: { order_id: 'ID', total: 'Total' } })
    expect(mapping.columns).not.toHaveProperty('shipping')
  })
  it('ads that tell sales are ads', async () => {
    const { came } = await guessed(
      'Day;Campaign;Displays;Clicks;Advertiser Cost;Sales (post-click)\n2026-03-02;Retarget;12000;120;45,20;4\n2026-03-03;Retarget;11000;110;40,20;3\n',
      'cost',
    )
    expect(came.table).toBe('spend_days')
  })
})

describe('money written with its sign', () => {
  it('of another currency than the store’s is of that currency, or asked for where it can be several', async () => {
    const text = (sign: string) => `Order,Date,Total\n1,2026-03-02,${sign}20.90\n2,2026-03-03,${sign}10.00\n`
    const sure = await preview(text('€'))
    expect(sure.suggestions[0]?.mapping.columns.currency).toBe("'EUR'")
    const unsure = await preview(text('$'))
    expect(unsure.warnings.join()).toContain('would be taken as GBP')
    const own = await preview(text('£'))
    expect(own.suggestions[0]?.mapping.columns).not.toHaveProperty('currency')
    expect(own.warnings).toEqual([])
  })
})

describe('a file of which nothing can come in says so before it is imported', () => {
  it('with headings alone', async () => {
    expect((await preview('Order,Date,Total\n')).warnings.join()).toContain('a header and no rows')
  })
  it('cut off behind what can be read', async () => {
    const rows = Array.from({ length: 4000 }, (_, i) => `${i},2026-03-01,${Math.sin(i)}`)
    const packed = gzipSync(`Order,Date,Total\n${rows.join('\n')}\n`)
    const path = join(room.folder, 'cut.csv.gz')
    writeFileSync(path, packed.subarray(0, packed.length - 2000))
    expect((await room.imports.preview(path)).warnings.join()).toContain('cut off before its end')
  })
})
