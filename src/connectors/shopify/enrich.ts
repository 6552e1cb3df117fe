import { byIds, type Page, paged } from './by-id.ts'
import { priced } from './costs.ts'
import * as documents from './documents.ts'
import type { OrderRecord, Refund } from './order-record.ts'
import type { ReturnRecord } from './returns.ts'
import type { About, Session } from './session.ts'

type RefundAnswer = Omit<Refund, documents.RefundPart> & Record<documents.RefundPart, Page<unknown>>

/**
 * Completes orders with what an export cannot hold, since it stands in lists: refunds with all their lines, and returns;
 * and with the cost of each line at the time of its sale.
 * `fresh`: they were read before, so what of them is no longer there is told.
 * @returns remarks for the reader.
 */
export async function completed(
  session: Session,
  shop: About,
  orders: readonly OrderRecord[],
  fresh: boolean,
): Promise<string[]> {
  await withRefunds(session, shop, orders)
  await withReturns(session, shop, orders)
  if (fresh && shop.scopes.has('read_returns'))
    // A return that was called off leaves none.
    for (const order of orders) if (order.returnStatus === 'NO_RETURN') order.returns = []
  return priced(session, shop, orders)
}

async function withRefunds(
  session: Session,
  { scopes }: About,
  orders: readonly OrderRecord[],
): Promise<void> {
  const ids = orders.flatMap(order => order.refunds.map(one => one.id))
  const found = new Map<string, Refund>()
  const query = documents.refundsById(scopes)
  for (const answer of await byIds<RefundAnswer>(session, 'refunds', query, ids, 20)) {
    const lists: Partial<Record<documents.RefundPart, unknown[]>> = {}
    for (const part of documents.partsOfRefund) lists[part] = await whole(session, answer, part)
    found.set(answer.id, { ...answer, ...lists } as Refund)
  }
  for (const order of orders) order.refunds = order.refunds.flatMap(one => found.get(one.id) ?? [])
}

/** All of one of a refund's lists; what does not fit into the first answer comes in pages. */
async function whole(session: Session, answer: RefundAnswer, part: documents.RefundPart): Promise<unknown[]> {
  const { nodes, pageInfo } = answer[part]
  if (!pageInfo.hasNextPage) return nodes
  const all: unknown[] = []
  const query = documents.refundPage(part)
  type Rest = { refund: Record<documents.RefundPart, Page<unknown>> | null }
  for await (const page of paged(session, query, { id: answer.id }, data => (data as Rest).refund?.[part]))
    all.push(...page)
  return all
}

type ReturnLine = ReturnRecord['returnLineItems']['nodes'][number]
type ReturnAnswer = Omit<ReturnRecord, 'returnLineItems'> & { returnLineItems: Page<ReturnLine> }
interface ReturnsAnswer {
  id: string
  returns: Page<ReturnAnswer>
}

async function withReturns(
  session: Session,
  { scopes }: About,
  orders: readonly OrderRecord[],
): Promise<void> {
  if (!scopes.has('read_returns')) return
  const those = new Map(
    orders.filter(one => one.returnStatus && one.returnStatus !== 'NO_RETURN').map(one => [one.id, one]),
  )
  for (const { id, returns } of await byIds<ReturnsAnswer>(
    session,
    'returns',
    documents.returnsById,
    [...those.keys()],
    16,
  )) {
    const order = those.get(id)
    if (order) order.returns = await allReturns(session, id, returns)
  }
}

/** All of an order's returns with all their lines; what does not fit into the first answer comes in pages. */
async function allReturns(
  session: Session,
  order: string,
  { nodes, pageInfo }: Page<ReturnAnswer>,
): Promise<ReturnRecord[]> {
  const all = pageInfo.hasNextPage ? [] : nodes
  type Returns = { node: { returns?: Page<ReturnAnswer> } | null }
  type Lines = { node: { returnLineItems?: Page<ReturnLine> } | null }
  if (pageInfo.hasNextPage)
    for await (const some of paged(
      session,
      documents.returnsPage,
      { id: order },
      data => (data as Returns).node?.returns,
    ))
      all.push(...some)
  for (const { id, returnLineItems: lines } of all) {
    const { hasNextPage, endCursor } = lines.pageInfo
    if (!hasNextPage) continue
    for await (const some of paged(
      session,
      documents.returnLinesPage,
      { id },
      data => (data as Lines).node?.returnLineItems,
      endCursor,
    ))
      lines.nodes.push(...some)
  }
  return all
}
