import { expect, it } from 'vitest'
import { presetMapping } from './preset.ts'
import { metaAds } from './presets/marketing.ts'
import type { ValueType } from './reading.ts'
import { suggest } from './suggest.ts'

const seen = (name: string, type: ValueType, ...examples: string[]) => ({ name, type, examples })

it('a file of orders whose day goes by an odd name is a file of orders, not of stock', () => {
  const [best] = suggest(
    [
      seen('Order', 'number', '1'),
      seen('When', 'time', '2024-12-20 10:00:00'),
      seen('Item', 'text', 'SKU-1'),
      seen('Qty', 'number', '2'),
      seen('Price', 'number', '17.50'),
      seen('Cost', 'number', '6'),
      seen('Country', 'text', 'France'),
    ],
    [],
  )
  expect(best?.mapping).toMatchObject({
    target: 'sales_lines',
    columns: { order_id: 'Order', at: 'When', sku: 'Item', quantity: 'Qty', unit_price: 'Price' },
  })
})

it('of two columns of dates with odd names none is taken for the day of a sale', () => {
  const guesses = suggest(
    [
      seen('Order', 'number', '1'),
      seen('When', 'date', '2024-12-20'),
      seen('Until', 'date', '2024-12-24'),
      seen('Price', 'number', '17.50'),
    ],
    [],
  )
  expect(guesses.filter(one => one.mapping.target === 'sales_lines')).toEqual([])
})

it('a file that is no such export is told what it lacks, in the words of its headings', () => {
  expect(() => presetMapping(metaAds, ['Day', 'Campaign name'])).toThrow(
    'The file is no Meta Ads export: it has no Amount spent, no Impressions.',
  )
})
