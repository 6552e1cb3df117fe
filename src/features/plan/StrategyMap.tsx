import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { api } from '#features/client.ts'
import { titleOf } from '#kernel/capital.ts'
import { showDay } from '#kernel/format.ts'
import { metricsIn, type Strategy, type StrategyMeasure } from '#kernel/plan/strategy.ts'
import { strategyText } from '#kernel/plan/strategy-text.ts'
import { Card } from '#ui/Card.tsx'
import { show } from '#ui/number.ts'
import { Sentence } from '#ui/Sentence.tsx'
import { EmptyState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import css from './plan.module.css'
import map from './strategy-map.module.css'

type Pillar = Strategy['pillars'][number]
type Part = Pick<Pillar, 'owner' | 'horizon' | 'measures'>
type Change = { revision: number; why: string; byName: string; at: string; changes: readonly string[] }

/** Pillars beside each other with who owns what and where each measure stands, the same as a page of text, and how it came to be. */
export function StrategyMap(props: {
  strategy: Strategy
  revision: number
  history: readonly Change[]
  onWrite: () => void
}) {
  const { strategy } = props
  const [{ initiative }] = useUrl()
  const cases = useQuery(api.plan.cases.queryOptions({ input: {}, enabled: props.revision > 0 }))
  const metrics = metricsIn(strategy).slice(0, 24)
  const now = useQuery(
    api.performance.query.queryOptions({
      input: { metrics, window: 'last_365_days' },
      enabled: metrics.length > 0,
      retry: false,
    }),
  )
  const standing = !cases.isPending && (metrics.length === 0 || !now.isPending)
  // A link may name an initiative: it is marked, and brought into sight once the map stands.
  useEffect(() => {
    if (initiative && standing)
      document.getElementById(`initiative-${initiative}`)?.scrollIntoView({ block: 'center' })
  }, [initiative, standing])
  if (props.revision === 0)
    return (
      <EmptyState
        title="Ambition, pillars, objectives, initiatives"
        action={
          <Button variant="filled" onClick={props.onWrite}>
            Write the strategy
          </Button>
        }
      >
        A page everybody can repeat: what you want to be, what carries it, who owns what, and how you will
        know.
      </EmptyState>
    )
  // What carries a figure or what a case is worth is a line longer: the map stands once they are here.
  if (!standing) return <Skeleton height={420} />
  const figure = (metric: string, value: unknown) => {
    const definition = now.data?.meta.definitions[metric]
    if (typeof value !== 'string') return null
    return definition
      ? show(value, { unit: definition.unit, currency: now.data?.meta.currency ?? null }, 'card')
      : Number(value).toLocaleString('en-GB')
  }
  const labelOf = (metric: string) => now.data?.meta.definitions[metric]?.label ?? titleOf(metric)
  const say = ({ metric, target, by }: StrategyMeasure) =>
    [labelOf(metric), target && `to ${figure(metric, target)}`, by && `by ${showDay(by)}`]
      .filter(Boolean)
      .join(' ')
  const worthOf = (initiative: string) =>
    (cases.data ?? [])
      .filter(one => one.content.initiative === initiative)
      .map(
        ({ state, content, worth }) =>
          `${state === 'approved' ? 'Worth' : 'Proposed case, worth'} ${show(worth.adjusted, { unit: 'money', currency: content.currency }, 'card')}`,
      )
  const facts = (part: Part, more: readonly string[] = []) => {
    const who = [part.owner, part.horizon].filter(Boolean).join(' · ')
    return (
      <>
        {who && <small>{who}</small>}
        {part.measures.map(measure => {
          const today = figure(measure.metric, now.data?.totals[measure.metric])
          return (
            <small key={measure.metric}>
              <b>
                <Sentence of={say(measure)} />
              </b>
              {today !== null && <Sentence of={`, ${today} in the last 12 months`} />}
            </small>
          )
        })}
        {more.map(one => (
          <small key={one}>{one}</small>
        ))}
      </>
    )
  }
  return (
    <>
      {(strategy.owner || strategy.measures.length > 0) && (
        <section className={map.pillar} aria-label="The ambition">
          <h2>The ambition</h2>
          {facts(strategy)}
        </section>
      )}
      <div className={map.pillars}>
        {strategy.pillars.map(pillar => (
          <section key={pillar.id} className={map.pillar}>
            <h2>{pillar.name}</h2>
            {pillar.why && <p>{pillar.why}</p>}
            {facts(pillar)}
            {pillar.objectives.length === 0 && <small>No objective yet.</small>}
            {pillar.objectives.map(objective => (
              <div key={objective.id} className={map.objective}>
                <h3>{objective.name}</h3>
                {facts(objective)}
                {objective.initiatives.length > 0 && (
                  <ul>
                    {objective.initiatives.map(one => (
                      <li
                        key={one.id}
                        id={`initiative-${one.id}`}
                        aria-current={one.id === initiative ? 'true' : undefined}
                      >
                        {one.name}
                        {facts(one, worthOf(one.id))}
                      </li>
                    ))}
                  </ul>
                )}
              </div>
            ))}
          </section>
        ))}
      </div>
      <Card
        title="On one page"
        note="the same as plain text, to send or read out"
        actions={
          <Button
            size="compact-sm"
            variant="default"
            onClick={() =>
              navigator.clipboard.writeText(strategyText(strategy, say)).then(
                () => notifications.show({ message: 'The strategy is copied as text.' }),
                () => notifications.show({ color: 'bad', message: 'The browser did not allow copying.' }),
              )
            }
          >
            Copy
          </Button>
        }
      >
        <details className={css.unworked}>
          <summary>Show it</summary>
          <pre className={map.onepage}>{strategyText(strategy, say)}</pre>
        </details>
      </Card>
      <Card title="Who changed what">
        <ol className={map.revisions} reversed>
          {props.history.map(one => (
            <li key={one.revision} value={one.revision}>
              {one.byName}, {showDay(one.at.slice(0, 10))}: {one.why}
              {one.changes.slice(0, 8).map(change => (
                <small key={change}>{change}</small>
              ))}
              {one.changes.length > 8 && <small>and {one.changes.length - 8} more changes</small>}
            </li>
          ))}
        </ol>
      </Card>
    </>
  )
}
