import { Button, Checkbox } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconDownload, IconMathFunction, IconTableShortcut } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { AgreementBadge } from '#features/Agreement.tsx'
import { api, client, words } from '#features/client.ts'
import { May } from '#features/May.tsx'
import { cellFilters } from '#kernel/address.ts'
import { figureSubject } from '#kernel/discussion.ts'
import { periodDays, periodLabel } from '#kernel/period-words.ts'
import { spanWords, whenWords } from '#kernel/view.ts'
import type { Answer, Query } from '#metrics/query.ts'
import { save } from '#ui/download.ts'
import { MenuButton } from '#ui/MenuButton.tsx'
import { Page } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { HowWorkedOut, RowsBehind } from './Behind.tsx'
import { Builder } from './Builder.tsx'
import { ExplorerChart, meanwhile } from './ExplorerChart.tsx'
import { ExplorerTable, pageSize } from './ExplorerTable.tsx'
import { Filters } from './Filters.tsx'
import { useLens } from './Lens.tsx'
import { explorationTitle, grainFor, readCell, readExploration } from './model.ts'
import { Notices } from './Notices.tsx'
import css from './performance.module.css'

/** Whether any figure rests on the sales ledger, which is what shops' own totals are compared with. */
const isOfSales = ({ meta }: Answer) =>
  Object.values(meta.definitions).some(one =>
    one.sources.some(name => ['Sales ledger', 'Orders'].includes(name)),
  )

const question = 'What would you like to know?'

