/** Forms in side sheets: sent by the keyboard alone, and never lost by a slip. */
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { stage } from '../command.ts'
import { builtBundle, complaints, describeInBrowser, expectAccessibleInBoth, openBrowser } from './browser.ts'

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
    await page.goto(server.setUpLink ?? '')
    await page.getByLabel('Your name').fill('Ada')
    await page.getByLabel('E-mail').fill('ada@example.com')
    for (const field of await page.locator('input[type=password]').all())
      await field.fill('a sentence nobody guesses')
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
})
