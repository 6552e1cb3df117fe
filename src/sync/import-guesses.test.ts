import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importRoom } from '../../test/import-room.ts'
import type { Mapping } from './imports.ts'

/** Exports nobody maps by hand: what is guessed of them brings the money they tell, or says why it cannot. */

const room = importRoom()
let files = 0
const imported = async (text: string) => {
  files += 1
  const store = `guessed-${files}`
  const path = join(room.folder, `${store}.csv`)
  writeFileSync(path, text)
  const { suggestions, warnings } = await room.imports.preview(path)
  const mapping = suggestions[0]?.mapping as Mapping
  const { rows, accepted, rejected, repeats } = await room.imports.run({ path, store, by: 'test', mapping })
  expect(accepted + rejected + repeats).toBe(rows)
  const names = ['gross', 'discounts', 'reversals', 'shipping', 'taxes', 'quantity']
  const [sums] = await room.granary.query(
    `SELECT ${names.map(name => `CAST(sum(${name}) AS DOUBLE) AS ${name}`).join(', ')}
     FROM sales_lines WHERE store = {store:String}`,
    { store },
  )
  return { mapping, warnings, rejected, sums }
}
const preview = (text: string) => {
  const path = join(room.folder, `seen-${++files}.csv`)
  writeFileSync(path, text)
  return room.imports.preview(path)
}

describe('orders of which each row says how its total is made', () => {
  const head = 'Order Number,Order Date,Status,Order Subtotal,Discount,Shipping,Tax,Order Total'
  it.each([
    [
      'a subtotal before the discount',
      ['1,2026-03-01,done,40.00,5.00,5.00,8.00,48.00', '2,2026-03-02,done,20.00,0.00,5.00,5.00,30.00'],
      { gross: 60, discounts: -5, shipping: 10, taxes: 13 },
    ],
    [
      'a subtotal after it',
      ['1,2026-03-01,done,35.00,5.00,5.00,8.00,48.00', '2,2026-03-02,done,20.00,0.00,5.00,5.00,30.00'],
      { gross: 60, discounts: -5, shipping: 10, taxes: 13 },
    ],
    [
      'goods that hold their tax',
      ['1,2026-03-01,done,43.00,5.00,5.00,8.00,48.00', '2,2026-03-02,done,25.00,0.00,5.00,5.00,30.00'],
      { gross: 60, discounts: -5, shipping: 10, taxes: 13 },
    ],
    [
      'an order that was given back, and one that was never paid',
      [
        '1,2026-03-01,Refunded,40.00,0.00,5.00,8.00,53.00',
        '2,2026-03-02,Failed,20.00,0.00,5.00,5.00,30.00',
        '3,2026-03-02,done,20.00,0.00,5.00,5.00,30.00',
      ],
      { gross: 60, discounts: 0, reversals: -40, shipping: 5, taxes: 5 },
    ],
  ])('%s', async (_, lines, sums) => {
    const came = await imported([head, ...lines].join('\n'))
    expect(came.mapping.target).toBe('orders')
    expect(came.mapping.columns).not.toHaveProperty('quantity')
    expect(came.sums).toMatchObject(sums)
  })
})

it('lines beside the totals of their order take its discount, whichever side of it the subtotal is', async () => {
  const head =
    'Order Number,Order Date,SKU,Quantity,Item Cost,Order Subtotal Amount,Cart Discount Amount,Order Shipping Amount,Order Total Tax Amount,Order Total Amount'
  const came = await imported(
    [
      head,
      '1,2026-03-01,MUG,2,10.00,40.00,5.00,5.00,8.00,48.00',
      '1,2026-03-01,PEN,4,5.00,40.00,5.00,5.00,8.00,48.00',
      '2,2026-03-02,PEN,4,5.00,20.00,0.00,5.00,5.00,30.00',
    ].join('\n'),
  )
  expect(came.mapping).toMatchObject({ target: 'order_lines', columns: { unit_price: 'Item Cost' } })
  expect(came.sums).toMatchObject({ gross: 60, discounts: -5, shipping: 10, taxes: 13, quantity: 10 })
})

describe('credit notes', () => {
  const head = 'Doc Type,Doc No,Date,Customer,Item No,Qty,Unit Price,Net Amount,VAT Amount'
  const invoices = [
    'Invoice,1001,2026-03-01,C1,MUG,10,10.00,100.00,20.00',
    'Invoice,1002,2026-03-14,C2,LAMP,1,60.00,60.00,12.00',
  ]
  it.each([
    ['without a sign', 'Credit Note,2001,2026-03-20,C1,MUG,2,10.00,20.00,4.00', true],
    ['with one', 'Credit Note,2001,2026-03-20,C1,MUG,-2,10.00,-20.00,-4.00', false],
  ])('%s take back', async (_, credit, said) => {
    const came = await imported([head, ...invoices, credit].join('\n'))
    expect(came.warnings.some(one => one.includes('Credits stand without a sign'))).toBe(said)
    expect(came.sums).toMatchObject({ gross: 160, reversals: -20, taxes: 28, quantity: 9 })
  })
  it('among invoices told by their totals lower what was sold', async () => {
    const came = await imported(
      'Document Type,Document No.,Posting Date,Customer No.,Amount,Amount Including VAT\nInvoice,1,2026-03-01,C1,"1,000.00","1,200.00"\nInvoice,2,2026-03-02,C2,500.00,600.00\nCredit Memo,3,2026-03-20,C1,200.00,240.00\nTotal,,,,"1,300.00","1,560.00"\n',
    )
    expect(came).toMatchObject({ rejected: 1 })
    const { gross, reversals } = came.sums as Record<string, number>
    expect((gross ?? 0) + (reversals ?? 0)).toBe(1300)
  })
})

