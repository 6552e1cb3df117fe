import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, words } from '#features/client.ts'
import { showDay } from '#kernel/format.ts'
import { ChartCard } from '#ui/ChartCard.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { Row } from '#ui/Page.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { type Bridge, BridgeChart, bridgeDrawing } from './BridgeChart.tsx'
import { useMembers } from './Members.tsx'
import { resultsOf, type Slice, shownCell, signedCents, sliceText } from './model.ts'
import css from './plan.module.css'

const kinds = { volume: 'Volume', price: 'Price', rate: 'Rate', amount: 'Amount' }

/** From what was planned to what came of it: what each driver did, as a bridge and line by line. */
export function DriverBridge({ slice }: { slice: Slice }) {
  const [search, setUrl] = useUrl()
  const named = useMembers()
  const versions = useQuery(api.plan.versions.queryOptions({ input: {} }))
  const all = versions.data ?? []
  // What was promised, before drafts that nobody agreed to.
  const promised = all.find(one => one.kind === 'budget' && one.state !== 'draft')
  const version = all.find(one => one.id === search.version) ?? promised ?? all[0]
  const opened = useQuery(
    api.plan.open.queryOptions({ input: { version: version?.id ?? '' }, enabled: version !== undefined }),
  )
  const { sheet } = opened.data ?? {}
  const results = sheet ? resultsOf(sheet) : []
  const target = results.find(one => one.name === search.line)?.name ?? results[0]?.name
  // Stores are chosen in the top bar; the plan knows one of them where it is planned by store.
  const chosen: Slice = {
    ...slice,
    ...(search.store && !search.store.includes(',') && { store: search.store }),
  }
  const over = sheet?.lines.find(line => line.name === target)?.over ?? []
  const cut = sheet?.dimensions.filter(one => over.includes(one.name)) ?? []
  const members = Object.fromEntries(
    cut.flatMap(({ name, members: all }) => {
      const member = chosen[name]
      return member !== undefined && all.includes(member) ? [[name, member]] : []
    }),
  )
  const whole = Object.keys(chosen).filter(name => !(name in members))
  const asked = useQuery(
    api.plan.driverVariance.queryOptions({
      input: {
        version: version?.id ?? '',
        target: target ?? '',
        members,
        ...(search.first && { first: search.first }),
        ...(search.last && { last: search.last }),
      },
      enabled: version !== undefined && target !== undefined,
      retry: false,
    }),
  )
  const found = asked.data
  const bridge = useMemo<Bridge | null>(
    () =>
      found
        ? {
            before: { name: 'Planned', value: Number(found.plan), look: 'target' },
            after: { name: 'Actual', value: Number(found.actual) },
            // What moved nothing has no column; the table names it.
            steps: found.steps
              .filter(({ value }) => Math.abs(Number(value)) >= 0.005)
              .map(({ label, value }) => ({
                name: label,
                value: Number(value),
                bad: found.good === 'down' ? Number(value) > 0 : Number(value) < 0,
              })),
            currency: sheet?.currency ?? null,
          }
        : null,
    [found, sheet?.currency],
  )
  const drawing = useMemo(() => bridge && bridgeDrawing(bridge), [bridge])
  if (versions.data && !version)
    return (
      <EmptyState compact title="No plan yet">
        A plan of drivers is needed to say which of them did it.
      </EmptyState>
    )
  const failed = [versions, opened, asked].find(one => one.error)
  const periods = (sheet?.periods ?? []).map(one => ({ value: one.key, label: one.label }))
  return (
    <>
      <Row>
        <Select
          aria-label="Version"
          allowDeselect={false}
          data={all.map(one => ({ value: one.id, label: one.name }))}
          value={version?.id ?? null}
          onChange={id => id && setUrl({ version: id, first: undefined, last: undefined })}
        />
        <Select
          aria-label="Result"
          allowDeselect={false}
          data={results.map(one => ({ value: one.name, label: one.label }))}
          value={target ?? null}
          onChange={name => name && setUrl({ line: name })}
        />
        {cut.map(({ name, label, members: all }) => (
          <Select
            key={name}
            aria-label={label}
            placeholder={`${label}: all`}
            clearable
            searchable={all.length > 8}
            data={all.map(value => ({ value, label: named(value) }))}
            value={members[name] ?? null}
            onChange={member => {
              if (name === 'store') setUrl({ store: member ?? undefined })
              else {
                const { [name]: _, ...rest } = slice
                setUrl({ slice: sliceText(member === null ? rest : { ...rest, [name]: member }) })
              }
            }}
          />
        ))}
        <Select
          aria-label="First period"
          allowDeselect={false}
          data={periods}
          placeholder="From"
          value={found?.first ?? search.first ?? null}
          onChange={first => first && setUrl({ first })}
        />
        <Select
          aria-label="Last period"
          allowDeselect={false}
          data={periods}
          placeholder="To"
          value={found?.last ?? search.last ?? null}
          onChange={last => last && setUrl({ last })}
        />
      </Row>
      {failed ? (
        <ErrorState
          compact
          title="This cannot be said yet"
          {...words(failed.error)}
          onRetry={() => failed.refetch()}
        />
      ) : !found || !bridge || !drawing ? (
        <Skeleton height={420} />
      ) : (
        <ChartCard
          id="driver-bridge"
          name={`${found.label}: planned to actual`}
          title={`${found.label}: planned to actual`}
          note={`${shownCell(found.plan, 'money')} planned, ${shownCell(found.actual, 'money')} came of it${sheet ? `, in ${sheet.currency}` : ''}`}
          sheet={{
            name: 'driver-variance',
            columns: [
              { key: 'label', label: 'Driver' },
              { key: 'kind', label: 'Kind' },
              { key: 'planned', label: 'Planned', numeric: true },
              { key: 'actual', label: 'Actual', numeric: true },
              { key: 'value', label: 'Effect', numeric: true },
            ],
            rows: found.steps.map(({ label, kind, planned, actual, value }) => ({
              label,
              kind: kinds[kind],
              planned,
              actual,
              value,
            })),
          }}
          drawing={drawing}
        >
          <BridgeChart bridge={bridge} drawing={drawing} />
          <DataTable
            caption="Effect of each driver"
            compact
            rows={found.steps}
            rowKey={row => row.label}
            columns={[
              { key: 'label', label: 'Driver', pinned: true, render: row => row.label },
              {
                key: 'value',
                label: 'Effect',
                numeric: true,
                render: row =>
                  signedCents(
                    row.value,
                    found.steps.map(one => one.value),
                  ),
              },
              {
                key: 'planned',
                label: 'Planned',
                numeric: true,
                render: row => shownCell(row.planned, row.unit),
              },
              {
                key: 'actual',
                label: 'Actual',
                numeric: true,
                render: row => shownCell(row.actual, row.unit),
              },
              { key: 'kind', label: 'Kind', render: row => kinds[row.kind] },
            ]}
          />
          {found.since !== null && (
            <p className={css.after}>
              Sales are known from {showDay(found.since)} on: earlier periods are left out.
            </p>
          )}
          {whole.length > 0 && (
            <p className={css.after}>
              {found.label} is not planned by this {whole.join(' and ')}: its drivers are of all of them.
            </p>
          )}
          {found.kept.length > 0 && (
            <p className={css.after}>
              No actuals are known for {found.kept.join(', ')}: their planned figures stand on both sides.
            </p>
          )}
        </ChartCard>
      )}
    </>
  )
}
