import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { year } from './plan-shop.ts'

/** Types, fills, pastes and moves about in the grid of the plan “Budget”, whose sessions are 1,000 each month and stay so. */
export async function movesAsASpreadsheet(page: Page, url: string): Promise<void> {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const grid = page.locator('.dsg-container')
  /** Figures of a row as they stand in sight, from the first period on. */
  const figures = async (row: number, until: number) =>
    (await page.locator('.dsg-row').nth(row).locator('.dsg-cell').allTextContents())
      .slice(1, until + 1)
      .map(one => one.replace('●', '').trim())
  const cell = (row: number, column: number) =>
    page.locator('.dsg-row').nth(row).locator('.dsg-cell').nth(column)
  // The grid takes a key or a move of the mouse in when it is drawn anew.
  const drawn = () =>
    page.evaluate(
      () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(null)))),
    )
  const press = async (...keys: string[]) => {
    for (const key of keys) {
      await page.keyboard.press(key)
      await drawn()
    }
  }
  /** Row and column of the cursor, from 0, by where it is drawn. */
  const cursor = () =>
    page.locator('.dsg-active-cell').evaluate(one => {
      const { top, left } = (one as HTMLElement).style
      return [(Number.parseFloat(top) - 32) / 32, Math.round((Number.parseFloat(left) - 250) / 96)]
    })
  const becomes = (row: number, wanted: string[]) =>
    expect.poll(() => figures(row, wanted.length)).toEqual(wanted)
  await page.goto(`${url}/plan?version=Budget`)
  await page.locator('h1').waitFor()
  await cell(1, 1).getByText('1,000').waitFor()
  await cell(1, 1).click()
  // Enter takes the figure and goes down, after tabs to below where they began; Shift goes back up.
  await page.keyboard.type('1100')
  await press('Tab')
  await page.keyboard.type('1200')
  await press('Enter')
  expect(await cursor()).toEqual([1, 0])
  expect(await page.locator('.dsg-input').count()).toBe(0)
  await becomes(1, ['1,100', '1,200', '1,000'])
  await page.keyboard.type('4 %')
  await press('Shift+Enter')
  expect(await cursor()).toEqual([0, 0])
  await page.keyboard.type('9')
  await press('Escape', 'F2', 'Escape')
  await becomes(1, ['1,100', '1,200'])
  // The corner drawn to the right goes on by the step; one undo takes all of it back.
  await press('Shift+ArrowRight')
  const handle = await page.locator('.dsg-expand-rows-indicator').boundingBox()
  const end = await cell(1, 5).boundingBox()
  if (!handle || !end) throw new Error('The corner or the cell is not in sight.')
  await page.mouse.move(handle.x + handle.width / 2, handle.y + handle.height / 2)
  await page.mouse.down()
  await drawn()
  await page.mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 4 })
  await drawn()
  await page.mouse.up()
  await becomes(1, ['1,100', '1,200', '1,300', '1,400', '1,500', '1,000'])
  await press('Control+z')
  await becomes(1, ['1,100', '1,200', '1,000', '1,000', '1,000'])
  await press('Control+y')
  await becomes(1, ['1,100', '1,200', '1,300'])
  await press('Control+z')
  // Ctrl R and Ctrl D copy the first of what is chosen over the rest, and the neighbour over a single cell.
  await press('Control+Home', 'Shift+ArrowRight', 'Shift+ArrowRight', 'Control+r')
  await becomes(1, ['1,100', '1,100', '1,100', '1,000'])
  await press('Control+z', 'Control+Home', 'ArrowDown', 'ArrowRight', 'Control+r')
  await becomes(2, ['4.00 %', '4.00 %', '3.00 %'])
  await press('Control+z')
  // A copied cell over a stretch; a block that is larger than the grid not at all; a text is named.
  await press('Control+Home', 'Control+c', 'ArrowRight', 'ArrowRight', 'Shift+ArrowRight', 'Control+v')
  await becomes(1, ['1,100', '1,200', '1,100', '1,100', '1,000'])
  await page.evaluate(() => navigator.clipboard.writeText('1\t2\t3'))
  await press('Control+Home', 'End', 'ArrowLeft', 'Control+v')
  await page.getByText('It has 1 × 3 cells; from here there are').waitFor()
  await page.evaluate(() => navigator.clipboard.writeText('5\tmany'))
  await press('Control+Home', 'Control+v')
  await page.getByText(/1 cell was not taken/).waitFor()
  await becomes(1, ['5', '1,200'])
  // What was pasted is chosen: Delete empties all of it.
  await press('Delete')
  await becomes(1, ['–', '–', '1,100'])
  // The first of what is sent is held up: what follows waits, and contradicts nothing.
  let held = false
  await page.route('**/plan/edit', async route => {
    if (!held) {
      held = true
      await new Promise(done => setTimeout(done, 1500))
    }
    await route.continue()
  })
  for (let n = 0; n < 6; n += 1) await press('Control+z')
  await becomes(1, ['1,000', '1,000', '1,000', '1,000'])
  await expect
    .poll(async () => {
      const { rows } = await (
        await page.request.post(`${url}/api/v1/plan/open`, {
          headers: { 'x-quarterdeck': '1' },
          data: { version: 'Budget' },
        })
      ).json()
      const { values, cells } = rows.find((row: { line: string }) => row.line === 'sessions')
      return [...values.split(',').slice(0, 3), cells]
    })
    .toEqual(['1000', '1000', '1000', null])
  await page.unroute('**/plan/edit')
  // Heads and names stay where they are, however far one goes.
  /** Where words stand in the frame of the grid, in pixels. */
  const place = (text: string) =>
    grid
      .getByText(text, { exact: true })
      .first()
      .evaluate(one => {
        const [own, frame] = [one, one.closest('.dsg-container')].map(each => each?.getBoundingClientRect())
        return own && frame && [Math.round(own.x - frame.x), Math.round(own.y - frame.y)]
      })
  const corner = await place('Line')
  await press('Control+End')
  const [rows = 0, last] = await cursor()
  expect(last).toBe(11)
  expect(rows).toBeGreaterThan(20)
  expect(await place('Line')).toEqual(corner)
  expect((await place(`Dec ${year}`))?.[1]).toBe(corner?.[1])
  expect(await grid.evaluate(one => one.scrollLeft > 50 && one.scrollTop > 200)).toBe(true)
  await press('PageUp')
  expect((await cursor())[0]).toBeLessThan(rows - 10)
  await press('Home')
  expect((await cursor())[1]).toBe(0)
  await press('Control+Home', 'Control+ArrowRight')
  expect(await cursor()).toEqual([0, 11])
  await press('Shift+Home')
  await page.locator('.dsg-selection-rect').waitFor()
  // Elsewhere the grid has no say.
  await press('Control+k')
  await page.keyboard.type('12')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await becomes(1, ['1,000', '1,000'])
}
