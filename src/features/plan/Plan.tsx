import { Button, Select, Textarea } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import type { z } from 'zod'
import { api, client, words } from '#features/client.ts'
import { May, useMay } from '#features/May.tsx'
import { unfilled } from '#kernel/plan/explain.ts'
import { addressKey, placeWords, sliceKey, sliceOf } from '#kernel/plan/sheet.ts'
import { Card } from '#ui/Card.tsx'
import { Drawer } from '#ui/Drawer.tsx'
import { Form, FormActions } from '#ui/Form.tsx'
import { MenuButton, type MenuEntry } from '#ui/MenuButton.tsx'
import { show } from '#ui/number.ts'
import { Page, Row } from '#ui/Page.tsx'
import { usePhone } from '#ui/phone.ts'
import { Sentence } from '#ui/Sentence.tsx'
import { EmptyState, ErrorState, Skeleton } from '#ui/State.tsx'
import { useUrl } from '#ui/url.ts'
import { Lines } from './Lines.tsx'
import { useMembers } from './Members.tsx'
import { type OpenShape, stateWords, versionMeant } from './model.ts'
import { Pacing } from './Pacing.tsx'
import { type Cell, PlanGrid } from './PlanGrid.tsx'
import css from './plan.module.css'
import { useSheet } from './SheetState.tsx'
import { StartPlan } from './StartPlan.tsx'
import { TakeBack } from './TakeBack.tsx'
import { Unworked } from './Unworked.tsx'

type Opened = z.output<typeof OpenShape>

const question = 'What did we promise, and are we keeping it?'

/** The plan grid: a version, typed into, with what others type showing as they do. */
export function Plan() {
  const [search, setUrl] = useUrl()
  const setStarting = (on: boolean) => setUrl({ start: on ? 'yes' : undefined }, { replace: !on })
  const versions = useQuery(api.plan.versions.queryOptions({ input: {} }))
  // A version the address names is read beside the list: on a slow line nobody waits for one after the other.
  const id = versions.data
    ? (versions.data.find(one => one.id === search.version) ?? versionMeant(versions.data))?.id
    : search.version
  const opened = useQuery(
    api.plan.open.queryOptions({
      input: { version: id ?? '' },
      enabled: id !== undefined,
      staleTime: Infinity,
    }),
  )
  // Until the list is there, the address may name what is no version.
  const failed = versions.data ? opened.error : versions.error
  const start = (
    <StartPlan
      opened={search.start === 'yes'}
      versions={versions.data ?? []}
      onClose={() => setStarting(false)}
      onStarted={version => {
        setUrl({ version, start: undefined })
      }}
    />
  )
  if (failed)
    return (
      <Page
        question={question}
        title="The plan cannot be shown"
        actions={
          versions.data && (
            <Select
              aria-label="Version"
              allowDeselect={false}
              data={versions.data.map(one => ({ value: one.id, label: one.name }))}
              value={id ?? null}
              onChange={value => value && setUrl({ version: value })}
            />
          )
        }
      >
        <ErrorState
          title="The plan could not be read"
          {...words(failed)}
          onRetry={() => (versions.data ? opened.refetch() : versions.refetch())}
        />
      </Page>
    )
  if (versions.data?.length === 0)
    return (
      <Page question={question} title="No plan yet">
        <EmptyState
          title="Your plan will be here"
          action={
            <May atLeast="lead">
              <Button variant="filled" onClick={() => setStarting(true)}>
                Start a plan
              </Button>
            </May>
          }
        >
          Sessions, conversion and order value down to contribution and cash: begun from last year in a
          minute, phased by how you trade, and compared with what happens every morning.
        </EmptyState>
        {start}
      </Page>
    )
  if (!opened.data || !versions.data)
    return (
      <Page question={question} title="Opening the plan…">
        {/* Bars as rows of the grid will stand: a bare box reads as a plan with nothing in it. */}
        <p className={css.plain} role="status">
          Its lines and figures are on their way.
        </p>
        <Skeleton lines={18} />
      </Page>
    )
  return (
    <>
      <Sheet
        key={opened.data.version.id}
        opened={opened.data}
        versions={versions.data}
        onVersion={version => setUrl({ version })}
        onStart={() => setStarting(true)}
      />
      {start}
    </>
  )
}

