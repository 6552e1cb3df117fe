import css from './chart.module.css'
import { edges } from './edges.ts'

export interface HeatMapProps {
  label: string
  rows: readonly { key: string; name: string; short?: string }[]
  columns: readonly { key: string; name: string; short?: string }[]
  value: (row: string, column: string) => number | null
  /** The cell's full words: shown on hover, heard by a screen reader. */
  words: (row: string, column: string) => string
  /** Short text in the cell, so that colour is never alone. */
  text: (row: string, column: string) => string
  /** How far a cell moved, up above 0: shaded blue for up and red for down instead of by value. A tenth is a step. */
  moved?: (row: string, column: string) => number | null
  onPick?: (row: string, column: string) => void
  /** Where a cell leads, instead of a pick. */
  href?: (row: string, column: string) => string | undefined
  /** What the rows are, and how wide their names; days when absent. */
  corner?: { name: string; width: number }
}

/** Blue and red are told apart by nearly all eyes; the arrow in the cell says it to the rest. Never full, so that ink stays readable. */
const turned = (moved: number | null) => {
  if (moved === null) return { background: 'var(--seq-1)', color: 'var(--ink)' }
  const strength = Math.min(4, Math.round(Math.abs(moved) * 10)) * 9
  const hue = moved < 0 ? 'var(--bad)' : 'var(--seq-5)'
  return { background: `color-mix(in srgb, ${hue} ${strength}%, var(--seq-1))`, color: 'var(--ink)' }
}

/** Seven steps of blue from nothing to the most; what is below nothing in red, the deeper the further. */
const shaded = (value: number, most: number) => {
  if (value < 0) {
    const strength = 12 + 24 * Math.min(1, -value / most)
    return { background: `color-mix(in srgb, var(--bad) ${strength}%, var(--surface))`, color: 'var(--ink)' }
  }
  const step = Math.min(7, Math.max(1, Math.ceil((value / most) * 7)))
  return { background: `var(--seq-${step})`, color: step >= 6 ? 'var(--surface)' : 'var(--ink)' }
}

/**
 * A table whose cells are shaded by value in seven steps, and in red below nothing. It is a real table: it reads, prints and
 * copies as one.
 */
export function HeatMap(props: HeatMapProps) {
  const all = props.rows.flatMap(row => props.columns.map(column => props.value(row.key, column.key) ?? 0))
  const most = Math.max(...all, 0) || 1
  const below = !props.moved && all.some(value => value < 0)
  return (
    <div>
      <section
        ref={edges}
        className={css.heatScroll}
        aria-label={props.label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
      >
        <table
          className={css.heat}
          data-dense={props.columns.length > 12 || undefined}
          data-moved={(props.moved && props.columns.length > 3) || undefined}
        >
          <caption className="sr-only">{props.label}</caption>
          <thead>
            <tr>
              <th scope="col" style={{ width: props.corner?.width ?? 34 }}>
                <span className="sr-only">{props.corner?.name ?? 'Day'}</span>
              </th>
              {props.columns.map(column => (
                <th key={column.key} scope="col" title={column.name}>
                  {column.short ?? column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {props.rows.map(row => (
              <tr key={row.key}>
                <th scope="row" title={row.name}>
                  {row.short ?? row.name}
                </th>
                {props.columns.map(column => {
                  const value = props.value(row.key, column.key)
                  const words = props.words(row.key, column.key)
                  const href = value === null ? undefined : props.href?.(row.key, column.key)
                  const said = (
                    <>
                      <span aria-hidden="true">{props.text(row.key, column.key)}</span>
                      <span className="sr-only">{words}</span>
                    </>
                  )
                  const look = {
                    className: css.cell,
                    'data-missing': value === null || undefined,
                    'data-tip': words,
                    style:
                      value === null
                        ? undefined
                        : props.moved
                          ? turned(props.moved(row.key, column.key))
                          : shaded(value, most),
                  }
                  return (
                    <td key={column.key}>
                      {href ? (
                        <a href={href} {...look}>
                          {said}
                        </a>
                      ) : props.onPick && value !== null ? (
                        <button type="button" {...look} onClick={() => props.onPick?.(row.key, column.key)}>
                          {said}
                        </button>
                      ) : (
                        <span {...look}>{value === null ? '' : props.text(row.key, column.key)}</span>
                      )}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <div className={css.legend} aria-hidden="true">
        {below && (
          <>
            <span>below 0</span>
            <span>
              <i style={shaded(-most, most)} />
            </span>
          </>
        )}
        <span>{props.moved ? 'down 40 %' : 'less'}</span>
        <span>
          {props.moved
            ? [-0.4, -0.2, 0, 0.2, 0.4].map(n => <i key={n} style={turned(n)} />)
            : [1, 2, 3, 4, 5, 6, 7].map(n => <i key={n} style={{ background: `var(--seq-${n})` }} />)}
        </span>
        <span>{props.moved ? 'up 40 %' : 'more'}</span>
      </div>
    </div>
  )
}
