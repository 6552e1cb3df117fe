import { showSigned } from '#kernel/format.ts'
import { Chart, type Drawing } from '#ui/Chart.tsx'
import { placeOf, show } from '#ui/number.ts'
import { columnsOf, waterfall } from '#ui/waterfall.ts'

export interface Bridge {
  before: { name: string; value: number; look: 'lastYear' | 'target' }
  after: { name: string; value: number }
  /** Adding up to the difference. */
  steps: readonly { name: string; value: number; bad: boolean }[]
  currency: string | null
}

const numbersOf = (bridge: Bridge) => {
  const measure = measureOf(bridge)
  const columns = columnsOf({ ...bridge, change: 'Change' })
  const place = placeOf(
    columns.map(({ from, to }) => String(to - from)),
    measure,
  )
  return columns.map(({ name, from, to, step }) => ({
    name,
    text:
      step === null && name !== 'Change'
        ? show(String(to - from), measure, to - from >= 1_000_000 ? 'card' : place)
        : showSigned(String(to - from), measure, place),
  }))
}
const measureOf = ({ currency }: Bridge) => ({ unit: 'money' as const, currency })

/** From one figure to another by what moved it, as the chart and its picture draw it. */
export const bridgeDrawing = (bridge: Bridge): Drawing => {
  const words = numbersOf(bridge)
  return waterfall({
    ...bridge,
    across: onPhone(),
    change: 'Change',
    axis: value => show(String(value), measureOf(bridge), 'axis'),
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
