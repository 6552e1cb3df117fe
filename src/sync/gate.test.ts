import { expect, test } from 'vitest'
import { createGate } from './gate.ts'

test('who waited for a copy never works beside the next, in whatever order they came', async () => {
  for (const kinds of ['spp', 'ssp', 'sps', 'psps', 'sspps']) {
    const gate = createGate()
    const at = { copies: 0, works: 0 }
    const overlaps: string[] = []
    const doing = async (what: keyof typeof at) => {
      at[what] += 1
      for (let moment = 0; moment < 5; moment++) {
        if (at.copies > 1 || (at.copies > 0 && at.works > 0)) overlaps.push(what)
        await Promise.resolve()
      }
      await new Promise(done => setTimeout(done, 1))
      at[what] -= 1
    }
    await Promise.all(
      [...kinds].map(kind =>
        kind === 's' ? gate.shut(() => doing('copies')) : gate.pass(() => doing('works')),
      ),
    )
    expect(overlaps, kinds).toEqual([])
  }
})
