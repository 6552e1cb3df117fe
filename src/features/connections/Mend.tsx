import { Autocomplete, Button, Select, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type ReactNode, useRef, useState } from 'react'
import { api, words } from '#features/client.ts'
import { currenciesLeftOut, currencyWords } from '#kernel/currency-columns.ts'
import { miscounts, miscountWords } from '#kernel/order-totals.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import { FormActions, FormRow } from '#ui/Form.tsx'
import { ErrorState, Skeleton } from '#ui/State.tsx'
import { Columns } from './Columns.tsx'
import { HowRead } from './HowRead.tsx'
import css from './import.module.css'
import { filesInput, type Guess, type Reads, type Sent, startable } from './model.ts'
import { Together } from './Together.tsx'

const zones = Intl.supportedValuesOf('timeZone')
const currencies = Intl.supportedValuesOf('currency')

/** What the file looks like and where its columns go, guessed, to be mended before anything is stored. */
export function Mend({
  source,
  store,
  onFiles,
  onStarted,
}: {
  /** Files just sent, or an import whose kept file is mapped again into its `store`. */
  source: { files: readonly Sent[] } | { import: string }
  store?: string
  /** Other files are meant: one more beside the first, or one fewer. */
  onFiles: (files: Sent[]) => void
  onStarted: (id: string) => void
}) {
  const files = 'files' in source ? source.files : []
  const several = files.length > 1
  const [reading, setReading] = useState<Reads>({})
  const [chosen, setChosen] = useState<string | null>(null)
  const [mended, setMended] = useState<Guess | null>(null)
  const [into, setInto] = useState({ store: store ?? '', currency: '', timezone: '', saveAs: '' })
  const settings = useQuery(api.settings.read.queryOptions({ input: {} }))
  const currency = settings.data?.stores.find(s => s.store === into.store)?.currency ?? into.currency
  const preview = useQuery({
    ...api.connections.preview.queryOptions({
      input: {
        ...('import' in source ? { import: source.import } : filesInput(files, [...files.keys()])),
        ...(several && { anyFirst: true }),
        reading,
        ...(currency && { currency }),
      },
    }),
    placeholderData: old => old,
    retry: false,
  })
  // What cannot be read in the way that was asked for is mended from what could be read before.
  const last = useRef(preview.data)
  if (preview.data) last.current = preview.data
  const shown = preview.data ?? last.current
  const targets = useQuery(api.connections.targets.queryOptions({ input: {} }))
  const presets = useQuery(api.connections.presets.queryOptions({ input: {} }))
  const saved = useQuery(api.connections.mappings.queryOptions({ input: {} }))
  const keep = useMutation(api.connections.saveMapping.mutationOptions({ onSettled: () => saved.refetch() }))
  const start = useMutation(
    api.connections.import.mutationOptions({
      onSuccess: ({ id }) => onStarted(id),
      // Somebody else may have made the store meanwhile, as another than was chosen here.
      onError: () => settings.refetch(),
    }),
  )

  const read = (next: Reads) => {
    // Columns that are split or called otherwise are other columns.
    const apart = ({ decimal: _, dateOrder: __, ...rest }: Reads) => JSON.stringify(rest)
    if (apart(next) !== apart(reading)) setMended(null)
    setReading(next)
  }
  const howRead = (said: ReactNode) => (
    <HowRead
      seen={shown?.reading ?? null}
      reading={reading}
      sheets={shown?.sheets ?? []}
      members={shown?.members ?? []}
      lists={shown?.lists ?? { records: [], lines: [] }}
      several={several}
      stale={preview.isPlaceholderData}
      onChange={read}
    >
      {said}
    </HowRead>
  )
  const together = 'files' in source && (
    <Together
      files={files}
      joined={preview.isPlaceholderData ? undefined : preview.data?.together}
      stale={preview.isPlaceholderData}
      error={several ? preview.error : null}
      onChange={next => {
        setMended(null)
        setChosen(null)
        onFiles(next)
      }}
    />
  )
  if (preview.error && !shown)
    return several
      ? together
      : howRead(<ErrorState compact title="The file cannot be read" {...words(preview.error)} />)
  if (!shown || !targets.data || !presets.data || !settings.data) return <Skeleton height={320} />

  const { suggestions, guesses, columns, rows, members, warnings } = shown
  const best = suggestions[0]
  const key = chosen ?? (best?.preset ? `preset:${best.preset}` : 'mapping')
  const savedName = key.startsWith('saved:') ? key.slice('saved:'.length) : null
  const preset = key.startsWith('preset:') ? key.slice('preset:'.length) : null
  const guess: Guess = mended ??
    saved.data?.find(m => m.name === savedName)?.mapping ??
    suggestions.find(s => s.preset === null)?.mapping ?? { target: 'sales_lines', columns: {} }
  const turnTo = (next: string) =>
    setMended({ target: next, columns: guesses.find(one => one.target === next)?.columns ?? {} })
  const target = targets.data.find(t => t.name === guess.target)
  const { currencies: saying } = shown
  const leftOut = (mapping: Guess) => {
    const taking = targets.data.find(t => t.name === mapping.target)?.columns.map(c => c.name) ?? []
    return [
      ...currenciesLeftOut(mapping, taking, saying).map(one => currencyWords(one)),
      ...miscounts(mapping, shown.totals).map(miscountWords),
    ]
  }
  // The file's own warnings are of the best guess; of money they are of what is chosen now.
  const ofBest = best ? leftOut(best.mapping) : []
  const chosenMapping = preset ? suggestions.find(s => s.preset === preset)?.mapping : guess
  const mendPreset = (mapping: Guess) => {
    setChosen('mapping')
    setMended(mapping)
  }
  const ofMoney = chosenMapping ? leftOut(chosenMapping) : []
  const wrong = preset ? [] : miscounts(guess, shown.totals)
  // Where a row has no price of its own, an order is all that can be told.
  const once = wrong.some(one => one.stands !== 'line')
    ? ['order_lines', 'orders']
        .filter(name => guesses.some(one => one.target === name && one.complete))
        .flatMap(name => targets.data.find(t => t.name === name) ?? [])[0]
    : undefined
  const { stores } = settings.data
  const known = stores.find(s => s.store === into.store)
  const problem = startable(
    { ...into, known: Boolean(known) },
    preset ? null : guess,
    target?.columns ?? [],
    columns.map(one => one.name),
  )

  const begin = async () => {
    const name = into.saveAs
    const version = saved.data?.find(one => one.name === name)?.version
    if (!preset && name)
      await keep.mutateAsync({ name, mapping: guess, ...(version !== undefined && { version }) })
    start.mutate({
      ...('import' in source
        ? { replaces: source.import }
        : filesInput(files, shown.together?.order ?? [...files.keys()])),
      // Of several files in an archive the one that was looked at is meant.
      reading: { ...(members.length > 1 && { member: shown.reading.member }), ...reading },
      store: into.store,
      ...(!known && { currency: into.currency, timezone: into.timezone }),
      ...(preset ? { preset } : { mapping: guess }),
    })
  }
  const set = (name: keyof typeof into) => (value: string | null) =>
    setInto(now => ({ ...now, [name]: value ?? '' }))

  return (
    <>
      {together}
      {howRead(
        <>
          {warnings
            .filter(warning => !ofBest.includes(warning) && !shown.together?.words.includes(warning))
            .map(warning => (
              <p key={warning} className={css.warning}>
                {warning}
              </p>
            ))}
          {preview.error && !several && (
            <ErrorState compact title="It cannot be read like that" {...words(preview.error)} />
          )}
        </>,
      )}
      <Card title="First rows" flush>
        <DataTable
          caption="First rows of the file as read"
          compact
          maxHeight={240}
          rows={rows.slice(0, 20)}
          rowKey={(_, index) => String(index)}
          columns={columns.map((column, index) => ({
            key: `${index}`,
            label: column.name,
            numeric: column.type === 'number',
            render: (row: string[]) => row[index] ?? '',
          }))}
        />
      </Card>
      <Card title="What the columns mean">
        <FormRow label="Kind of file" for="kind" help="A known export, or columns chosen by hand.">
          <Select
            id="kind"
            allowDeselect={false}
            data={[
              {
                group: 'Known exports',
                items: presets.data.map(p => ({ value: `preset:${p.name}`, label: p.label })),
              },
              { group: 'By hand', items: [{ value: 'mapping', label: 'Choose the columns' }] },
              ...(saved.data?.length
                ? [
                    {
                      group: 'Saved',
                      items: saved.data.map(m => ({ value: `saved:${m.name}`, label: m.name })),
                    },
                  ]
                : []),
            ]}
            value={key}
            onChange={value => {
              setChosen(value)
              setMended(null)
            }}
          />
        </FormRow>
        {preset && chosenMapping && (
          <Button variant="default" size="compact-sm" onClick={() => mendPreset(chosenMapping)}>
            Change its columns
          </Button>
        )}
        {!preset && (
          <>
            <FormRow label="Rows are" for="target">
              <Select
                id="target"
                allowDeselect={false}
                data={targets.data.map(t => ({ value: t.name, label: t.label }))}
                value={guess.target}
                onChange={value => value && turnTo(value)}
              />
            </FormRow>
            {target && (
              <Columns
                target={target.columns}
                restates={target.restates}
                source={columns}
                mapping={guess}
                onChange={setMended}
              />
            )}
          </>
        )}
        {ofMoney.map(warning => (
          <p key={warning} className={css.warning}>
            {warning}
          </p>
        ))}
        {once && (
          <Button variant="default" size="compact-sm" onClick={() => turnTo(once.name)}>
            Take it once for an order: {once.label}
          </Button>
        )}
      </Card>
      <Card title="Where it goes">
        <FormRow
          label="Store"
          for="store"
          help={
            store
              ? 'Where it went before. Rows that only the old columns brought go in the same moment.'
              : 'A shop with its own till. A new name makes a new store.'
          }
        >
          <Autocomplete
            id="store"
            disabled={store !== undefined}
            placeholder="e.g. uk-shop"
            data={stores.map(s => s.store)}
            value={into.store}
            onChange={set('store')}
          />
        </FormRow>
        {into.store && !known && (
          <>
            <FormRow label="Currency" for="currency" help="The money in the file.">
              <Select
                id="currency"
                searchable
                limit={50}
                data={currencies}
                value={into.currency || null}
                onChange={set('currency')}
              />
            </FormRow>
            <FormRow label="Time zone" for="timezone" help="Days are cut at its midnight.">
              <Select
                id="timezone"
                searchable
                limit={50}
                data={zones}
                value={into.timezone || null}
                onChange={set('timezone')}
              />
            </FormRow>
          </>
        )}
        {!preset && (
          <FormRow
            label="Save these columns as"
            for="saveAs"
            help="To use them again for the next file of this kind. Optional."
          >
            <TextInput
              id="saveAs"
              value={into.saveAs}
              onChange={event => set('saveAs')(event.currentTarget.value)}
            />
          </FormRow>
        )}
        <FormActions>
          {problem && <span className={css.warning}>{problem}</span>}
          <Button
            variant="filled"
            disabled={problem !== null || preview.isError || preview.isPlaceholderData}
            loading={start.isPending || keep.isPending}
            onClick={begin}
          >
            {store ? 'Map again' : 'Import'}
          </Button>
        </FormActions>
        {start.error && <ErrorState compact title="The import did not start" {...words(start.error)} />}
        {keep.error && <ErrorState compact title="The columns were not saved" {...words(keep.error)} />}
      </Card>
    </>
  )
}