function Sheet(props: {
  opened: Opened
  versions: { id: string; name: string; state: string }[]
  onVersion: (id: string) => void
  onStart: () => void
}) {
  const { opened } = props
  const { sheet, version } = opened
  const cache = useQueryClient()
  const [why, setWhy] = useState('')
  const [takingBack, setTakingBack] = useState(false)
  const [shaping, setShaping] = useState(false)
  const { plan, tick, conflicts, theirs, edit, undo, redo } = useSheet(opened, why)
  const commented = useMemo(
    () => new Set(opened.comments.map(one => addressKey({ ...one, slice: sliceOf(one.slice) }))),
    [opened.comments],
  )
  const changed = useMemo(() => new Set(opened.changed), [opened.changed])
  const closed = useMemo(() => new Set(opened.closed), [opened.closed])

  const named = useMembers()
  const about = useCallback(
    (cell: Cell) => (
      <CellTalk
        version={version.id}
        cell={cell}
        title={placeWords(sheet, cell, named)}
        comments={opened.comments.filter(
          one => one.line === cell.line && one.slice === sliceKey(cell.slice) && one.period === cell.period,
        )}
      />
    ),
    [version.id, sheet, opened.comments, named],
  )

  const cased = sheet.lines.some(line => line.case)
  const cases = useQuery(
    api.plan.casesIn.queryOptions({
      input: { version: version.id },
      enabled: cased,
    }),
  )
  const phone = usePhone()
  const [, setUrl] = useUrl()
  const mayShape = useMay('lead') && opened.mayEdit
  const rarer: MenuEntry[] = [
    ...(mayShape ? [{ label: 'Lines and formulas', onClick: () => setShaping(true) }] : []),
    ...(version.kind === 'le'
      ? [
          {
            label: 'Steps to its lock',
            onClick: () => setUrl({ version: version.id }, { to: '/reforecast' }),
          },
        ]
      : []),
  ]
  const files = [
    { label: 'XLSX, its formulas live', onClick: () => download(version.id, 'xlsx') },
    { label: 'CSV, every figure', onClick: () => download(version.id, 'csv') },
  ]
  const acts = ({ label, onClick }: MenuEntry) => (
    <Button key={label} variant="default" onClick={onClick}>
      {label}
    </Button>
  )
  const changing = opened.mayEdit
    ? [{ label: 'Take a changed file', onClick: () => setTakingBack(true) }]
    : []
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tick says that the plan's figures changed
  const empty = useMemo(() => unfilled(plan).map(line => line.label), [plan, tick])
  return (
    <Page
      wide
      question={question}
      title={`${version.name}: ${stateWords[version.state]}`}
      note={
        <>
          {sheet.periods[0]?.label} to {sheet.periods.at(-1)?.label}, in {sheet.currency}
          {empty.length > 0 &&
            ` · still to be filled in: ${empty.slice(0, 3).join(', ')}${empty.length > 3 ? ` and ${empty.length - 3} more` : ''}`}
          {conflicts.size > 0 &&
            ` · ${conflicts.size} ${conflicts.size === 1 ? 'cell was' : 'cells were'} filled in differently by two people`}
          {theirs.words !== '' && ` · ${theirs.words}`}
          {changed.size > 0 && ` · ${changed.size} changed since approval`}
          {version.state === 'approved' &&
            (changed.size > 0 || opened.lapsed !== null) &&
            (changed.size > 0 ? ', which lapsed' : ' · the approval lapsed: lines or budget changed since')}
          {/* Lines of its own, kept for it: the grid below must not move when it comes. */}
          {cased && (
            <div style={{ minHeight: 36 }}>
              {cases.data && cases.data.cases.length > 0 ? <Sentence of={caseWords(cases.data)} /> : '\u00a0'}
            </div>
          )}
        </>
      }
      actions={
        <Row>
          <Select
            aria-label="Version"
            allowDeselect={false}
            data={props.versions.map(one => ({ value: one.id, label: one.name }))}
            value={version.id}
            onChange={value => value && props.onVersion(value)}
          />
          <May atLeast="lead">
            <Button variant="default" onClick={props.onStart}>
              New version
            </Button>
          </May>
          {phone ? (
            <MenuButton
              button={opener => (
                <Button variant="default" {...opener}>
                  More
                </Button>
              )}
              entries={[
                ...rarer,
                ...files.map(one => ({ ...one, label: `Download ${one.label}` })),
                ...changing,
              ]}
            />
          ) : (
            <>
              {rarer.map(acts)}
              <MenuButton
                button={opener => (
                  <Button variant="default" {...opener}>
                    Download
                  </Button>
                )}
                entries={files}
              />
              {changing.map(acts)}
            </>
          )}
        </Row>
      }
    >
      <Pacing version={version.id} />
      {shaping && <Lines version={version} sheet={sheet} onClose={() => setShaping(false)} />}
      {takingBack && (
        <TakeBack
          version={version}
          sheet={sheet}
          onClose={() => setTakingBack(false)}
          onTaken={async () => {
            setTakingBack(false)
            await cache.invalidateQueries({ queryKey: api.plan.open.key() })
          }}
        />
      )}
      {version.state === 'approved' && opened.mayEdit && (
        <Textarea
          aria-label="Why it changes"
          placeholder="This version is approved: say why it changes before you type"
          value={why}
          onChange={event => setWhy(event.currentTarget.value)}
          autosize
          minRows={1}
        />
      )}
      <Unworked plan={plan} tick={tick} />
      <PlanGrid
        plan={plan}
        version={version.id}
        tick={tick}
        closed={closed}
        changed={changed}
        conflicts={conflicts}
        commented={commented}
        mayEdit={opened.mayEdit}
        members={none}
        theirs={theirs.keys}
        onEdit={edit}
        onUndo={undo}
        onRedo={redo}
        about={about}
      />
    </Page>
  )
}

