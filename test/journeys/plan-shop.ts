import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { fillFirstPerson } from './browser.ts'

/** A shop that sells much the same each day, until December of the year before this one: the plan's, not over yet. */
export const year = new Date().getFullYear() - 1
const orders = ['Order,Date,SKU,Quantity,Price']
for (
  let day = new Date(Date.UTC(year - 1, 0, 1));
  day < new Date(Date.UTC(year, 11, 1));
  day.setUTCDate(day.getUTCDate() + 1)
)
  orders.push(
    `o${day.getTime()},${day.toISOString().slice(0, 10)} ${['09', '10', '20'][day.getUTCDate() % 3]}:30:00,MUG,${1 + (day.getUTCDate() % 3)},10.00`,
  )

/** Sets the first person of a server up, Ada, and brings the shop's orders in as a file of `folder`. */
export async function takeIn(page: Page, setUpLink: string, folder: string): Promise<void> {
  await fillFirstPerson(page, setUpLink)
  await page.getByRole('button', { name: /create/i }).click()
  await page.getByRole('link', { name: 'Import' }).first().waitFor()
  const path = join(folder, 'orders.csv')
  writeFileSync(path, orders.join('\n'))
  await page.goto(`${new URL(setUpLink).origin}/import`)
  await page.locator('h1').waitFor()
  await page.setInputFiles('input[type=file]', path)
  await page.getByText('What the columns mean').waitFor()
  await page.getByLabel('Store', { exact: true }).fill('shop')
  await page.keyboard.press('Tab')
  for (const [label, option] of [
    ['Currency', 'GBP'],
    ['Time zone', 'Europe/London'],
  ] as const) {
    await page.getByRole('combobox', { name: label }).fill(option)
    await page.getByRole('option', { name: option, exact: true }).click()
  }
  await page.getByRole('button', { name: 'Import', exact: true }).click()
  await page.getByText(/rows came in/).waitFor()
}