/** Any figures, split, compared and filtered any way, as chart and table, down to the rows. */
export function Explorer() {
  const lens = useLens()
  const { days } = lens
  const exploration = readExploration(lens.search, days ? grainFor(days.from, days.to) : 'month')
  const { metrics, by, grain, sort, page } = exploration
  const whole: Query = lens.ask({
    metrics,
    ...(by.length && { by }),
    ...(grain && { grain }),
    compare: lens.comparisons as Query['compare'],
    ...(sort ? { sort } : by.length && !grain ? { sort: { by: metrics[0] ?? '', desc: true } } : {}),
    ...(exploration.subtotals && by.length + (grain ? 1 : 0) > 1 && { subtotals: true }),
  })
  const query: Query = { ...whole, limit: pageSize, offset: (page - 1) * pageSize }
  const asked = useQuery(
    api.performance.query.queryOptions({
      input: query,
      enabled: lens.ready && !lens.empty,
      placeholderData: meanwhile(query),
    }),
  )
  const answer = asked.data
  const title = explorationTitle(exploration, lens.label)
  const failed = lens.error ?? asked.error
  const open = readCell(lens.search.rows)

  const download = async (format: 'csv' | 'xlsx') => {
    try {
      const file = await client.performance.export({ query: whole, format })
      save(`${metrics.join('-')}${by.length ? `-by-${by.join('-')}` : ''}.${format}`, file)
      const { count = 0 } = answer?.meta ?? {}
      if (count > 100_000)
        notifications.show({
          title: 'The file holds the first 100,000 rows',
          message: `There are ${count.toLocaleString('en-GB')}: narrow the period or filter to take the others.`,
          autoClose: 10_000,
        })
    } catch (error) {
      notifications.show({ color: 'bad', title: 'The file could not be made', message: words(error).message })
    }
  }

  return (
    <Page
      wide
      question={question}
      title={title}
      note={
        // Its line is kept for it: the question below must not move when the answer comes.
        !answer ? (
          '\u00a0'
        ) : (
          <div className={css.facts}>
            <span>{spanWords(answer.meta.from, answer.meta.to)}</span>
            {lens.asked.anchor && (
              <span>
                counted back from {spanWords(lens.asked.anchor, lens.asked.anchor)}, the last day with data
              </span>
            )}
            <span>rests on {answer.meta.rowsBehind.toLocaleString('en-GB')} ledger rows</span>
            {isOfSales(answer) && <AgreementBadge stores={answer.meta.stores} />}
          </div>
        )
      }
      actions={
        <>
          <Button
            leftSection={<IconTableShortcut size={14} stroke={1.7} />}
            onClick={() => lens.setUrl({ rows: `${metrics[0]}` })}
          >
            Rows behind
          </Button>
          <Button
            leftSection={<IconMathFunction size={14} stroke={1.7} />}
            onClick={() => lens.setUrl({ explain: 'yes' })}
          >
            How it is worked out
          </Button>
          <MenuButton
            button={opener => (
              <Button leftSection={<IconDownload size={14} stroke={1.7} />} disabled={!answer} {...opener}>
                Download
              </Button>
            )}
            entries={[
              { label: 'All rows as CSV', onClick: () => download('csv') },
              { label: 'All rows as XLSX', onClick: () => download('xlsx') },
            ]}
          />
        </>
      }
    >
      <Builder lens={lens} exploration={exploration} />
      <Filters lens={lens} only={metrics} />
      {answer && !failed && (
        <div className={`${css.facts} ${css.beside}`}>
          {Object.entries(answer.meta.missing).map(([name, why]) => (
            <span key={name} className={css.notice}>
              {lens.label(name)}: no data, {why}
            </span>
          ))}
          <Notices of={answer.meta} />
        </div>
      )}
      {failed ? (
        <ErrorState
          title="This could not be answered"
          {...words(failed)}
          onRetry={() => (lens.error ? lens.retry() : asked.refetch())}
        />
      ) : lens.empty ? (
        <EmptyState
          title="There are no figures yet"
          action={
            <May atLeast="contributor">
              <Button component="a" href="/import" variant="filled">
                Import a file
              </Button>
            </May>
          }
        >
          Once sales are in, ask anything of them here.
        </EmptyState>
      ) : !answer ? (
        <Skeleton height={420} />
      ) : answer.rows.length === 0 ? (
        <EmptyState
          kind="no_match"
          title="Nothing matches"
          action={
            <Button
              variant="filled"
              onClick={() => lens.setUrl(lens.filters.length ? { where: undefined } : { period: undefined })}
            >
              {lens.filters.length ? 'Clear the filters' : 'Show the latest month with sales'}
            </Button>
          }
        >
          {lens.known && `Sales are known ${whenWords(lens.known.firstDay, lens.known.lastDay)}.`}
        </EmptyState>
      ) : (
        <>
          <ExplorerChart
            lens={lens}
            exploration={exploration}
            query={whole}
            answer={answer}
            stale={asked.isPlaceholderData}
          />
          <div>
            {by.length + (grain ? 1 : 0) > 1 && (
              <Checkbox
                className="no-print"
                mb={8}
                label="Subtotals"
                checked={exploration.subtotals}
                onChange={event =>
                  lens.setUrl({ subtotals: event.currentTarget.checked ? 'yes' : undefined })
                }
              />
            )}
            <ExplorerTable
              lens={lens}
              exploration={exploration}
              query={query}
              answer={answer}
              stale={asked.isPlaceholderData}
            />
          </div>
        </>
      )}
      <RowsBehind
        request={open ? { query: whole, ...open } : null}
        title={`Rows behind ${open ? [lens.label(open.metric), ...Object.values(open.values ?? {}), open.period && periodLabel(open.period)].filter(Boolean).join(' · ') : ''}`}
        onClose={() => lens.setUrl({ rows: undefined })}
        onDiscuss={
          open && answer
            ? () =>
                lens.setUrl({
                  talk: figureSubject(
                    open.metric,
                    (open.period && periodDays(open.period, answer.meta, lens.rule)) || answer.meta,
                    cellFilters(open, lens.filters),
                  ),
                })
            : undefined
        }
      />
      <HowWorkedOut
        query={lens.search.explain ? query : null}
        onClose={() => lens.setUrl({ explain: undefined })}
      />
    </Page>
  )
}