const none = {}

async function download(version: string, format: 'xlsx' | 'csv') {
  try {
    const file = await client.plan.exportSheet({ version, format })
    const { save } = await import('#ui/download.ts')
    save(file.name, file)
  } catch (error) {
    notifications.show({ color: 'bad', title: 'That did not work', message: words(error).message })
  }
}

/** What the business cases of a plan come to in it: "2 business cases, +£12 k expected (−£3 k to £30 k)". */
const caseWords = (found: Awaited<ReturnType<typeof client.plan.casesIn>>): string => {
  const money = (value: number) => show(value.toFixed(0), { unit: 'money', currency: found.currency }, 'card')
  const { expected, p10, p90 } = found.range
  const count = found.cases.length
  return `${count} business ${count === 1 ? 'case' : 'cases'} in it: ${money(expected)} expected, ${money(p10)} to ${money(p90)} four times in five${found.notes.map(one => `. ${one}`).join('')}`
}

/** Who filled a cell in, and what is said of it. */
function CellTalk(props: Omit<Parameters<typeof CellDrawer>[0], 'onClose'>) {
  const [opened, setOpened] = useState(false)
  return (
    <>
      <Row>
        <Button variant="default" size="compact-sm" onClick={() => setOpened(true)}>
          History and comments of this cell
        </Button>
      </Row>
      {opened && <CellDrawer {...props} onClose={() => setOpened(false)} />}
    </>
  )
}

function CellDrawer(props: {
  onClose: () => void
  version: string
  cell: Cell
  title: string
  comments: Opened['comments']
}) {
  const cache = useQueryClient()
  const [text, setText] = useState('')
  const history = useQuery(
    api.plan.history.queryOptions({
      input: { version: props.version, ...props.cell },
    }),
  )
  const comment = useMutation(
    api.plan.comment.mutationOptions({
      onSuccess: async () => {
        setText('')
        await cache.invalidateQueries({ queryKey: api.plan.open.key() })
      },
    }),
  )
  const resolve = useMutation(
    api.plan.resolve.mutationOptions({
      onSuccess: () => cache.invalidateQueries({ queryKey: api.plan.open.key() }),
    }),
  )
  return (
    <Drawer opened onClose={props.onClose} title={props.title} size={480}>
      <div className={css.talk}>
        <Card title="Comments">
          {props.comments.map(one => (
            <div className={css.said} key={one.id}>
              <span>
                {one.byName}: {one.text}
              </span>
              <May atLeast="contributor">
                <Button
                  size="compact-sm"
                  variant="default"
                  loading={resolve.isPending}
                  onClick={() => resolve.mutate({ id: one.id })}
                >
                  Dealt with
                </Button>
              </May>
            </div>
          ))}
          <May atLeast="contributor">
            <Form onSubmit={() => comment.mutate({ version: props.version, ...props.cell, text })}>
              <Textarea
                aria-label="Comment"
                placeholder="What should whoever reads this figure know?"
                value={text}
                onChange={event => setText(event.currentTarget.value)}
                autosize
                minRows={2}
              />
              <FormActions>
                <Button type="submit" disabled={!text.trim()} loading={comment.isPending}>
                  Comment
                </Button>
              </FormActions>
            </Form>
          </May>
        </Card>
        <Card title="Who filled it in">
          {history.data?.length === 0 && <p>It stands as the version began.</p>}
          {history.data?.map(one => (
            <p key={one.id}>
              {new Date(one.at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })}{' '}
              {one.byName}: {one.before ?? 'empty'} → {one.after ?? 'empty'}
              {one.why && ` (${one.why})`}
            </p>
          ))}
        </Card>
      </div>
    </Drawer>
  )
}
