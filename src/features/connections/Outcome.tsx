import { spanWords } from '#kernel/view.ts'
import { Card } from '#ui/Card.tsx'
import { DataTable } from '#ui/DataTable.tsx'
import css from './import.module.css'
import type { ImportRow } from './model.ts'

type Result = NonNullable<ImportRow['result']>

const count = new Intl.NumberFormat('en-GB')

/** What became of the rows: rows in = accepted + rejected + repeats, always. */
export function Outcome({ result, id }: { result: Result; id: string }) {
  const facts = [
    ['Rows in the file', result.rows],
    ['Accepted', result.accepted],
    ['Repeats of an earlier import', result.repeats],
    ['Rejected', result.rejected],
  ] as const
  const { products } = result
  return (
    <Card
      title={
        result.accepted > 0
          ? `${count.format(result.accepted)} ${result.accepted === 1 ? 'row' : 'rows'} came in`
          : result.repeats > 0
            ? 'Nothing new in this file'
            : 'No row came in'
      }
      note={[
        result.from && result.to ? spanWords(result.from, result.to) : null,
        `${result.seconds.toFixed(1)} s`,
        `store ${result.store}`,
      ]
        .filter(Boolean)
        .join(' · ')}
    >
      <dl className={css.facts}>
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd data-bad={(label === 'Rejected' && value > 0) || undefined}>{count.format(value)}</dd>
          </div>
        ))}
        {products && (
          <div>
            <dt>Products named</dt>
            <dd>
              {count.format(products.rows)}
              <small>
                {[
                  [products.inserted, 'new'] as const,
                  [products.changed, 'changed'] as const,
                  [products.rows - products.inserted - products.changed, 'known'] as const,
                ]
                  .filter(([rows]) => rows > 0)
                  .map(([rows, word]) => ` ${count.format(rows)} ${word}`)
                  .join(',')}
              </small>
            </dd>
          </div>
        )}
      </dl>
      {result.warnings.map(warning => (
        <p key={warning} className={css.warning}>
          {warning}
        </p>
      ))}
      {result.reasons.length > 0 && (
        <>
          <DataTable
            caption="Why rows were rejected"
            rows={result.reasons}
            rowKey={row => row.reason}
            columns={[
              { key: 'reason', label: 'Reason', render: row => row.reason },
              { key: 'rows', label: 'Rows', numeric: true, render: row => count.format(row.rows) },
              {
                key: 'example',
                label: 'For example',
                render: row => <span className={css.example}>{row.example}</span>,
              },
            ]}
          />
          {result.rejectsFile && (
            <p>
              <a href={`/api/imports/${id}/rejects`}>Download the rejected rows</a>, mend them and import the
              file again: rows that came in already are not counted twice.
            </p>
          )}
        </>
      )}
    </Card>
  )
}
