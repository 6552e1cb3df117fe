import { invalid } from '#kernel/error.ts'
import { dayAt } from '#kernel/zone.ts'
import { crmTruth } from './company/crm-truth.ts'
import { mailingTruth } from './company/mailing-truth.ts'
import { accountsOf } from './company/people.ts'
import { returnTruth } from './company/return-truth.ts'
import { supplyTruth } from './company/supply.ts'
import { stockTruth } from './company/trade-stock.ts'
import { accountTruth, quoteTruth, shipmentTruth, tradeTruth } from './company/trade-truth.ts'
import { spendTruth, trafficTruth } from './company/traffic-truth.ts'
import { type TruthRange, truth } from './company/truth.ts'
import { moveTruth, workTruth } from './company/work-truth.ts'
import type { World } from './world.ts'

/** What is known of the company, part by part, each from its own books and by no connector's mapping. */
const parts = {
  /** By store, day and country: sales, and the shop's own sessions. */
  trade: ({ company, now }: World, range: TruthRange) => [
    ...truth(company, now(), range),
    ...tradeTruth(company, now(), range),
  ],
  /** What analytics reports, by host, day, country, channel and device. */
  traffic: ({ company, now }: World, range: TruthRange) => [...trafficTruth(company, now(), range)],
  spend: ({ company, now }: World, range: TruthRange) => [...spendTruth(company, now(), range)],
  b2b: ({ company, now }: World) => ({
    accounts: accountTruth(company, now()),
    quotes: [...quoteTruth(company, now())],
    stock: stockTruth(company, now()),
    shipments: shipmentTruth(company, now()),
  }),
  /** What customers asked to send back, by store, day and reason. */
  returns: ({ company, now }: World) => returnTruth(company, now()),
  suppliers: ({ company, now }: World, range: TruthRange) => supplyTruth(company, dayAt('UTC', now()), range),
  /** Leads by stage, deals by state, mailings and campaigns, as each of the two marketing systems knows them. */
  hubspot: ({ company, now }: World) => [...crmTruth(company, now())],
  marketo: ({ company, now }: World) => [...mailingTruth(company, now())],
  /** Tasks and cards by platform, project, section and state, and the days they were done on. */
  work: ({ company, now }: World) => workTruth(company, now()),
  /** Their moves by platform, project and day, and how long work on them took. */
  moves: ({ company, now }: World) => moveTruth(company, now()),
} satisfies Record<string, (world: World, range: TruthRange) => unknown>

/** What is true at the instant; all parts where none is named. @throws Failure('invalid') naming those there are. */
export function truthOf(
  world: World,
  range: TruthRange,
  wanted?: readonly string[],
): Record<string, unknown> {
  const strange = wanted?.find(name => !(name in parts))
  if (strange) throw invalid(`Of ${strange} nothing is known.`, `Ask for ${Object.keys(parts).join(', ')}.`)
  const { company } = world
  const { seed, start, until, facts } = company
  return {
    now: new Date(world.now()).toISOString(),
    company: { seed, start, until, accounts: accountsOf(company).length },
    facts,
    ...Object.fromEntries(
      Object.entries(parts)
        .filter(([name]) => !wanted || wanted.includes(name))
        .map(([name, make]) => [name, make(world, range)]),
    ),
  }
}
