import { addDays } from '#kernel/day.ts'
import { dayAt } from '#kernel/zone.ts'
import { metaReport } from './company/ad-spend.ts'
import { shopOf } from './company/company.ts'
import { csvOf, supplyOn } from './company/supply.ts'
import { property } from './company/traffic-ways.ts'
import type { World } from './world.ts'

/** What of the company no connected system tells: it arrives by file, as people export it at the end of a day. */
export interface CompanyFile {
  name: string
  /** Store it belongs to. */
  store: string
  /** How it is read: a preset for a known export, else the kind of rows whose names its columns have. */
  preset?: string
  target?: string
}

const brand = 'larkfield-uk'

/** The files there are: advertising by Meta for each shop, and what the purchasing system has of orders and receipts. */
export const filesOf = ({ company }: World): CompanyFile[] => [
  ...company.shops.map(({ store }) => ({ name: `meta-ads-${store}.csv`, store, preset: 'meta-ads' })),
  { name: 'purchase-orders.csv', store: brand, target: 'purchase_orders' },
  { name: 'receipts.csv', store: brand, target: 'receipts' },
]

/** A file's text, with all days that are over; null for a name there is none of. */
export function fileText(world: World, name: string): string | null {
  const { company } = world
  const file = filesOf(world).find(one => one.name === name)
  if (!file) return null
  if (file.preset) return [...metaReport(company, shopOf(company, file.store), world.now())].join('')
  const { lines, receipts } = supplyOn(company, addDays(dayAt(property.timezone, world.now()), -1))
  return csvOf(file.target === 'receipts' ? receipts : lines)
}
