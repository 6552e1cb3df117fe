import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { expectAccessible } from './browser.ts'

interface Doors {
  open: (path: string) => Promise<void>
  choose: (label: string, search: string, option: string) => Promise<void>
}

/** Imports sales with a category, changes where it comes from, and asks for net sales by it. */
export async function bringsProducts(page: Page, { open, choose }: Doors): Promise<void> {
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

/** Chooses a saved mapping that names a column the file lacks, and says where it comes from instead. */
export async function lacksColumn(
  page: Page,
  { url, open }: { url: string; open: Doors['open'] },
): Promise<void> {
  const saved = await page.request.post(`${url}/api/v1/connections/saveMapping`, {
    headers: { 'x-quarterdeck': '1' },
    data: {
      name: 'Monthly till',
      mapping: { target: 'orders', columns: { order_id: 'Order', at: 'Date', total: 'Till total' } },
    },
  })
  expect(saved.status(), await saved.text()).toBe(200)
  await open('/import')
  const buffer = Buffer.from('Order,Date,Amount\n1,2026-03-02,20.90\n')
  await page.setInputFiles('input[type=file]', { name: 'till.csv', mimeType: 'text/csv', buffer })
  await page.getByText('What the columns mean').waitFor()
  await page.getByRole('combobox', { name: 'Kind of file' }).click()
  await page.getByRole('option', { name: 'Monthly till' }).click()
  await page.getByText('The file has no column “Till total”').waitFor()
  expect(await page.getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true)
  await page.locator('#column-total').fill('Amount')
  await page.getByText('The file has no column').waitFor({ state: 'hidden' })
}

const sent = (name: string, lines: readonly string[]) => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(`${lines.join('\n')}\n`),
})

/** Imports lines with the orders that say when they were sold, however the files are given. */
export async function bringsTogether(page: Page, { open, choose }: Doors): Promise<void> {
  const orders = sent('orders.csv', [
    'order_id;client_no;ordered on',
    'J1;c1;03.03.2026',
    'J2;c2;04.03.2026',
    'J9;c2;05.03.2026',
  ])
  const lines = sent('lines.csv', [
    'order_id,sku,quantity,price',
    'J1,MUG,2,10.00',
    'J1,PEN,1,2.50',
    'J2,MUG,1,10.00',
    'J3,PEN,1,2.50',
  ])
  const clients = sent('clients.csv', ['client_no,country', 'c1,DE', 'c2,AT'])
  const first = page.getByLabel('File to import')
  const beside = page.getByLabel('File to stand beside')
  const heading = (name: string) => page.getByRole('columnheader', { name, exact: true })
  await open('/import')
  // Whichever is named first: the rows are those that find one partner each.
  await first.setInputFiles([orders, lines])
  await page
    .getByText(
      'orders.csv stands beside the rows of lines.csv by “order_id”: 3 of 4 rows find theirs; 1 of its own rows belongs to none of them and stays out.',
    )
    .waitFor()
  await heading('ordered on').waitFor()
  await expectAccessible(page)
  // What is removed is gone from the rows, and can be added again, with one more that only the orders name.
  await page.getByRole('button', { name: 'Remove orders.csv' }).click()
  await heading('ordered on').waitFor({ state: 'hidden' })
  await page.getByText('Does another file say more of these rows').waitFor()
  await beside.setInputFiles(clients)
  await page.getByText('have no column of the same name').waitFor()
  expect(await page.getByRole('button', { name: 'Import', exact: true }).isDisabled()).toBe(true)
  await beside.setInputFiles(orders)
  await page.getByText('clients.csv stands beside the rows of lines.csv by “client_no”: 3 of 4').waitFor()
  await page.getByText('have no column of the same name').waitFor({ state: 'hidden' })
  // More rows of the same kind are no partner.
  await beside.setInputFiles({ ...lines, name: 'more.csv' })
  await page.getByText('lines.csv and more.csv have the same columns').waitFor()
  await page.getByRole('button', { name: 'Remove more.csv' }).click()
  await heading('country').waitFor()
  await page.getByLabel('Store', { exact: true }).fill('joined')
  await page.keyboard.press('Tab')
  await choose('Currency', 'EUR', 'EUR')
  await choose('Time zone', 'Europe/Berlin', 'Europe/Berlin')
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await page.getByText('3 rows came in').waitFor()
  await page.getByText('lines.csv with clients.csv, orders.csv').first().waitFor()
  await open('/explore?period=2026-03-01..2026-03-31&metrics=net_sales&stores=joined')
  await page.getByText('€32.50').first().waitFor()
}
