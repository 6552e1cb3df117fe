import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importRoom } from '../../test/import-room.ts'
import { deliver } from '../../test/small-ledger.ts'

const room = importRoom(undefined, 's'.repeat(64))
const { folder } = room

/** Imports a text by the first guess for the target, as somebody does who only says what the file is. */
const load = async (name: string, text: string, target: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  const { suggestions } = await room.imports.preview(path)
  const mapping = suggestions.find(one => one.mapping.target === target)?.mapping
  if (!mapping) throw new Error(`not taken for ${target}: ${JSON.stringify(suggestions)}`)
  return room.imports.run({ path, mapping, store: 'larkfield', currency: 'GBP', by: 'test' })
}

describe('the general ledger', () => {
  const german = `Buchungsdatum;Belegnummer;Sachkonto;Kostenstelle;Lieferant;Buchungstext;Soll;Haben
03.01.2026;R-1;6400;100;Google;Suchanzeigen;"1.234,50";
03.01.2026;R-1;6400;100;Google;Suchanzeigen;"65,50";
09.01.2026;G-1;6400;100;Google;Gutschrift;;"100,00"
31.01.2026;R-2;;100;Google;Ohne Konto;"5,00";
`
  it('is recognised by its headings, debit less credit, and says what it cannot take', async () => {
    expect(await load('a.csv', german, 'ledger_entries')).toMatchObject({
      rows: 4,
      accepted: 3,
      rejected: 1,
      reasons: [{ reason: 'there is no account' }],
    })
    const [row] = await room.granary.query(
      "SELECT count(*) AS n, sum(amount) AS total FROM ledger_entries WHERE account = '6400' AND cost_centre = '100'",
    )
    expect(row).toEqual({ n: '3', total: '1200.0000' })
  })
  it('takes a later export that overlaps without counting anything twice', async () => {
    const more = `${german}02.02.2026;R-3;6400;100;Google;Suchanzeigen;"10,00";\n`
    expect(await load('b.csv', more, 'ledger_entries')).toMatchObject({ accepted: 1, repeats: 3 })
  })
})

describe('open balances of accounts', () => {
  it('are recognised by their headings, open invoices of one account added up', async () => {
    const text = `As of,Account number,Invoice,Amount due
2026-06-30,A-1,R-1,120.50
2026-06-30,A-1,R-2,79.50
2026-06-30,A-2,R-3,-20.00
2026-06-30,,R-4,5.00
`
    expect(await load('open.csv', text, 'receivables')).toMatchObject({
      accepted: 3,
      rejected: 1,
      reasons: [{ reason: 'there is no account id' }],
    })
    expect(
      await room.granary.query(
        'SELECT account_id, CAST(day AS VARCHAR) AS day, owed, currency FROM receivable_days ORDER BY account_id',
      ),
    ).toEqual([
      { account_id: 'A-1', day: '2026-06-30', owed: '200.0000', currency: 'GBP' },
      { account_id: 'A-2', day: '2026-06-30', owed: '-20.0000', currency: 'GBP' },
    ])
  })
})

describe('a large budget file', () => {
  it('comes in with its parts as slices, its bad rows counted by reason and given back to mend', async () => {
    const lines = ['Account,Department,Cost Centre,Month,Amount']
    for (let n = 0; n < 12_000; n += 1) {
      const month = String((n % 12) + 1).padStart(2, '0')
      const amount = n % 5000 === 7 ? 'tbc' : '10.50'
      lines.push(`64${n % 1000},Dept ${n % 16},CC${Math.floor(n / 12)},2026-${month}-01,${amount}`)
    }
    const result = await load('budget.csv', lines.join('\n'), 'budget_lines')
    expect(result).toMatchObject({ rows: 12_000, accepted: 11_997, rejected: 3 })
    expect(result.reasons).toMatchObject([{ reason: 'Amount is not a number', rows: 3, example: 'tbc' }])
    expect(
      readFileSync(result.rejectsFile ?? '', 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(4)
    const [row] = await room.granary.query(
      'SELECT sum(amount) AS total, min(slice) AS slice FROM budget_lines',
    )
    expect(row).toEqual({ total: '125968.5000', slice: '{"department":"Dept 0","cost_centre":"CC0"}' })
  })
})

describe('a budget in several currencies', () => {
  it('adds up rows of one, and gives back those of a figure that is in two', async () => {
    const text = `Account,Department,Month,Amount,Currency
6100,Web,2027-01-01,100,GBP
6100,Web,2027-01-01,20,GBP
6200,Web,2027-01-01,100,GBP
6200,Web,2027-01-01,70,EUR
6300,Web,2027-01-01,70,EUR
`
    const rate = { base: 'EUR', quote: 'GBP', day: '2026-01-01', rate: 0.8, source: 'test' }
    await deliver(room.granary, 'exchange_rates', [rate])
    const result = await load('two.csv', text, 'budget_lines')
    expect(result).toMatchObject({ rows: 5, accepted: 3, rejected: 2 })
    expect(result.reasons[0]?.reason).toMatch(/in another currency.*give each currency a line of its own/)
    expect(readFileSync(result.rejectsFile ?? '', 'utf8')).toContain('6200,Web,2027-01-01,70,EUR')
    expect(
      await room.granary.query(
        "SELECT line, amount, currency FROM budget_lines WHERE day >= '2027-01-01' ORDER BY line",
      ),
    ).toEqual([
      { line: '6100', amount: '120.0000', currency: 'GBP' },
      { line: '6300', amount: '70.0000', currency: 'EUR' },
    ])
  })
})
