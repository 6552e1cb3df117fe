import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { expectAccessibleInBoth } from './browser.ts'
import { year } from './plan-shop.ts'

/**
 * What waits for a second person, who has nothing but a phone: a transfer of the plan “Budget” is consented to and
 * another given back, and so is a business case, which goes into the plan it is for.
 */
export async function consents(page: Page, phone: Page, url: string): Promise<void> {
  /** As whoever holds the cookies of `who`. */
  const post = async (operation: string, data: object, who = page.context().request) => {
    const answer = await who.post(`${url}/api/${operation}`, { headers: { 'x-quarterdeck': '1' }, data })
    expect(answer.status(), await answer.text()).toBe(200)
    return answer.json()
  }
  const open = async (who: Page, path: string) => {
    await who.goto(url + path)
    await who.locator('h1').waitFor()
  }
  /** A button that a finger finds: all of it in sight without moving anything sideways. */
  const press = async (name: string) => {
    const button = phone.getByRole('button', { name, exact: true })
    await button.waitFor()
    const { x, width, height } = (await button.boundingBox()) ?? { x: -1, width: 0, height: 0 }
    expect([x >= 0, x + width <= 390, height > 43], name).toEqual([true, true, true])
    await button.tap()
  }

  const item = { version: 'Budget', kind: 'opex', currency: 'GBP', amounts: { [`${year}-12`]: '500' } }
  const [from, to] = [
    await post('v1/plan/saveItem', { ...item, label: 'Photos', why: 'Needed' }),
    await post('v1/plan/saveItem', { ...item, label: 'Stall', why: 'Needed' }),
  ]
  // Bo, a contributor, may move nothing alone.
  const bo = await page.context().browser()?.newContext()
  const { link } = await post('v1/members/invite', { email: 'bo@example.com', role: 'contributor' })
  const token = new URL(link).searchParams.get('token')
  const accepted = { token, name: 'Bo', password: 'a third sentence nobody guesses' }
  await post('auth/accept-invitation', accepted, bo?.request)
  for (const [amount, why] of [
    ['120', 'A rainy fair'],
    ['30', 'Another lens'],
  ])
    await post(
      'v1/plan/transfer',
      { from: from.id, to: to.id, period: `${year}-12`, amount, why, ask: true },
      bo?.request,
    )
  await bo?.close()
  // Every figure is in sight on a phone: no table goes on beyond its right edge.
  for (const [path, name] of [
    ['/variance', 'Actual against plan and last year'],
    ['/budget?version=Budget', 'Budget lines'],
  ] as const) {
    await open(phone, path)
    const table = phone.getByRole('table', { name })
    await table.getByRole('rowheader').first().waitFor()
    const beyond = () =>
      table.evaluate(({ parentElement: box }) => (box ? box.scrollWidth - box.clientWidth : Number.NaN))
    await expect.poll(beyond, { message: path }).toBeLessThan(2)
  }
  const waiting = phone.getByRole('list', { name: 'Transfers that wait for consent' })
  const first = waiting.getByRole('listitem').filter({ hasText: 'A rainy fair' })
  await first.getByText(`£120.00 from Photos to Stall, Dec ${year}`).waitFor()
  await expectAccessibleInBoth(phone)
  await first.getByRole('button', { name: 'Consent' }).tap()
  await first.waitFor({ state: 'detached' })
  await press('Give back')
  await phone.getByRole('dialog').getByLabel('Why').fill('Borrow one')
  await phone.getByRole('dialog').getByRole('button', { name: 'Give back' }).tap()
  await waiting.waitFor({ state: 'detached' })
  const { lines } = await post('v1/plan/budget', { version: 'Budget' })
  const december = (id: string) => lines.find((line: { id: string }) => line.id === id)?.amounts[`${year}-12`]
  expect([december(from.id), december(to.id)].map(Number)).toEqual([380, 620])

  await post('v1/plan/start', {
    id: 'Shelves',
    name: 'With shelves',
    kind: 'scenario',
    currency: 'GBP',
    from: `${year}-01-01`,
    to: `${year}-12-31`,
    begin: { with: 'template' },
  })
  await open(page, '/strategy?tab=cases')
  await page.getByRole('button', { name: 'Add a case' }).click()
  await page.getByLabel('Title').fill('Oak shelves')
  await page.getByRole('combobox', { name: 'Plan', exact: true }).click()
  await page.getByRole('option', { name: 'With shelves' }).click()
  await page.getByLabel('Costs and benefits').fill('Now\t900\t0\nThen\t0\t1500')
  await page.getByRole('button', { name: 'Save' }).click()
  const cases = page.getByRole('table', { name: 'Business cases' })
  const ask = async () => {
    await cases.getByText('Oak shelves').click()
    await page.getByRole('button', { name: 'Ask for approval of what is saved' }).click()
    await cases.getByText('Waits for approval').waitFor()
  }
  await ask()
  await open(phone, '/strategy?tab=cases')
  await phone.getByRole('table', { name: 'Business cases' }).getByText('Oak shelves').tap()
  await press('Give back')
  await phone.getByRole('dialog').getByLabel('Why').fill('Which wall?')
  await press('Give it back')
  await phone.getByText('Draft').first().waitFor()
  // Who asked sees why, and asks again.
  await open(page, '/strategy?tab=cases')
  await cases.getByText('Oak shelves').click()
  await page.getByText('Which wall?').waitFor()
  await expectAccessibleInBoth(page)
  await page.keyboard.press('Escape')
  await ask()
  await open(phone, '/strategy?tab=cases')
  await press('Approve')
  await phone.getByText('Oak shelves is in With shelves').waitFor()
  await phone.getByText('Approved, in With shelves').waitFor()
}
