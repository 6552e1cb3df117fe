import { Button, Select } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, words } from '#features/client.ts'
import { mayAct } from '#kernel/actor.ts'
import { capital } from '#kernel/capital.ts'
import { figureSubject } from '#kernel/discussion.ts'
import { placeOf, showSigned } from '#kernel/format.ts'
import { comparisonName } from '#kernel/view.ts'
import type { TreeNode, Tree as TreeTold } from '#metrics/tree/shape.ts'
import { Drawer } from '#ui/Drawer.tsx'
import { Delta, Figure } from '#ui/Figure.tsx'
import { FormRow } from '#ui/Form.tsx'
import { Row } from '#ui/Page.tsx'
import type { Lens } from '../Lens.tsx'
import { measureOf, writeCell, writeFilters } from './model.ts'
import css from './tree.module.css'

/** As it begins a line: "finance" is Finance. */

/** One metric of the tree: what it is and comes to, what it is made of, whose it is, and the ways on. */
export function NodeDrawer(props: {
  lens: Lens
  told: TreeTold | undefined
  node: TreeNode | null
  comparison: string
  onClose: () => void
}) {
  const { lens, told, node } = props
  return (
    <Drawer opened={node !== null} onClose={props.onClose} title={node?.label ?? ''} size="min(520px, 94vw)">
      {node && told && <Told lens={lens} told={told} node={node} comparison={props.comparison} />}
    </Drawer>
  )
}

function Told(props: { lens: Lens; told: TreeTold; node: TreeNode; comparison: string }) {
  const { lens, told, node } = props
  const measure = measureOf(told, node)
  const children = told.nodes.filter(one => one.parent === node.id)
  const parts = children.filter(one => one.moved !== null)
  const above = told.nodes.find(one => one.id === parts[0]?.of)
  const whole = above ? measureOf(told, above) : measure
  const place = placeOf(
    parts.map(part => part.moved),
    whole,
  )
  const { short, label } = comparisonName(props.comparison)
  const filters = [...lens.filters, ...node.where]
  const elsewhere = {
    where: writeFilters(filters),
    ...(node.stores && { store: node.stores.join(',') }),
    node: undefined,
    against: undefined,
  }
  return (
    <div className={css.node}>
      <p className={css.about}>{capital(node.about.description)}</p>
      {node.missing && <p className={css.missing}>N/A: {node.missing}.</p>}
      <dl className={css.figures}>
        <div>
          <dt>Value</dt>
          <dd>
            <Figure value={node.value} measure={measure} place="table" />
          </dd>
        </div>
        <div>
          <dt>{label}</dt>
          <dd>
            <Figure value={node.before.value} measure={measure} place="table" />{' '}
            <Delta against={node.before} measure={measure} base={short} quiet />
          </dd>
        </div>
        {told.plan && (
          <div>
            <dt>Plan “{lens.planName(told.plan)}”</dt>
            <dd>
              {node.plan ? (
                <>
                  <Figure value={node.plan.value} measure={measure} place="table" />{' '}
                  <Delta against={node.plan} measure={measure} base="vs plan" quiet />
                </>
              ) : (
                'Not planned'
              )}
            </dd>
          </div>
        )}
        {node.about.formula && (
          <div>
            <dt>Formula</dt>
            <dd>
              <code>{node.about.formula}</code>
            </dd>
          </div>
        )}
      </dl>
      {parts.length > 0 && (
        <>
          <h3 className={css.heading}>
            {above && above.id !== node.id
              ? `What it did to ${above.label}, part by part`
              : `What moved it ${showSigned(node.before.delta, measure, 'table')}`}
          </h3>
          <dl className={css.figures}>
            {parts.map(part => (
              <div key={part.id}>
                <dt>{part.label}</dt>
                <dd>{showSigned(part.moved, whole, place)}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      <Row>
        <Button
          onClick={() =>
            lens.setUrl({ ...elsewhere, metrics: node.metric, by: undefined }, { to: '/explore' })
          }
        >
          Open in the explorer
        </Button>
        <Button
          variant="default"
          disabled={node.value === null}
          onClick={() =>
            lens.setUrl({
              ...(node.stores && node.stores.length > 1 && { store: node.stores.join(',') }),
              node: undefined,
              rows: writeCell({ metric: node.metric, values: valuesOf(node) }),
            })
          }
        >
          Rows behind
        </Button>
        <Button
          variant="subtle"
          onClick={() =>
            lens.setUrl({
              talk: figureSubject(node.metric, told, [
                ...lens.filters,
                ...node.where,
                ...(node.stores ? [{ dimension: 'store', is: node.stores }] : []),
              ]),
            })
          }
        >
          Discuss
        </Button>
      </Row>
      <Owner node={node} />
    </div>
  )
}

/** The slice a node is of, as one value of each dimension. */
const valuesOf = (node: TreeNode): Record<string, string> => ({
  ...Object.fromEntries(
    node.where.flatMap(({ dimension, is: [value] }) => (value ? [[dimension, value]] : [])),
  ),
  ...(node.stores?.length === 1 && { store: node.stores[0] ?? '' }),
})

/** Whose metric it is; who directs the company says so. */
function Owner({ node }: { node: TreeNode }) {
  const me = useQuery(api.members.me.queryOptions({ input: {} }))
  const cache = useQueryClient()
  const may = me.data !== undefined && mayAct(me.data.role, 'director') && me.data.stores === 'all'
  const people = useQuery(api.reviews.people.queryOptions({ input: {}, enabled: may }))
  const settings = useQuery(api.settings.read.queryOptions({ input: {}, staleTime: 300_000 }))
  const save = useMutation(
    api.settings.setMetricOwner.mutationOptions({
      onSuccess: async () => {
        await cache.invalidateQueries({ queryKey: api.settings.key() })
        await cache.invalidateQueries({ queryKey: api.performance.key() })
      },
    }),
  )
  const owner = settings.data?.owners.find(one => one.metric === node.metric)
  if (!may)
    return (
      <dl className={css.figures}>
        <div>
          <dt>Owner</dt>
          <dd>{capital(node.about.owner)}</dd>
        </div>
      </dl>
    )
  return (
    <FormRow
      label="Owner"
      for="metric-owner"
      help="Who answers for it, on every screen and in every report."
      error={save.error ? words(save.error).message : undefined}
    >
      <Select
        id="metric-owner"
        clearable
        searchable
        placeholder={owner ? undefined : capital(node.about.owner)}
        disabled={save.isPending}
        data={(people.data ?? []).map(one => ({ value: one.id, label: one.name }))}
        value={owner?.person ?? null}
        onChange={person => save.mutate({ metric: node.metric, person })}
      />
    </FormRow>
  )
}
