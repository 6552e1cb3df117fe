import { beforeAll, describe, expect, it } from 'vitest'
import { operations } from '#features/operations.ts'
import { ledgers } from '../../../test/ledgers.ts'
import { planRoom } from '../../../test/plan-room.ts'

const { plan, settings } = operations

describe.each(ledgers)(
  'a budget after its approval on $name',
  place => {
    const room = planRoom(place)
    const { run, begun, fill, set, at } = room
    const { bo, ada, cy, someone } = room.people
    const olga = someone('olga', 'owner')
    const ids: Record<string, string> = {}
    const item = (label: string, department: string, more = {}) => ({
      version: 'year',
      label,
      kind: 'opex',
      department,
      currency: 'GBP',
      amounts: { '2026-03': '1000', '2026-04': '1000' },
      ...more,
    })
    const budget = (by = ada) => run(plan.budget, { version: 'year' }, by)
    const held = async (label: string) => {
      const {
        use: _,
        unrated: _u,
        sources: _s,
        commitments: _c,
        ...line
      } = (await budget()).lines.find((one: { label: string }) => one.label === label)
      return line
    }
    const change = async (label: string, more: object, by = ada) =>
      run(plan.saveItem, { ...(await held(label)), ...more }, by)
    const move = (amount: string, by = bo, period = '2026-03') =>
      run(plan.transfer, { from: ids.Agency, to: ids.Photos, period, amount, why: 'more pictures' }, by)

    beforeAll(async () => {
      await begun('year')
      await fill('year', { orders: '30', aov: '120', media: '500' })
      for (const [label, department] of [
        ['Agency', 'Marketing'],
        ['Photos', 'Brand'],
        ['Fair', 'Brand'],
      ] as const)
        ids[label] = (await run(plan.saveItem, item(label, department), bo)).id
      await run(plan.submit, { version: 'year' })
    }, 120_000)

    it('waits unchanged while it waits for approval', async () => {
      await expect(change('Agency', { vendor: 'Other' })).rejects.toThrow('waits for approval')
      await expect(move('1', cy)).rejects.toThrow('waits for approval')
      expect((await run(settings.read, {})).plans).toEqual({})
      await run(plan.approve, { version: 'year' }, cy)
      // From now on figures are compared with it, by the name people gave it.
      expect((await run(settings.read, {})).plans).toEqual({ year: 'year' })
      at('2026-06-21T10:00:00Z')
    })

    it('is changed by a lead who says why, and by no contributor', async () => {
      await expect(change('Agency', { vendor: 'Other', why: 'x' }, bo)).rejects.toMatchObject({
        message: 'year is approved: from now on a lead or above changes its budget, and says why.',
        next: expect.stringContaining('move money between lines'),
      })
      expect((await budget(bo)).shut.message).toContain('a lead or above changes its budget')
      expect((await budget()).shut).toBeNull()
      await expect(change('Agency', { vendor: 'Other' })).rejects.toThrow('say why its budget changes')
      await expect(run(plan.removeItem, { id: ids.Fair }, bo)).rejects.toThrow('a lead or above')
      expect((await budget()).approved).toMatchObject({ byName: 'Cy', changes: [] })
    })

    it('shows each field that changed since, before and after, by whom and why', async () => {
      await change('Agency', {
        vendor: 'Other',
        kind: 'media',
        amounts: { '2026-03': '1000', '2026-04': '1250.50' },
        why: 'new agency',
      })
      await run(plan.saveItem, { ...item('Interns', 'Brand'), why: 'summer' })
      await run(plan.removeItem, { id: ids.Fair, why: 'called off' })
      await run(plan.saveRates, { version: 'year', rates: { EUR: '0.9' }, why: 'weaker pound' })
      const { approved } = await budget()
      expect(
        approved.changes.map((one: Record<string, unknown>) => [
          one.label,
          one.field,
          one.before,
          one.after,
          one.why,
          one.byName,
        ]),
      ).toEqual([
        ['Budget rates', '1 EUR', null, '0.9', 'weaker pound', 'Ada'],
        ['Fair', 'Name', 'Fair', null, 'called off', 'Ada'],
        ['Interns', 'Name', null, 'Interns', 'summer', 'Ada'],
        ['Agency', '2026-04', '1000', '1250.50', 'new agency', 'Ada'],
        ['Agency', 'Vendor', null, 'Other', 'new agency', 'Ada'],
        ['Agency', 'Kind', 'Running cost', 'Media', 'new agency', 'Ada'],
      ])
      // The grid's own marks are of its cells alone.
      expect((await run(plan.open, { version: 'year' })).changed).toEqual([])
      const rows = await room.rows('year')
      const head = String(rows.find(row => row.line === 'media')?.cells['2026-05']?.[0])
      await run(plan.edit, {
        version: 'year',
        edits: [set('media', '2026-05', '600', [head])],
        why: 'a fair',
      })
      const since = await run(plan.sinceApproval, { version: 'year' })
      expect(since).toMatchObject({
        byName: 'Cy',
        cells: [{ place: 'media (2026-05)', before: '500', after: '600', byName: 'Ada', why: 'a fair' }],
        more: 0,
      })
      expect(since.budget).toEqual(approved.changes)
      const history = await run(plan.itemHistory, { id: ids.Agency })
      expect(history.at(-1)).toMatchObject({ field: 'Name', before: null, after: 'Agency', byName: 'Bo' })
      // What is changed back is no change.
      await change('Agency', { vendor: '', kind: 'opex', amounts: item('', '').amounts, why: 'not so' })
      expect((await budget()).approved.changes.map((one: { label: string }) => one.label)).not.toContain(
        'Agency',
      )
    })

    it('takes transfers the rules of both departments consent to, and shows them', async () => {
      // Without a rule, only a lead moves money of an approved budget.
      await expect(move('10')).rejects.toThrow('needs a lead or above; you are contributor')
      const rules = [
        { department: 'Marketing', fromAmount: '500', role: 'lead', people: 1 },
        { department: 'Brand', fromAmount: '200', role: 'director', people: 1 },
        { department: 'Brand', fromAmount: '800', role: 'director', people: 2 },
      ]
      await run(plan.saveRules, { rules }, olga)
      await expect(move('250', ada)).rejects.toThrow('Moving 250 needs a director or above; you are lead')
      await expect(move('800', cy)).rejects.toThrow('needs 2 people to consent for Brand')
      await move('250', cy)
      const { approved } = await budget()
      expect(approved.changes.slice(0, 2)).toMatchObject([
        {
          label: 'Photos',
          field: '2026-03',
          before: '1000',
          after: '1250',
          why: 'Moved from Agency: more pictures',
        },
        {
          label: 'Agency',
          field: '2026-03',
          before: '1000',
          after: '750',
          why: 'Moved to Photos: more pictures',
        },
      ])
    })

    it('is locked against every write, each saying so; what is spent and promised is still recorded', async () => {
      await run(plan.approve, { version: 'year' }, cy)
      await run(plan.approve, { version: 'year' }, olga)
      expect((await budget()).approved).toMatchObject({ byName: 'Olga', changes: [] })
      await run(plan.attach, {
        subject: `item:${ids.Photos}`,
        file: new File(['%PDF-1.7 terms'], 'terms.pdf'),
      })
      const [file] = await run(plan.attachments, { subject: `item:${ids.Photos}` })
      const { sheet, version } = await run(plan.open, { version: 'year' })
      const proposal = {
        version: 'year',
        why: 'x',
        edits: [{ line: 'media', slice: [], period: '2026-07', value: '1' }],
      }
      const waiting = await run(plan.propose, proposal)
      const content = { title: 'Robot', currency: 'GBP', periods: [{ label: 'a', cost: '1', benefit: '2' }] }
      const approved = async (title: string) => {
        const { id } = await run(plan.saveCase, { content: { ...content, title } }, bo)
        await run(plan.submitCase, { id }, bo)
        await run(plan.approveCase, { id }, olga)
        return id
      }
      const [inside, outside] = [await approved('Robot'), await approved('Van')]
      await run(plan.attachCase, { id: inside, version: 'year' })
      await run(plan.approve, { version: 'year' }, cy)
      await run(plan.approve, { version: 'year' }, olga)
      await run(plan.lock, { version: 'year' }, cy)
      const line = await held('Photos')
      const writes: Record<string, [unknown, object]> = {
        edit: [plan.edit, { version: 'year', edits: [set('media', '2026-07', '1')], why: 'x' }],
        reshape: [plan.reshape, { version: 'year', sheet, revision: version.revision + 2 }],
        saveItem: [plan.saveItem, { ...line, why: 'x' }],
        'a new line': [plan.saveItem, { ...item('New', ''), why: 'x' }],
        removeItem: [plan.removeItem, { id: ids.Photos, why: 'x' }],
        transfer: [
          plan.transfer,
          { from: ids.Agency, to: ids.Photos, period: '2026-03', amount: '1', why: 'x' },
        ],
        saveRates: [plan.saveRates, { version: 'year', rates: {}, why: 'x' }],
        attachCase: [plan.attachCase, { id: outside, version: 'year' }],
        detachCase: [plan.detachCase, { id: inside, version: 'year', why: 'x' }],
        propose: [plan.propose, proposal],
        settle: [plan.settle, { id: waiting.id, take: true }],
        removeAttachment: [plan.removeAttachment, { id: file.id }],
        submit: [plan.submit, { version: 'year' }],
        approve: [plan.approve, { version: 'year' }],
        refuse: [plan.refuse, { version: 'year', comment: 'x' }],
        lock: [plan.lock, { version: 'year' }],
      }
      for (const [name, [operation, input]] of Object.entries(writes)) {
        const refusal = await run(operation, input, cy).then(
          () => null,
          error => error,
        )
        expect(refusal?.message, name).toMatch(/locked/)
        expect(refusal?.next, name).toBeTruthy()
      }
      await run(plan.recordSpent, {
        source: 'by hand',
        entries: [{ item: ids.Photos, day: '2026-06-01', amount: '5', currency: 'GBP' }],
      })
      await run(plan.saveCommitment, {
        item: ids.Photos,
        kind: 'contract',
        reference: 'C-2',
        amount: '10',
        currency: 'GBP',
        from: '2026-07-01',
        to: '2026-07-31',
      })
    })

    it('keeps the budget of closed periods', async () => {
      await run(plan.start, {
        id: 'later',
        name: 'later',
        kind: 'le',
        ...room.year,
        begin: { with: 'version', version: 'year', closedPeriods: 3 },
      })
      const later = { ...item('Fair', ''), version: 'later' }
      await expect(run(plan.saveItem, later)).rejects.toMatchObject({
        message: 'Fair cannot change in 2026-03: that period is closed.',
        next: expect.stringContaining('period by period'),
      })
      await run(plan.saveItem, { ...later, amounts: { '2026-04': '5' } })
    })
  },
  120_000,
)
