import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, describe, expect } from 'vitest'
import { chromium as chromiumIn } from '../parts.ts'

const root = resolve(import.meta.dirname, '../..')

const place = chromiumIn()

let started: Promise<Browser> | undefined

/** The one browser of this process, for all the journeys it is handed: it ends with the process. */
export const openBrowser = async (): Promise<Browser> => {
  if (started && !(await started).isConnected()) started = undefined
  started ??= chromium.launch({
    executablePath: place ?? '',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // Nothing is drawn by a graphics card here: its process and its library only cost time.
      '--disable-gpu-rasterization',
      '--disable-extensions',
    ],
  })
  return started
}

/** Journeys of a real browser; without one on this machine they are skipped and say how to get it. */
export const describeInBrowser = (name: string, journeys: () => void): void => {
  const how =
    ' (skipped: no Chromium on this machine; install it with `apt-get install chromium-headless-shell`)'
  describe.skipIf(!place)(`${name}${place ? '' : how}`, () => {
    journeys()
    // Before what the journeys themselves close: no page is to go on asking a server that ends.
    afterAll(async () => {
      const browser = await started
      for (const context of browser?.contexts() ?? []) await context.close()
    })
  })
}

/** The folder of the bundle as it is shipped; built first when its sources have changed since. */
export function builtBundle(): string {
  execFileSync(process.execPath, [join(root, 'scripts', 'build.mjs')], { stdio: 'inherit' })
  return join(root, 'dist')
}

/** What axe is asked: the guidelines themselves. Its further advice is never serious. */
const guidelines = {
  type: 'tag',
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'],
} as const
/** What light and dark can differ in. */
const colours = { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } as const

/** Fails on anything that keeps someone out: axe's serious and critical findings. What lies dimmed under a dialog is not to be read. */
export const expectAccessible = (page: Page): Promise<void> => expectNothing(page, guidelines)

async function expectNothing(page: Page, runOnly: typeof guidelines | typeof colours): Promise<void> {
  // A card that is read again is dimmed for that moment; where it stays so it is judged so.
  await page
    .waitForFunction(() => !document.querySelector('[data-stale]'), undefined, { timeout: 5000 })
    .catch(() => undefined)
  if (!(await page.evaluate(() => 'axe' in window))) await page.addScriptTag({ content: axe.source })
  const found = await page.evaluate(async asked => {
    const { axe: checker } = window as unknown as {
      axe: {
        run(
          where: Element | Document,
          options: object,
        ): Promise<{
          violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[]
        }>
      }
    }
    const { violations } = await checker.run(
      document.querySelector('[role=dialog][aria-modal=true]') ?? document,
      { resultTypes: ['violations'], runOnly: asked },
    )
    return violations
      .filter(one => one.impact === 'serious' || one.impact === 'critical')
      .map(
        one =>
          `${one.id}: ${one.nodes
            .map(node => `${node.html} ${node.failureSummary}`)
            .slice(0, 3)
            .join(' | ')}`,
      )
  }, runOnly)
  expect(found).toEqual([])
}

/** What was judged in dark of each page: the screens and sheets that stood there. */
const judgedDark = new WeakMap<Page, Set<string>>()

/**
 * The same in light and dark; the page is light again after it. In dark a screen and each sheet on it is judged once: it
 * differs in colours alone. Nothing fades meanwhile, so that no colour is seen on its way.
 */
export async function expectAccessibleInBoth(page: Page): Promise<void> {
  const where = await page.evaluate(() => {
    const still = document.createElement('style')
    still.textContent = '*, ::before, ::after { transition: none !important; animation: none !important }'
    document.head.append(still)
    const sheet = document.querySelector('[role=dialog][aria-modal=true]')
    const title = sheet && (sheet.querySelector('h1, h2, h3')?.textContent ?? 'a sheet')
    return [location.pathname, new URLSearchParams(location.search).get('tab'), title].join(' ')
  })
  const judged = judgedDark.get(page) ?? new Set()
  judgedDark.set(page, judged)
  const schemes = [...(judged.has(where) ? [] : [['dark', colours] as const]), ['light', guidelines] as const]
  for (const [colorScheme, asked] of schemes) {
    await page.emulateMedia({ colorScheme })
    await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor()
    // What draws itself anew for the scheme does so with the next frame.
    await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))
    await expectNothing(page, asked)
  }
  judged.add(where)
}

/**
 * From the next page on, what moves down or up by itself though one may be about to press it, as the browser tells it. To be
 * asked once a screen stands.
 */
export async function watchMoves(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const moved: string[] = []
    Object.assign(window, { moved })
    const pressed = 'button, a, input, textarea'
    new PerformanceObserver(list => {
      for (const entry of list.getEntries() as unknown as {
        sources: { node: Node | null; previousRect: DOMRect; currentRect: DOMRect }[]
      }[])
        for (const { node, previousRect, currentRect } of entry.sources) {
          if (!(node instanceof HTMLElement) || !node.closest('main')) continue
          if (node.matches(pressed) || node.querySelector(pressed))
            moved.push(`${node.className || node.nodeName}: ${previousRect.y} → ${currentRect.y}`)
        }
    }).observe({ type: 'layout-shift', buffered: true })
  })
  return () => page.evaluate(() => (window as unknown as { moved: string[] }).moved)
}

/** Holds every answer of these addresses whose question contains the words, until told to let them go. */
export async function holdAnswers(page: Page, addresses: string, words = ''): Promise<() => Promise<void>> {
  let tell = () => {}
  const told = new Promise<void>(done => {
    tell = done
  })
  await page.route(addresses, async route => {
    if (route.request().postData()?.includes(words)) await told
    // Whoever asked may have gone on to another question meanwhile.
    await route.fallback().catch(() => undefined)
  })
  return async () => {
    tell()
    await page.unroute(addresses)
  }
}

/** Opens a server's set-up link and fills in its first person, Ada; whoever calls sends it. */
export async function fillFirstPerson(page: Page, setUpLink: string): Promise<void> {
  await page.goto(setUpLink)
  await page.getByLabel('Your name').fill('Ada')
  await page.getByLabel('E-mail').fill('ada@example.com')
  for (const field of await page.locator('input[type=password]').all())
    await field.fill('a sentence nobody guesses')
}

/** Everything the page complains of: errors thrown, and errors written to the console. */
export function complaints(page: Page): string[] {
  const list: string[] = []
  page.on('pageerror', error => list.push(error.message))
  page.on('console', message => {
    // A refusal the journey provokes is written by the browser itself.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      list.push(message.text())
  })
  return list
}
