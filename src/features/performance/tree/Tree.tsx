import { Button, SegmentedControl } from '@mantine/core'
import { IconAdjustmentsHorizontal, IconChevronRight } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type CSSProperties, type KeyboardEvent, useRef, useState } from 'react'
import { api } from '#features/client.ts'
import { showSigned } from '#kernel/format.ts'
import { planIn } from '#kernel/plan-comparison.ts'
import { comparisonName, spanWords } from '#kernel/view.ts'
import type { TreeNode, TreeQuery, Tree as TreeTold } from '#metrics/tree/shape.ts'
import { Card } from '#ui/Card.tsx'
import { saveCsv } from '#ui/download.ts'
import { Delta, Figure } from '#ui/Figure.tsx'
import { useLens } from '../Lens.tsx'
import { TradingPage } from '../trading/TradingPage.tsx'
import { keyed, levelOf, measureOf, scaleOf, sentence, shutAtFirst, visible } from './model.ts'
import { NodeDrawer } from './NodeDrawer.tsx'
import css from './tree.module.css'

const signs = { root: '', plus: '+', minus: '−', times: '×', input: '' } as const
const spoken = {
  root: '',
  plus: 'added, ',
  minus: 'taken off, ',
  times: 'factor, ',
  input: 'input, ',
} as const

/** Outputs down to the inputs one can set: what each is, how it moved, and what that did to the figure above it. */
export function Tree() {
  const lens = useLens()
  const fair = lens.comparisons.filter(name => planIn(name) === null)
  const comparison = fair.find(name => name === lens.search.against) ?? fair.at(-1) ?? 'last_year'
  const target = lens.comparisons.map(planIn).find(name => name !== null)
  const { metrics: _, ...view } = lens.ask({ metrics: ['net_sales'] })
  const asked = useQuery(
    api.performance.tree.queryOptions({
      input: {
        ...view,
        compare: comparison as TreeQuery['compare'],
        ...(target && target !== 'forecast' && { plan: target }),
      },
      enabled: lens.ready && !lens.empty,
      placeholderData: keepPreviousData,
    }),
  )
  const told = asked.data
  const chosen = told?.nodes.find(node => node.id === lens.search.node)
  return (
    <TradingPage
      lens={lens}
      question="What moves the number, and who can move it?"
      title={told ? sentence(told) : ''}
      answer={told && { meta: metaOf(told) }}
      error={asked.error}
      onRetry={() => asked.refetch()}
      empty={
        lens.empty || told?.nodes.every(node => node.value === null)
          ? {
              title: 'No figures are known for this period',
              words:
                'Connect a shop or bring in a file of orders: this screen then shows contribution as a tree, down to sessions, conversion and order value, with what each did to the figure above it.',
            }
          : null
      }
      note={
        <span>
          Parts of a change add up to it exactly.{' '}
          {told?.plan
            ? `Plan figures are those of “${lens.planName(told.plan)}”.`
            : 'There is no approved plan or target to stand beside it yet.'}
        </span>
      }
    >
      {told && (
        <Card
          id="tree"
          title="The tree"
          note={`${comparisonName(comparison).short}${told.comparison.from ? ` (${spanWords(told.comparison.from, told.comparison.to)})` : ''}`}
          flush
          stale={asked.isPlaceholderData}
          actions={
            <>
              {fair.length > 1 && (
                <SegmentedControl
                  aria-label="Compared with"
                  value={comparison}
                  onChange={name => lens.setUrl({ against: name }, { replace: true })}
                  data={fair.slice(0, 3).map(name => ({ value: name, label: comparisonName(name).short }))}
                />
              )}
              <Button onClick={() => saveCsv(sheetOf(told))}>CSV</Button>
            </>
          }
        >
          <TreeGrid
            key={told.nodes[0]?.id}
            told={told}
            comparison={comparison}
            onOpen={id => lens.setUrl({ node: id })}
          />
        </Card>
      )}
      <NodeDrawer
        lens={lens}
        told={told}
        node={chosen ?? null}
        comparison={comparison}
        onClose={() => lens.setUrl({ node: undefined })}
      />
    </TradingPage>
  )
}