describe('what never was is left out, in any language', () => {
  it.each([
    [
      'French, with its accents',
      'N° commande;Date;Statut;Réf. produit;Qté;PU HT\n1;01/03/2026;Expédiée;MUG;2;10,00\n2;14/03/2026;Annulée;LMP;1;60,00',
      20,
    ],
    [
      'Japanese',
      '受注番号,注文日時,注文ステータス,商品番号,個数,単価\n1,2026/03/01 10:15:30,発送済,MUG,2,10\n2,2026/03/03 12:15:30,キャンセル,LMP,1,60',
      20,
    ],
    [
      'Chinese',
      '订单编号,订单创建时间,订单状态,商品编码,数量,单价\n1,2026-03-01 10:15:30,交易成功,MUG,2,10\n2,2026-03-03 12:15:30,交易关闭,LMP,1,60',
      20,
    ],
  ])('%s', async (_, text, gross) => {
    const came = await imported(text)
    expect(came.rejected).toBe(1)
    expect(came.mapping.columns).toHaveProperty('order_id')
    expect(came.sums).toMatchObject({ gross, quantity: 2 })
  })
})

it('rows that add up others among the lines of each day are no sales', async () => {
  const came = await imported(
    'Date,Product,Qty,Net sales\n2026-03-01,Mug,2,20.00\n2026-03-01,Pen,1,5.00\n2026-03-01,Total,3,25.00\n2026-03-02,Mug,1,10.00\n2026-03-02,Total,1,10.00\n',
  )
  expect(came).toMatchObject({ rejected: 2, sums: { gross: 35, quantity: 4 } })
  expect(came.warnings.join()).toContain('add up others')
})

it('codes that are written as formulas, lest a spreadsheet makes numbers of them, are codes', async () => {
  const came = await imported(
    'Order ID,Order Date,SKU,Quantity,Unit Price\n="0010001",2026-03-01,="00123",2,10.00\n0010002,2026-03-02,"=""00124""",1,5.00\n',
  )
  const found = await room.granary.query(
    `SELECT order_id, product_id FROM sales_lines WHERE store = 'guessed-${files}' ORDER BY 1`,
  )
  expect(came.sums).toMatchObject({ gross: 25 })
  expect(found).toEqual([
    { order_id: '0010001', product_id: '00123' },
    { order_id: '0010002', product_id: '00124' },
  ])
})

describe('prices that by their heading hold tax', () => {
  it('are taken without it where a column says the rate', async () => {
    const came = await imported(
      'Bestellnummer;Bestelldatum;Artikelnummer;Anzahl;Gesamtpreis brutto;MwSt-Satz\n1;01.03.2026;A;2;23,80;19\n2;02.03.2026;B;1;10,70;7\n',
    )
    expect(came.sums).toMatchObject({ gross: 30, taxes: 4.5 })
  })
  it('are said to where none does', async () => {
    const { warnings } = await preview(
      'Bestellnummer;Bestelldatum;Artikelnummer;Anzahl;Gesamtpreis brutto\n1;01.03.2026;A;2;23,80\n',
    )
    expect(warnings.join()).toContain('holds tax, and no column says how much')
  })
})

describe('what is no list of sales is not taken for one', () => {
  it.each([
    [
      'charges of a payment provider',
      'id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Decline Reason,Description,Fee,Status\nc1,2026-03-01 10:00:00,54.00,0.00,gbp,True,,Order 1,1.01,Paid\nc2,2026-03-02 10:00:00,30.00,30.00,gbp,True,,Order 2,0.65,Refunded\n',
      'A statement of payments',
    ],
    [
      'a settlement of a marketplace',
      'date/time,settlement id,type,order id,sku,quantity,product sales,selling fees,total\n2026-03-01,9,Order,1,MUG,2,39.98,-6.00,33.98\n2026-03-06,9,Transfer,,,,0,0,-33.98\n',
      'A statement of payments',
    ],
    [
      'a list of rates',
      'Date,"Spot exchange rate, US $ into Sterling"\n02 Mar 26,1.2661\n03 Mar 26,1.2671\n',
      'No kind of rows fits',
    ],
  ])('%s', async (_, text, said) => {
    const { suggestions, warnings } = await preview(text)
    expect(suggestions.map(one => one.mapping.target)).not.toContain('sales_lines')
    expect(warnings.join()).toContain(said)
  })
})
