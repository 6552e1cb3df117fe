import { Chart, type Drawing } from '#ui/Chart.tsx'
import { show } from '#ui/number.ts'
import { columnsOf, waterfall } from '#ui/waterfall.ts'
import { signedCents } from './model.ts'

export interface Bridge {
  before: { name: string; value: number; look: 'lastYear' | 'target' }
  after: { name: string; value: number }
  /** Adding up to the difference. */
  steps: readonly { name: string; value: number; bad: boolean }[]
}

const numbersOf = (bridge: Bridge) =>
  columnsOf({ ...bridge, change: 'Change' }).map(({ name, from, to, step }) => ({
    name,
    text:
      step === null && name !== 'Change'
        ? show(String(to - from), plain, 'card')
        : signedCents(String(to - from)),
  }))
const plain = { unit: 'money' as const, currency: null }

/** From one figure to another by what moved it, as the chart and its picture draw it. */
export const bridgeDrawing = (bridge: Bridge): Drawing => {
  const words = numbersOf(bridge)
  return waterfall({
    ...bridge,
    across: onPhone(),
    change: 'Change',
    axis: value => show(String(value), plain, 'axis'),
    text: n => words[n]?.text ?? '',
    tip: n => ({ title: words[n]?.name ?? '', rows: [['', words[n]?.text ?? '']] }),
  })
}

const onPhone = () => window.matchMedia('(max-width: 700px)').matches

export function BridgeChart({ bridge, drawing }: { bridge: Bridge; drawing: Drawing }) {
  const words = numbersOf(bridge)
  return (
    <Chart
      drawing={drawing}
      height={onPhone() ? 32 + 34 * words.length : 260}
      along={onPhone() ? 'y' : 'x'}
      points={words.length}
      label={words.map(one => `${one.name} ${one.text}`).join(', ')}
      describe={n => `${words[n]?.name}: ${words[n]?.text}`}
    />
  )
}
