import { existsSync } from 'node:fs'
import axe from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { expect } from 'vitest'

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
]

/** The browser on this machine, or null: journeys then skip and say how to get one. */
export const chromiumPath = places.find(existsSync) ?? null
export const skipped = chromiumPath
  ? ''
  : ' (skipped: no Chromium on this machine; install it with `apt-get install chromium`)'

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: chromiumPath ?? '',
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

/** The bundle as it is shipped, built once for a run of journeys into a folder of its own. */
export async function builtBundle(folder: string): Promise<string> {
  // As shipped: the test runner's own mode would bundle the libraries' development halves.
  process.env.NODE_ENV = 'production'
  await build({ logLevel: 'error', build: { outDir: folder, emptyOutDir: true } })
  return folder
}

/** Fails on anything that keeps someone out: axe's serious and critical findings. What lies dimmed under a dialog is not to be read. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.addScriptTag({ content: axe.source })
  const found = await page.evaluate(async () => {
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
      {
        resultTypes: ['violations'],
      },
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
  })
  expect(found).toEqual([])
}

/** The same in light and dark; the page is light again after it. What fades is waited for, so that no colour is seen on its way. */
export async function expectAccessibleInBoth(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor()
    await page.evaluate(async () => {
      await new Promise(requestAnimationFrame)
      const fading = document
        .getAnimations()
        .filter(one => one.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY)
      await Promise.allSettled(fading.map(one => one.finished))
    })
    await expectAccessible(page)
  }
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