function TreeGrid(props: { told: TreeTold; comparison: string; onOpen: (id: string) => void }) {
  const { told } = props
  const { nodes } = told
  const [closed, setClosed] = useState<ReadonlySet<string>>(() => new Set(shutAtFirst(nodes)))
  const [at, setAt] = useState(nodes[0]?.id ?? '')
  const grid = useRef<HTMLTableSectionElement>(null)
  const seen = visible(nodes, closed)
  const current = seen.some(node => node.id === at) ? at : (seen[0]?.id ?? '')
  const scale = scaleOf(nodes)
  const parents = new Set(nodes.map(node => node.parent))
  const planned = nodes.some(node => node.plan)
  const toggle = (id: string) =>
    setClosed(now => {
      const next = new Set(now)
      if (!next.delete(id)) next.add(id)
      return next
    })
  const focus = (id: string) => {
    setAt(id)
    grid.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(id)}"]`)?.focus()
  }
  const onKey = (event: KeyboardEvent, node: TreeNode) => {
    if (event.target !== event.currentTarget) return
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      return props.onOpen(node.id)
    }
    const done = keyed(event.key, node.id, nodes, closed)
    if (Object.keys(done).length === 0) return
    event.preventDefault()
    if (done.focus) focus(done.focus)
    const turned = done.open ?? done.close
    if (turned) toggle(turned)
  }
  return (
    <table
      className={css.tree}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a treegrid is a table whose rows open and close
      role="treegrid"
      aria-label="Metrics, outputs down to inputs"
      data-planned={planned || undefined}
    >
      <thead>
        <tr className={css.head}>
          <th scope="col">Metric</th>
          <th scope="col">Value</th>
          <th scope="col">{comparisonName(props.comparison).short}</th>
          <th scope="col">Did to the figure above</th>
          {planned && <th scope="col">vs plan</th>}
          <th scope="col">Owner</th>
        </tr>
      </thead>
      <tbody ref={grid}>
        {seen.map(node => {
          const siblings = nodes.filter(one => one.parent === node.parent)
          const branches = parents.has(node.id)
          return (
            <tr
              key={node.id}
              className={css.row}
              data-node={node.id}
              data-joined={node.joined}
              aria-level={levelOf(node)}
              aria-setsize={siblings.length}
              aria-posinset={siblings.indexOf(node) + 1}
              aria-expanded={branches ? !closed.has(node.id) : undefined}
              tabIndex={node.id === current ? 0 : -1}
              onKeyDown={event => onKey(event, node)}
              onFocus={() => setAt(node.id)}
              onClick={() => props.onOpen(node.id)}
            >
              <Cells
                told={told}
                node={node}
                comparison={props.comparison}
                planned={planned}
                size={scale(node)}
                open={branches ? !closed.has(node.id) : null}
                onTurn={() => toggle(node.id)}
              />
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}

function Cells(props: {
  told: TreeTold
  node: TreeNode
  comparison: string
  planned: boolean
  size: number
  /** null: nothing below it. */
  open: boolean | null
  onTurn: () => void
}) {
  const { told, node, open } = props
  const measure = measureOf(told, node)
  const base = comparisonName(props.comparison).short
  return (
    <>
      <td className={css.name} style={{ '--level': levelOf(node) - 1 } as CSSProperties}>
        {open === null ? (
          <span className={css.turn} />
        ) : (
          <button
            type="button"
            className={css.turn}
            tabIndex={-1}
            aria-label={`${open ? 'Close' : 'Open'} ${node.label}`}
            data-open={open || undefined}
            onClick={event => {
              event.stopPropagation()
              props.onTurn()
            }}
          >
            <IconChevronRight size={14} stroke={1.8} aria-hidden="true" />
          </button>
        )}
        <span aria-hidden="true" className={css.sign}>
          {signs[node.joined]}
        </span>
        <span className="sr-only">{spoken[node.joined]}</span>
        <span className={css.label}>{node.label}</span>
        {node.input && (
          <span className={css.lever} title="Can be set">
            <IconAdjustmentsHorizontal size={13} stroke={1.7} aria-hidden="true" />
            <span className="sr-only">, can be set</span>
          </span>
        )}
      </td>
      <td className={css.value}>
        <Figure
          value={node.value}
          measure={measure}
          place="table"
          {...(node.missing && { why: node.missing })}
        />
      </td>
      <td className={css.delta}>
        <Delta against={node.before} measure={measure} base={base} quiet />
      </td>
      <td className={css.moved}>
        <Part told={told} node={node} size={props.size} />
      </td>
      {props.planned && (
        <td className={css.plan}>
          {node.plan && <Delta against={node.plan} measure={measure} base="vs plan" quiet />}
        </td>
      )}
      <td className={css.owner}>{node.about.owner}</td>
    </>
  )
}

/** What a node did to the figure above it: a bar from the middle, red where that is bad, and the amount. */
function Part({ told, node, size }: { told: TreeTold; node: TreeNode; size: number }) {
  if (node.moved === null || node.of === null) return null
  const above = told.nodes.find(one => one.id === node.of)
  if (!above) return null
  const measure = measureOf(told, above)
  const bad = size !== 0 && size > 0 !== (measure.good !== 'down')
  return (
    <>
      <span aria-hidden="true" className={css.track}>
        <span
          className={css.bar}
          data-measure
          data-bad={bad || undefined}
          style={{
            left: `${size < 0 ? 50 + 50 * size : 50}%`,
            width: `${Math.max(Math.abs(size) * 50, size === 0 ? 0 : 0.8)}%`,
          }}
        />
      </span>
      <span className={css.amount} data-bad={bad || undefined}>
        {Number(node.moved) === 0 ? '0' : showSigned(node.moved, measure, 'axis')}
        <span className="sr-only"> of {above.label}</span>
      </span>
    </>
  )
}

/** What the page says of an answer, of the tree's. */
const metaOf = ({ from, to, warnings, comparison }: TreeTold) => ({
  from,
  to,
  warnings,
  comparisons: { [comparison.name]: comparison },
})

const sheetOf = (told: TreeTold) => ({
  name: 'metric-tree',
  columns: [
    { key: 'path', label: 'Place in the tree' },
    { key: 'label', label: 'Metric' },
    { key: 'joined', label: 'Joined by' },
    { key: 'value', label: 'Value', numeric: true },
    { key: 'before', label: comparisonName(told.comparison.name).label, numeric: true },
    { key: 'delta', label: 'Change', numeric: true },
    { key: 'moved', label: 'Did to the figure above', numeric: true },
    { key: 'plan', label: 'Plan', numeric: true },
    { key: 'owner', label: 'Owner' },
  ],
  rows: told.nodes.map(node => ({
    path: node.id,
    label: node.label,
    joined: node.joined,
    value: node.value,
    before: node.before.value,
    delta: node.before.delta,
    moved: node.moved,
    plan: node.plan?.value ?? null,
    owner: node.about.owner,
  })),
})
