import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Batch, Mapped, Place, Stream, Turn } from '#connectors/connector.ts'
import { checkRoom } from '#warehouse/room.ts'
import type { Warehouse } from '#warehouse/warehouse.ts'
import type { Forget } from './forget.ts'
import { createIntake, type Fitted, fitted, type Stored } from './intake.ts'
import type { Packer } from './packer.ts'
import { scrubbed } from './place.ts'
import { writeRaw } from './raw.ts'
import { storable, storableValue } from './storable.ts'
import { workFolder } from './work.ts'

/** A record that mapping did not understand. */
export interface Unmapped {
  key: string
  reason: string
  record: unknown
}

/** How far a turn has come: the cursor of a token stream, or how far back history is given. */
export type Reached = Pick<Batch<unknown>, 'cursor' | 'back'>

export interface TurnParts {
  granary: Warehouse
  packer: Packer
  /** Data folder. */
  folder: string
  connection: string
  /** Stores whose rows the connection brings. */
  stores: readonly string[]
  place: Place
  /** Leaves out people whose data was erased; null while nobody is. */
  forget: Forget | null
  /** Keeps how far a turn has come, once what was read before it is stored. */
  saveReached(come: Reached): Promise<void>
  /** Keeps records that were not understood; called now and then with a few. */
  keepUnmapped(some: readonly Unmapped[]): Promise<void>
  /** Sees each record as it is kept; must not throw. */
  look?(record: unknown): void
  onProgress?(records: number, total: number | null): void
}

export interface TurnResult extends Stored {
  records: number
  total: number | null
  unmapped: number
  remarks: string[]
  /** Why nothing could be read: what is stored stays as it is. */
  unread?: string
}

/**
 * A place to go on from is kept once so many records, or so much time, lie behind the last: each costs a delivery, and
 * what lies between is read again only after the process was killed.
 */
const mark = { records: 25_000, ms: 10_000 }

/** Remarks kept of one turn; a thousand say no more than the first. */
const mostRemarks = 20

/**
 * One turn of a stream: what `batches` gives is kept raw, mapped and stored. What was stored stays when it fails later on;
 * the bookmark is the caller's to move, after this has ended well.
 * @throws what reading throws, and Failure when the granary or the disk refuses.
 */
export async function takeTurn<S>(
  parts: TurnParts,
  stream: Stream<S, unknown>,
  id: string,
  batches: AsyncIterable<Batch<unknown>>,
  { keepRaw = true }: { keepRaw?: boolean } = {},
): Promise<TurnResult> {
  const { connection, place } = parts
  await checkRoom(parts.folder)
  let pieces = 0
  const writer = () => {
    const name = pieces === 0 ? id : `${id}-${String(pieces).padStart(4, '0')}`
    pieces += 1
    return keepRaw ? writeRaw(parts.folder, connection, stream.name, name) : null
  }
  let raw = writer()
  const intake = createIntake({
    granary: parts.granary,
    packer: parts.packer,
    folder: join(workFolder(parts.folder), `${process.pid}-${id}`),
    source: connection,
    turn: id,
    restates: stream.restates ?? false,
    whole: stream.whole ? stream.tables : null,
    stores: parts.stores,
  })
  const result: Pick<TurnResult, 'records' | 'total' | 'unmapped' | 'unread'> = {
    records: 0,
    total: null,
    unmapped: 0,
  }
  const remarks = new Set<string>()
  let strange: Unmapped[] = []
  const settle = async () => {
    if (strange.length > 0) await parts.keepUnmapped(strange)
    strange = []
  }
  let come: Reached | null = null
  let marked = { records: 0, at: performance.now() }
  const reached = async () => {
    await intake.flush()
    await settle()
    if (come) {
      // What lies behind it is never given again: its records have their name before it has moved.
      await raw?.keep()
      raw = writer()
      await parts.saveReached(come)
    }
    come = null
    marked = { records: result.records, at: performance.now() }
  }
  try {
    for await (const batch of batches) {
      result.total = batch.total ?? result.total
      if (batch.unread !== undefined) result.unread = storable(batch.unread)
      for (const remark of batch.remarks ?? []) if (remarks.size < mostRemarks) remarks.add(storable(remark))
      for (const given of batch.records) {
        let record = place.privacy ? scrubbed(given, stream.personal ?? [], place.hash) : given
        parts.look?.(record)
        let mapped: Mapped | null = null
        let ready: Fitted | null = null
        let wrong: unknown
        try {
          mapped = stream.map(record, place)
        } catch (error) {
          wrong = error
        }
        if (parts.forget) [record, mapped] = parts.forget.record(record, mapped, stream.personal ?? [])
        await raw?.write(record)
        result.records += 1
        try {
          ready = mapped && fitted(mapped, connection)
        } catch (error) {
          wrong = error
        }
        // Whatever goes wrong from here on is the disk's or the granary's doing, and ends the turn.
        if (ready) await intake.add(ready)
        else {
          result.unmapped += 1
          strange.push(unmappedOf(record, wrong))
          if (strange.length >= 100) await settle()
        }
      }
      parts.onProgress?.(result.records, result.total)
      if ((batch.cursor ?? batch.back) === undefined || stream.whole) continue
      come = batch
      if (result.records - marked.records >= mark.records || performance.now() - marked.at >= mark.ms)
        await reached()
    }
    if (come) await reached()
    // What nobody may see is not gone.
    if (result.unread === undefined) await intake.end()
    await settle()
    await raw?.keep()
    return { ...result, ...intake.stored, remarks: [...remarks] }
  } catch (error) {
    // A vendor who fails later on takes nothing back of what he gave.
    if (come) await reached().catch(() => undefined)
    await raw?.drop()
    throw error
  } finally {
    await intake.close()
  }
}

const unmappedOf = (record: unknown, error: unknown): Unmapped => ({
  key: createHash('sha256')
    .update(JSON.stringify(record) ?? 'null')
    .digest('hex')
    .slice(0, 32),
  reason: storable(error instanceof Error ? error.message : String(error)),
  record: storableValue(record),
})

/** The batches of a turn as the vendor gives them. */
export const reading = <S>(
  stream: Stream<S, unknown>,
  session: S,
  turn: Turn,
): AsyncIterable<Batch<unknown>> => stream.read(session, turn)
