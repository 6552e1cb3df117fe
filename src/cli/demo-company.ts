import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Client } from '#features/operations.ts'
import { addDays } from '#kernel/day.ts'
import { createCompany } from '#simulators/company/company.ts'
import type { CompanyFile } from '#simulators/files.ts'
import type { Made } from './demo.ts'

/** How far back its history is read: some weeks more than there is. */
export const backDays = ({ days }: Made): number => days + 40

/** What one pound is worth, all the time. */
const pound: Readonly<Record<string, number>> = { USD: 1.3, EUR: 1.17, CAD: 1.78 }

/** What orders cost in pounds, by the contracts of the warehouse and of the payment provider; in other money, as much of it. */
const orderCosts = [
  { cost: 'fulfilment', perOrder: 3.4, perUnit: 0.45, note: 'Warehouse and carrier contract' },
  { cost: 'payment_fees', perOrder: 0.2, ofSales: 0.017, note: 'Payment provider' },
  { cost: 'return_handling', perReturn: 2.6, note: 'Warehouse contract' },
] as const

/**
 * What people tell a new installation before they look at figures: the currency they read in, their promotions, what orders cost, and
 * what one currency is worth in another. What was told once is not told again.
 */
export async function settle(client: Client, folder: string, made: Made): Promise<void> {
  const { calendar, currency, companyVersion, events, costRates } = await client.settings.read()
  if (currency === null)
    await client.settings.saveCompany({ calendar, currency: 'GBP', version: companyVersion })
  if (events.length === 0) {
    const { facts, start } = createCompany(made)
    for (const { name, from, to } of facts.promotions)
      if (to >= start)
        await client.settings.saveEvent({
          name,
          series: name.replace(/ \d{4}$/, ''),
          kind: 'promotion',
          from,
          to,
          stores: [],
        })
  }
  if (costRates.length === 0)
    for (const [code, worth] of Object.entries({ GBP: 1, ...pound }))
      for (const { cost, note, ...of } of orderCosts) {
        const amount = (value = 0) => (value * worth).toFixed(2)
        const { perOrder, perUnit, perReturn, ofSales } = {
          perOrder: 0,
          perUnit: 0,
          perReturn: 0,
          ofSales: 0,
          ...of,
        }
        await client.settings.saveCostRate({
          cost,
          note,
          currency: code,
          perOrder: amount(perOrder),
          perUnit: amount(perUnit),
          perReturn: amount(perReturn),
          ofSales: String(ofSales),
        })
      }
  const day = addDays(made.until, -backDays(made))
  const rates = Object.entries(pound).flatMap(([code, rate]) => [
    `GBP,${code},${day},${rate}`,
    `${code},GBP,${day},${(1 / rate).toFixed(8)}`,
  ])
  const file = { name: 'exchange-rates.csv', store: 'larkfield-uk', target: 'exchange_rates' }
  await imported(client, folder, file, async () => ['base,quote,day,rate', ...rates].join('\n'))
}

/**
 * Imports the files of what no connected system knows, as of yesterday; those of a day only once.
 * @param address where the systems of the company answer
 */
export async function importFiles(client: Client, folder: string, address: string): Promise<void> {
  const today = new Date().toISOString().slice(0, 10)
  const listed = (await (await fetch(`${address}/files`)).json()) as CompanyFile[]
  for (const file of listed)
    await imported(client, folder, { ...file, name: `${today}-${file.name}` }, async () =>
      (await fetch(`${address}/files/${file.name}`)).text(),
    )
}

async function imported(
  client: Client,
  folder: string,
  { name, store, preset, target = '' }: CompanyFile,
  textOf: () => Promise<string>,
): Promise<void> {
  const known = await client.connections.imports({ limit: 200 })
  if (known.some(one => one.file === name)) return
  const place = join(folder, 'files')
  const path = join(place, name)
  const text = await textOf()
  await mkdir(place, { recursive: true, mode: 0o700 })
  await writeFile(path, text)
  const heads = (text.split('\n')[0] ?? '').split(',')
  // Columns that are called as what they become are mapped as they are.
  const mapping = { target, columns: Object.fromEntries(heads.map(column => [column, column])) }
  await client.connections.import({ path, store, ...(preset ? { preset } : { mapping }) })
}
