import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { expectAccessible } from './browser.ts'

/** Imports sales with a category, changes where it comes from, and asks for net sales by it. */
export async function bringsProducts(
  page: Page,
  {
    open,
    choose,
  }: {
    open: (path: string) => Promise<void>
    choose: (label: string, search: string, option: string) => Promise<void>
  },
): Promise<void> {
  await open('/import')
  const text = [
    'Order ID,Order Date,Product ID,Category,Sub-Category,Product Name,Sales,Quantity',
    'A-1,2026-01-05,P-1,Furniture,Chairs,A chair,100.00,2',
    'A-2,2026-01-06,P-2,Office,Labels,Labels,20.00,1',
  ].join('\n')
  const buffer = Buffer.from(text)
  await page.setInputFiles('input[type=file]', { name: 'superstore.csv', mimeType: 'text/csv', buffer })
  const said = page.getByRole('region', { name: 'What the rows say of their products' })
  const category = said.getByLabel('Category')
  await category.waitFor()
  expect(await category.inputValue()).toBe('Category')
  await category.fill('Sub-Category')
  await page.getByLabel('Store', { exact: true }).fill('super')
  await page.keyboard.press('Tab')
  await choose('Currency', 'EUR', 'EUR')
  await choose('Time zone', 'Europe/Berlin', 'Europe/Berlin')
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await page.getByText('2 rows came in').waitFor()
  await page.getByText('Products named').waitFor()
  await page.getByText('2 new').waitFor()
  await expectAccessible(page)
  await open('/explore?period=2026-01-01..2026-01-31&metrics=net_sales&by=category')
  await page.getByText('Chairs').first().waitFor()
}
