/** Forms in side sheets: sent by the keyboard alone, and never lost by a slip. */
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stage } from '../command.ts'
import {
  builtBundle,
  complaints,
  describeInBrowser,
  expectAccessibleInBoth,
  fillFirstPerson,
  openBrowser,
} from './browser.ts'

describeInBrowser('forms in side sheets', () => {
  const place = stage()
  let context: BrowserContext
  let page: Page
  let errors: string[]
  let url: string
  const open = async (path: string) => {
    await page.goto(url + path)
    await page.locator('h1').waitFor()
  }
  const dialog = () => page.getByRole('dialog')
  const gone = () => dialog().waitFor({ state: 'hidden' })

  beforeAll(async () => {
    builtBundle()
    const server = await place.serve(join(place.place, 'data'))
    url = new URL(server.setUpLink ?? server.url).origin
    const browser = await openBrowser()
    context = await browser.newContext({
      bypassCSP: true,
      viewport: { width: 1440, height: 1000 },
      reducedMotion: 'reduce',
    })
    page = await context.newPage()
    errors = complaints(page)
    await fillFirstPerson(page, server.setUpLink ?? '')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Import' }).first().waitFor()
  }, 180_000)
  afterAll(async () => {
    place.clear()
  })

  it('are sent by Enter, once what they need is there', async () => {
    await open('/members')
    await page.getByRole('button', { name: 'New key' }).click()
    await dialog().getByLabel('Name', { exact: true }).press('Enter')
    await dialog().getByRole('button', { name: 'Make the key' }).waitFor()
    await dialog().getByLabel('Name', { exact: true }).fill('script')
    // Enter in a list opens it, chooses, and sends nothing.
    await dialog().getByRole('combobox', { name: 'Role' }).press('Enter')
    await page.getByRole('option', { name: 'Contributor' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.getByRole('option').first().waitFor({ state: 'hidden' })
    await dialog().getByRole('button', { name: 'Make the key' }).waitFor()
    await dialog().getByLabel('Name', { exact: true }).press('Enter')
    expect(await dialog().getByRole('textbox', { name: 'API key' }).inputValue()).toMatch(/^qd_/)
    // What was sent is not asked for.
    await page.keyboard.press('Escape')
    await gone()
    await page.getByRole('button', { name: 'Invite somebody' }).click()
    await dialog().getByLabel('E-mail').fill('eve@example.com')
    await page.keyboard.press('Enter')
    await dialog().getByLabel('Invitation link').waitFor()
    await page.keyboard.press('Escape')
    await gone()
    expect(errors).toEqual([])
  }, 60_000)

  it('take Enter as a new line in a field of several, and Ctrl with it to send', async () => {
    await open('/settings?tab=targets')
    await page.getByRole('button', { name: 'Add a target' }).click()
    const figures = dialog().getByLabel('Figures')
    await figures.fill('2026-01-01\t3100')
    await figures.press('Enter')
    expect(await figures.inputValue()).toBe('2026-01-01\t3100\n')
    await figures.press('Control+Enter')
    await gone()
    await page.getByRole('table', { name: 'Targets' }).getByText('Net sales').waitFor()
    expect(errors).toEqual([])
  }, 60_000)

  it('are sent by Enter also where they stand on a page', async () => {
    await open('/settings?tab=costs')
    const tier = page.getByLabel('Tier 1')
    await tier.fill('Margin after goods')
    await tier.press('Enter')
    await page.getByRole('button', { name: 'Put it back' }).waitFor({ state: 'hidden' })
    const accounts = page.getByLabel('Fulfilment').last()
    await accounts.fill('4400')
    // Once for the account; once for the form, where no list is open any more.
    for (const key of ['Enter', 'Escape', 'Enter']) await accounts.press(key)
    await page.getByRole('button', { name: /^Save the accounts of fulfilment/ }).waitFor({ state: 'hidden' })
    await open('/settings?tab=costs')
    expect(await page.getByLabel('Tier 1').inputValue()).toBe('Margin after goods')
    await page.getByText('4400').waitFor()
    expect(errors).toEqual([])
  }, 60_000)

  it('ask in their own words before somebody is removed or given a new password', async () => {
    const post = (path: string, data: object, by = context.request) =>
      by.post(`${url}/api/${path}`, { data, headers: { 'x-quarterdeck': '1' } }).then(answer => answer.json())
    const invited = { email: 'mallory@example.com', role: 'viewer', stores: 'all' }
    const { link } = await post('v1/members/invite', invited)
    const mallory = await context.browser()?.newContext()
    const token = new URL(link).searchParams.get('token')
    await post(
      'auth/accept-invitation',
      { token, name: 'Mallory', password: 'another sentence nobody guesses' },
      mallory?.request,
    )
    await mallory?.close()
    await open('/members')
    await page
      .getByRole('table', { name: 'People and what they may do' })
      .getByRole('rowheader', { name: 'Mallory' })
      .click()
    await dialog().getByRole('button', { name: 'New password' }).click()
    await dialog().getByRole('button', { name: 'Really give a new one' }).click()
    expect(await dialog().getByLabel('New password').inputValue()).not.toBe('')
    await dialog().getByRole('button', { name: 'Remove', exact: true }).click()
    await dialog().getByText('Their sessions and keys end at once.').waitFor()
    await expectAccessibleInBoth(page)
    await dialog().getByRole('button', { name: 'Really remove' }).click()
    await gone()
    await page.getByText('mallory@example.com').waitFor({ state: 'hidden' })
    expect(errors).toEqual([])
  }, 60_000)

  it('ask before what was typed is lost, by whichever way they are closed', async () => {
    await open('/members')
    const invite = page.getByRole('button', { name: 'Invite somebody' })
    const asked = page.getByRole('alertdialog', { name: 'Not saved yet' })
    await invite.click()
    await dialog().getByLabel('E-mail').waitFor()
    // Nothing was typed, or nothing is left of it.
    await page.keyboard.press('Escape')
    await gone()
    await invite.click()
    await dialog().getByLabel('E-mail').press('e')
    await dialog().getByLabel('E-mail').press('Backspace')
    await page.keyboard.press('Escape')
    await gone()

    await invite.click()
    const mail = dialog().getByLabel('E-mail')
    await mail.pressSequentially('mallory@example.com')
    await page.keyboard.press('Escape')
    await asked.waitFor()
    await expectAccessibleInBoth(page)
    // A second Escape goes on with it, where one was.
    await page.keyboard.press('Escape')
    await asked.waitFor({ state: 'hidden' })
    expect(await mail.inputValue()).toBe('mallory@example.com')
    expect(await mail.evaluate(field => field === document.activeElement)).toBe(true)
    await dialog().getByRole('button', { name: 'Close' }).click()
    await asked.getByRole('button', { name: 'Go on editing' }).click()
    await page.mouse.click(100, 500)
    await asked.getByRole('button', { name: 'Discard it' }).click()
    await gone()
    await invite.click()
    expect(await dialog().getByLabel('E-mail').inputValue()).toBe('')
    expect(errors).toEqual([])
  }, 60_000)

  it('write the strategy in rows that are added, moved and taken away, each thing keeping its id', async () => {
    const api = async (operation: string, data: object = {}) => {
      const answer = await page.request.post(`${url}/api/v1/plan/${operation}`, {
        headers: { 'x-quarterdeck': '1' },
        data,
      })
      expect(answer.status(), await answer.text()).toBe(200)
      return answer.json()
    }
    await open('/strategy')
    await page.getByRole('button', { name: 'Write the strategy' }).click()
    await dialog().getByLabel('Ambition').fill('Twice the size')
    const add = (name: string) => dialog().getByRole('button', { name, exact: true }).click()
    // The keyboard goes to the name of what was added.
    for (const [button, name] of [
      ['Add a pillar', 'Range'],
      ['Add an objective to Range', 'More'],
      ['Add an initiative to More', 'Photos'],
      ['Add an initiative to More', 'Films'],
      ['Add a pillar', 'Shop'],
    ] as const) {
      await add(button)
      await page.keyboard.type(name)
    }
    await dialog().getByRole('listitem').first().locator('summary').click()
    await add('Add a measure of Range')
    const save = dialog().getByRole('button', { name: 'Save' })
    await dialog().getByText('Needs a figure for each measure and why it changes').waitFor()
    expect(await save.isDisabled()).toBe(true)
    await dialog().getByRole('combobox', { name: 'Figure' }).fill('Orders per session')
    await page.getByRole('option', { name: 'Orders per session', exact: true }).click()
    await dialog().getByLabel('Target').fill('3.9')
    await dialog().getByText('Write 3.9 %').waitFor()
    await dialog().getByLabel('Target').fill('3.9 %')
    await dialog().getByLabel('By', { exact: true }).fill('2027-12-31')
    await expectAccessibleInBoth(page)
    await dialog().getByLabel('Why it changes').fill('A beginning')
    await page.keyboard.press('Enter')
    await gone()
    const { content } = await api('strategy')
    const [range] = content.pillars
    expect(range).toMatchObject({
      name: 'Range',
      measures: [{ metric: 'orders_per_session', target: '0.039', by: '2027-12-31' }],
      objectives: [{ name: 'More', initiatives: [{ name: 'Photos' }, { name: 'Films' }] }],
    })

    await page.getByRole('button', { name: 'Change it' }).click()
    const names = () =>
      dialog()
        .getByRole('textbox', { name: /: name$/ })
        .evaluateAll(fields => fields.map(field => (field as HTMLInputElement).value))
    const up = dialog().getByRole('button', { name: 'Move Films up' })
    await up.focus()
    await page.keyboard.press('Enter')
    expect(await names()).toEqual(['Range', 'More', 'Films', 'Photos', 'Shop'])
    // At the end of its way the keyboard is on its way back.
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))
    await expect.poll(focused).toBe('Move Films down')
    expect(await up.isDisabled()).toBe(true)
    await dialog().getByRole('textbox', { name: 'Initiative: name' }).first().fill('Short films')
    await dialog().getByRole('button', { name: 'Take Shop away' }).press('Enter')
    await expect.poll(focused).toBe('Take Photos away')
    await dialog().getByLabel('Why it changes').fill('In another order')
    await page.keyboard.press('Enter')
    await gone()
    const after = (await api('strategy')).content
    const ids = range.objectives[0].initiatives.map((one: { id: string }) => one.id)
    expect(after.pillars).toMatchObject([
      {
        id: range.id,
        objectives: [
          { id: range.objectives[0].id, initiatives: [{ id: ids[1], name: 'Short films' }, { id: ids[0] }] },
        ],
      },
    ])
    expect(errors).toEqual([])
  }, 90_000)

  it('hold who must consent in rows', async () => {
    const begun = await page.request.post(`${url}/api/v1/plan/start`, {
      headers: { 'x-quarterdeck': '1' },
      data: {
        ...{ id: 'Budget', name: 'Budget', kind: 'budget', currency: 'GBP' },
        ...{ from: '2026-01-01', to: '2026-12-31', begin: { with: 'template' } },
      },
    })
    expect(begun.status(), await begun.text()).toBe(200)
    await open('/versions?tab=approval&version=Budget')
    await page.getByRole('button', { name: 'Change the rules' }).click()
    const rules = dialog().getByRole('list', { name: 'Rules' }).getByRole('listitem')
    for (let n = 0; n < 3; n += 1) await dialog().getByRole('button', { name: 'Add a rule' }).click()
    await rules.nth(1).getByLabel('From').fill('lots')
    await dialog().getByText('Needs an amount in each rule').waitFor()
    await rules.nth(1).getByLabel('From').fill('50,000')
    await rules.nth(1).getByLabel('Department').fill('Marketing')
    await rules.nth(1).getByRole('combobox', { name: 'Approved by' }).click()
    await page.getByRole('option', { name: 'Owner' }).click()
    await rules.nth(1).getByRole('combobox', { name: 'How many' }).click()
    await page.getByRole('option', { name: '2 people' }).click()
    await dialog().getByRole('button', { name: 'Take rule 3 away' }).click()
    await expectAccessibleInBoth(page)
    await rules.nth(1).getByLabel('From').press('Enter')
    await gone()
    const table = page.getByRole('table', { name: 'Rules of approval' })
    await table.getByText('2 × owner or above').waitFor()
    expect(await table.getByRole('row').allTextContents()).toEqual([
      'DepartmentFromApproved by',
      'Any01 × director or above',
      'Marketing50,0002 × owner or above',
    ])
    expect(errors).toEqual([])
  }, 60_000)
})
