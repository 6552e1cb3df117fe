/** Bulk exports of Shopify as `shopify-export-make.ts` made them. */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Place } from '#connectors/connector.ts'
import { hasher, placeOf } from '#sync/place.ts'

export interface ShopifyExport {
  /** A file for each half year, newest first, as they are asked for. */
  paths: readonly string[]
  place: Place
}

/** The exports in `folder` as they were made before, null where they were not. */
export function madeExport(folder: string, count: number): ShopifyExport | null {
  const about = join(folder, `shopify-${count}`, 'about.json')
  if (!existsSync(about)) return null
  const { home, facts, paths } = JSON.parse(readFileSync(about, 'utf8'))
  const place = placeOf({ home, shops: {}, stores: [home], privacy: false, hash: hasher('salt'), facts })
  return { paths, place }
}
