import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '#features/client.ts'
import type { Query } from '#metrics/query.ts'
import { BarList } from '#ui/BarList.tsx'
import { Card } from '#ui/Card.tsx'
import { Delta, Figure } from '#ui/Figure.tsx'
import { baseOf, measureOf, sayOf, useLens } from '../Lens.tsx'
import { against, cell, headline, mostLost, numberOf, stages } from './model.ts'
import { SliceTable } from './SliceTable.tsx'
import { Tiles } from './Tiles.tsx'
import { TradingPage } from './TradingPage.tsx'

const tiles = ['sessions', 'conversion_rate', 'orders_per_session', 'revenue_per_session', 'cart_abandonment']
const rates = stages.map(stage => stage.metric)
const searched = ['search_sessions', 'site_searches']
/** What only some sources tell of a search. */
const ofSearches = [
  'search_engagement_rate',
  'search_exit_rate',
  'search_conversion_rate',
  'search_no_result_rate',
]
const splits = ['device', 'channel', 'country', 'landing_page', 'store']

/** Each stage over all sessions, against before, and where it differs. */
export function Funnel() {
  const lens = useLens()
  const query: Query = lens.ask({
    metrics: [...tiles, ...rates.filter(name => !tiles.includes(name))],
    compare: lens.comparisons as Query['compare'],
  })
  const asked = useQuery(
    api.performance.query.queryOptions({ input: query, enabled: lens.ready && !lens.empty }),
  )
  const answer = asked.data
  const fair = lens.fair(answer).at(-1)
  const by = splits.find(name => name === lens.search.by) ?? 'device'
  const sessions = measureOf(answer, 'sessions')
  // Why there are none, where it is not that none ever came in.
  const why = answer?.meta.missing.sessions?.match(/^(?!no data yet)(.)(.*)/)
  const supply = why
    ? `${why[1]?.toUpperCase()}${why[2]}.`
    : 'Connect Google Analytics or bring in a file of traffic.'
  return (
    <TradingPage
      lens={lens}
      question="Where are visits lost on the way to an order?"
      title={
        answer
          ? [
              headline(answer, 'conversion_rate', sayOf(answer), lens.known?.firstDay).replace(/\.$/, ''),
              mostLost(answer.totals),
            ]
              .filter(Boolean)
              .join('; ') || 'Visits and what becomes of them'
          : ''
      }
      answer={answer}
      error={asked.error}
      onRetry={() => asked.refetch()}
      empty={
        lens.empty || (answer && numberOf(answer.totals, 'sessions') === null)
          ? {
              title: 'No visits are known for this period',
              words: `${supply} This screen then shows how many visits see a product, fill a cart, reach checkout and order, and on which device, channel or market they are lost.`,
            }
          : null
      }
      note={<span>Each stage is a share of all sessions, not of the stage before.</span>}
    >
      {answer && (
        <>
          <Tiles lens={lens} answer={answer} metrics={tiles} />
          <Card
            id="stages"
            title="From visit to order"
            note={fair ? `share of all sessions, ${baseOf(answer, fair).base}` : 'share of all sessions'}
          >
            <BarList
              label="Stages of the funnel"
              bars={[
                {
                  key: 'sessions',
                  name: 'All sessions',
                  size: 1,
                  value: <Figure value={cell(answer.totals, 'sessions')} measure={sessions} place="table" />,
                  delta: fair && (
                    <Delta
                      against={against(answer.totals, fair, 'sessions')}
                      measure={sessions}
                      quiet
                      {...baseOf(answer, fair)}
                    />
                  ),
                },
                ...stages.map(({ metric, name }) => ({
                  key: metric,
                  name,
                  size: numberOf(answer.totals, metric),
                  mark: fair ? Number(against(answer.totals, fair, metric)?.value ?? 0) || null : null,
                  value: (
                    <Figure
                      value={cell(answer.totals, metric)}
                      measure={measureOf(answer, metric)}
                      place="table"
                      why={answer.meta.missing[metric]}
                    />
                  ),
                  delta: fair && (
                    <Delta
                      against={against(answer.totals, fair, metric)}
                      measure={measureOf(answer, metric)}
                      quiet
                      {...baseOf(answer, fair)}
                    />
                  ),
                })),
              ]}
            />
          </Card>
          <SliceTable
            lens={lens}
            id="where"
            title="Where it differs"
            by={by}
            metrics={['sessions', ...rates]}
            moved={['sessions', 'conversion_rate']}
            supply="Connect Google Analytics to see sessions split this way."
            actions={
              <SegmentedControl
                aria-label="Split by"
                value={by}
                onChange={name =>
                  lens.setUrl({ by: name === 'device' ? undefined : name }, { replace: true })
                }
                data={splits.map(value => ({ value, label: lens.label(value) }))}
              />
            }
          />
          <SliceTable
            lens={lens}
            id="search"
            title="What people search the shop for"
            note="A session counts under each term it tried."
            by="search_term"
            metrics={[...searched, ...ofSearches]}
            moved={['search_sessions']}
            optional={ofSearches}
            supply="Connect Google Analytics, whose site search reports what was typed, or bring in a file of search terms."
          />
        </>
      )}
    </TradingPage>
  )
}
