import { Button, CloseButton, Select, TextInput } from '@mantine/core'
import type { Failure } from '#kernel/error.ts'
import { checkTogether, type Pair } from '#kernel/plan/correlations.ts'
import { Card } from '#ui/Card.tsx'
import { Row } from '#ui/Page.tsx'
import { ErrorState } from '#ui/State.tsx'
import css from './plan.module.css'

/** Two drivers and how far they move together, as typed. */
export interface TypedPair {
  a: string
  b: string
  r: string
}

interface Named {
  name: string
  label: string
}

/** How far a typed pair goes together, −1 to 1; null for what is no such number. */
const sizeOf = (text: string): number | null => {
  const size = Number(text.trim().replace('−', '-').replace(',', '.'))
  return text.trim() !== '' && Number.isFinite(size) && size >= -1 && size <= 1 ? size : null
}

/**
 * Pairs of drivers by their places among `moved`: those set by hand, and `otherwise` for all the rest. A pair of which one
 * is held as planned is left out.
 */
export function pairsOf(moved: readonly Named[], typed: readonly TypedPair[], otherwise: number): Pair[] {
  const place = new Map(moved.map((one, n) => [one.name, n]))
  const own = new Map<string, Pair>()
  for (const { a, b, r } of typed) {
    const [x, y, size] = [place.get(a), place.get(b), sizeOf(r)]
    if (x === undefined || y === undefined || x === y || size === null) continue
    const [low, high] = x < y ? [x, y] : [y, x]
    own.set(`${low} ${high}`, { a: low, b: high, r: size })
  }
  if (otherwise === 0) return [...own.values()]
  return moved.flatMap((_, a) =>
    moved.slice(a + 1).map((__, n) => {
      const b = a + 1 + n
      return own.get(`${a} ${b}`) ?? { a, b, r: otherwise }
    }),
  )
}

/** Why pairs cannot be asked for, with what to do; null where they can. */
export function wrongWith(
  moved: readonly Named[],
  typed: readonly TypedPair[],
  otherwise: number,
): { message: string; next?: string } | null {
  const label = (name: string) => moved.find(one => one.name === name)?.label ?? name
  const seen = new Set<string>()
  for (const { a, b, r } of typed) {
    if (sizeOf(r) === null)
      return {
        message: `${label(a)} and ${label(b)} move together by “${r}”.`,
        next: 'Write a number from −1 (against each other) to 1 (as one), e.g. 0.5.',
      }
    if (a === b) return { message: `${label(a)} always moves with itself.`, next: 'Choose two drivers.' }
    const key = [a, b].sort().join(' ')
    if (seen.has(key))
      return { message: `${label(a)} and ${label(b)} are there twice.`, next: 'Remove one of the two.' }
    seen.add(key)
  }
  try {
    checkTogether(
      moved.map(one => one.label),
      pairsOf(moved, typed, otherwise),
    )
    return null
  } catch (error) {
    const { message, next } = error as Failure
    return { message, ...(next && { next }) }
  }
}

const usual = [
  { value: '0', label: 'On their own' },
  { value: '0.3', label: 'Somewhat together' },
  { value: '0.6', label: 'Much together' },
]

/** Which drivers move together: one answer for all, and pairs that differ from it. */
export function Together(props: {
  drivers: readonly Named[]
  otherwise: string
  onOtherwise: (r: string) => void
  pairs: readonly TypedPair[]
  onPairs: (pairs: TypedPair[]) => void
  /** Works the range out with what is set here; null where that is done already. */
  onApply: (() => void) | null
}) {
  const { drivers, pairs } = props
  const wrong = wrongWith(drivers, pairs, Number(props.otherwise))
  const choices = drivers.map(one => ({ value: one.name, label: one.label }))
  const change = (at: number, part: Partial<TypedPair>) =>
    props.onPairs(pairs.map((one, n) => (n === at ? { ...one, ...part } : one)))
  const free = drivers.flatMap((a, n) =>
    drivers
      .slice(n + 1)
      .flatMap(b =>
        pairs.some(one => [one.a, one.b].includes(a.name) && [one.a, one.b].includes(b.name))
          ? []
          : [{ a: a.name, b: b.name, r: '0.5' }],
      ),
  )[0]
  return (
    <Card
      title="Which drivers move together"
      note="1 as one, 0 on their own, −1 against each other"
      actions={
        <Select
          aria-label="Whether drivers move together"
          allowDeselect={false}
          w={190}
          data={usual}
          value={props.otherwise}
          onChange={value => value && props.onOtherwise(value)}
        />
      }
    >
      {pairs.length === 0 ? (
        <p className={css.plain}>
          All drivers alike. Add a pair where two of them go together more, or against each other: more
          sessions at a lower conversion, say.
        </p>
      ) : (
        <ul className={css.pairs}>
          {pairs.map((pair, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a pair is the place it stands in while it is typed
            <li key={n}>
              <div>
                <Select
                  aria-label={`Pair ${n + 1}, one driver`}
                  allowDeselect={false}
                  searchable
                  data={choices}
                  value={pair.a}
                  onChange={a => a && change(n, { a })}
                />
              </div>
              <div>
                <Select
                  aria-label={`Pair ${n + 1}, the other driver`}
                  allowDeselect={false}
                  searchable
                  data={choices}
                  value={pair.b}
                  onChange={b => b && change(n, { b })}
                />
              </div>
              <TextInput
                aria-label={`Pair ${n + 1}, how far together`}
                error={sizeOf(pair.r) === null}
                value={pair.r}
                onChange={event => change(n, { r: event.currentTarget.value })}
              />
              <CloseButton
                aria-label={`Remove pair ${n + 1}`}
                onClick={() => props.onPairs(pairs.filter((_, at) => at !== n))}
              />
            </li>
          ))}
        </ul>
      )}
      <div className={css.acts}>
        <Row>
          <Button
            variant="default"
            disabled={!free || pairs.length >= 50}
            onClick={() => free && props.onPairs([...pairs, free])}
          >
            Add a pair
          </Button>
          {props.onApply && (
            <Button variant="filled" disabled={wrong !== null} onClick={props.onApply}>
              Work it out
            </Button>
          )}
        </Row>
      </div>
      {wrong && <ErrorState compact title="That cannot be worked out" {...wrong} />}
    </Card>
  )
}
