import type { Answer } from '#metrics/query.ts'
import { Delta, Figure } from '#ui/Figure.tsx'
import { Hint, MeaningCard } from '#ui/Hint.tsx'
import { StatTile, TileRow } from '#ui/StatTile.tsx'
import { baseOf, type Lens, measureOf } from '../Lens.tsx'
import { against, cell } from './model.ts'

/** Figures of the whole period side by side, each with its change. */
export function Tiles(props: { lens: Lens; answer: Answer; metrics: readonly string[]; label?: string }) {
  const { lens, answer } = props
  const fair = lens.fair(answer)
  return (
    <TileRow label={props.label ?? 'Headline figures'}>
      {props.metrics.map(name => {
        const measure = measureOf(answer, name)
        const definition = answer.meta.definitions[name]
        return (
          <StatTile
            key={name}
            label={
              definition ? (
                <Hint about={<MeaningCard of={definition} />}>{definition.label}</Hint>
              ) : (
                lens.label(name)
              )
            }
            value={
              <Figure
                value={cell(answer.totals, name)}
                measure={measure}
                place="card"
                why={answer.meta.missing[name]}
              />
            }
            deltas={fair.map(comparison => (
              <Delta
                key={comparison}
                against={against(answer.totals, comparison, name)}
                measure={measure}
                {...baseOf(answer, comparison)}
              />
            ))}
          />
        )
      })}
    </TileRow>
  )
}
