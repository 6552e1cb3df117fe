import type { TableName } from '#kernel/canonical.ts'

/** What a connector may touch of the world. Everything that waits or asks goes through it. */
export interface Reach {
  fetch: typeof fetch
  /** ms since 1970, UTC. */
  now(): number
  /** Rejects when the turn is stopped. */
  sleep(ms: number): Promise<void>
  /** Aborted when the turn is stopped: paused, disconnected, or the house closes. */
  signal: AbortSignal
  /** Folder for what is too large for memory; absent: it stays there. */
  work?: string
  /** ms until an answer must be whole, and between two parts of a file; a minute when absent. */
  patience?: number
  /** Hosts of addresses the owner allowed besides the vendor's own, such as that of a base URL given by hand. */
  allowed: ReadonlySet<string>
}

/** One thing a person gives to connect: drawn as a field of the form, given as `--credential name=value`. */
export interface Field {
  name: string
  label: string
  /** Where it is found at the vendor. */
  about: string
  /** Kept encrypted, shown to nobody again. */
  secret?: true
  optional?: true
}

/** What was given, by field name. `base_url` is there where the owner gave another address than the vendor's own. */
export type Credentials = Readonly<Record<string, string>>

/** A shop, website or property that trades on its own and becomes a store here. */
export interface Shop {
  /** The vendor's own key of it; the store's handle unless another is chosen. Small letters, digits, `-` and `_`. */
  key: string
  name: string
  currency: string
  timezone: string
  kind: 'b2c' | 'b2b' | 'both'
  /** Hosts its pages are on: analytics tells shops apart by them. */
  hosts: readonly string[]
}

/** What a connection learns before it is saved. */
export interface Checked {
  /** Name of the account at the vendor, as its people know it. */
  account: string
  /** Shops this connection brings; empty for systems that have none of their own. */
  shops: readonly Shop[]
  /** What works only in part and what that costs, in words: scopes that were not granted, editions without a feature. */
  limits: readonly string[]
  /** JSON that `map` needs and that hardly ever changes. */
  facts: Readonly<Record<string, unknown>>
}

/** A store as mapping sees it. */
export interface PlaceStore {
  store: string
  currency: string
  timezone: string
  hosts: readonly string[]
}

/** Where the rows of a connection belong. */
export interface Place {
  /** The connection's own store; where it has several shops, that of the first. */
  home: PlaceStore
  /** Store of one of the connection's shops by the vendor's key, or of any shop by its host; `home` where neither is known. */
  storeOf(keyOrHost: string): PlaceStore
  /** Nothing personal is kept: names are '' (addresses come hashed already). */
  privacy: boolean
  /** Salted hash of an e-mail address (case and blanks do not matter); '' for none. The same in every connection. */
  hash(email: string | null | undefined): string
  facts: Checked['facts']
}

/**
 * A canonical row as mapping gives it: columns by name, decimals and days as text. Columns left out are '' or NULL;
 * `source` is filled in by the engine. Where a column is a hash (`line_key`) its text is given and hashed by the engine.
 */
export type CanonicalRow = Record<string, string | number | boolean | null>

/** What one record means. */
export interface Mapped {
  rows: { [table in TableName]?: CanonicalRow[] }
  /**
   * Rows that are gone at the source: each names some columns of the table's key, `store` among them; every row that
   * agrees is removed. A record that restates an order whole gives its sales lines in `rows` and the order here is not needed:
   * see `Stream.restates`.
   */
  gone?: { [table in TableName]?: CanonicalRow[] }
}

/** One turn of a stream: what is to be read. */
export interface Turn {
  /** ms UTC by the vendor's clock: what changed at or after `from` and before `to`. */
  from: number
  to: number
  /** What the stream gave last as `cursor`; null at the first turn. Only streams of kind `token` need it. */
  cursor: string | null
  /** History: being read for the first time, as against fresh changes. */
  history: boolean
}

/** Some records, to be stored together with the cursor that follows them. */
export interface Batch<R> {
  records: R[]
  /** For streams of kind `token`: where the next turn goes on once these are stored. */
  cursor?: string
  /**
   * For history that is given newest first: ms UTC from which on, to the end of the turn, all is given with this batch. What is
   * older is left where the turn breaks off.
   */
  back?: number
  /** How many records the turn will give in all, once it is known. */
  total?: number
  /** What a reader of the numbers should know: sampled, thresholded, a row the vendor could not give. */
  remarks?: string[]
  /**
   * Why nothing of the stream can be read, in words: a right that is missing, a list the vendor does not have. Comes alone,
   * and is no empty answer: what is stored stays as it is.
   */
  unread?: string
}

/**
 * A stream is a generator plus a few facts.
 *
 * - window: reads what changed in a window; its history goes in slices, newest first.
 * - snapshot: reads everything each time (`from` is 0).
 * - token: the vendor says where to go on; `cursor` is its word.
 */
export interface Stream<S, R> {
  name: string
  /** What people call it: orders, stock. */
  label: string
  kind: 'window' | 'snapshot' | 'token'
  /** Tables it fills. */
  tables: readonly TableName[]
  /** How often a turn is due, ms. */
  every: number
  /** window: how far before its bookmark a turn begins again, ms. */
  overlap?: number
  /** window: how far behind the vendor's clock a turn ends, because the vendor is not sure of the latest yet, ms. */
  settle?: number
  /** window: length of a slice of history, ms; absent: all of it at once. */
  slice?: number
  /** Sales lines in a record restate its order whole: stored lines of that order that are not among them are gone. */
  restates?: true
  /** window: raised when its records hold more than they did; history of before is then read again by itself. 1 when absent. */
  edition?: number
  /** snapshot: rows of this connection that the snapshot no longer has are gone. */
  whole?: true
  /** snapshot: of what windows read too, to find what is gone: waits until the history of the others is stored. */
  late?: true
  /** Names of JSON members that hold personal data; in privacy mode they are hashed (addresses) or emptied before anything is kept. */
  personal?: readonly string[]
  /**
   * Values the mapping tells apart, by path of the member (`lines[].kind`; `rows(kind)` is the column of a table whose
   * `fields` name it): another one is reported.
   */
  vocabulary?: Readonly<Record<string, readonly string[]>>
  /** Records hold the members alone that were asked for by name: one that is seen for the first time is rare, not new. */
  asked?: true
  /** Reads at the vendor. Records are plain JSON, complete enough for `map` alone; memory stays flat. */
  read(session: S, turn: Turn): AsyncGenerator<Batch<R>>
  /** Pure: what a record means. @throws Failure or any error: the record goes to the list of those not understood. */
  map(record: R, place: Place): Mapped
}

/** What a vendor's own counting says of one store and day, in decimal text by metric name. */
export interface SourceTotal {
  /** Vendor's key of the shop. */
  shop: string
  day: string
  values: Readonly<Record<string, string>>
}

/** One of a vendor's limits: as the vendor told it last, or as it is counted here where the vendor tells nothing. */
export interface Quota {
  /** What is limited and in what time: calls a day. */
  name: string
  used: number
  limit: number
}

/** A webhook as it came. Header names are lower case. */
export interface HookRequest {
  method: string
  url: string
  headers: Readonly<Record<string, string>>
  body: Uint8Array
}

/** What a webhook means. */
export interface HookAnswer {
  status: number
  headers?: Readonly<Record<string, string>>
  body?: string
  /** Unique per delivery: the same again is answered and otherwise ignored. */
  id?: string
  /** Streams whose next turn is due at once. */
  hurry?: readonly string[]
  /** A secret the vendor handed over, to be kept with the credentials under this name. */
  keep?: Readonly<Record<string, string>>
}

export interface Hooks<S> {
  /** Verifies and reads one. Pure but for hashing: wrong signatures are answered 401, too old ones 400. */
  receive(request: HookRequest, credentials: Credentials, now: number): HookAnswer
  /** Makes the subscriptions that are missing, with this public address; safe to call at every start. */
  subscribe(session: S, address: string): Promise<void>
}

/** Something people want done in a task system. `key` makes it idempotent: the same key again changes nothing twice. */
export type Act =
  | {
      do: 'create'
      key: string
      project: string
      section?: string
      title: string
      notes?: string
      due?: string | null
      assignee?: string | null
    }
  | {
      do: 'change'
      key: string
      task: string
      title?: string
      notes?: string
      due?: string | null
      done?: boolean
      section?: string
      assignee?: string | null
    }
  | { do: 'comment'; key: string; task: string; text: string }
  | { do: 'measure'; key: string; goal: string; value: string }

/** A system as the house knows it. `S` is what a connector keeps while it works: its HTTP layer, token, base address. */
export interface Connector<S = unknown> {
  vendor: 'shopify' | 'magento' | 'ga4' | 'hubspot' | 'marketo' | 'asana' | 'trello'
  /** Shown name. */
  name: string
  /** One sentence: what connecting it brings. */
  about: string
  fields: readonly Field[]
  /** What to click at the vendor, step by step, with the scopes to grant. */
  guide: readonly string[]
  /** Makes a session; asks nothing yet. @throws Failure('invalid') naming a field that is missing or malformed. */
  open(credentials: Credentials, reach: Reach): S
  /** The vendor's clock, ms UTC, by a cheap request that also proves the credentials. Windows are cut by it, so a skewed clock of ours loses nothing. */
  clock(session: S): Promise<number>
  /** Everything to be known before the connection is saved. @throws Failure that says which field is wrong or which right is missing. */
  check(session: S): Promise<Checked>
  streams: readonly Stream<S, unknown>[]
  /** Rows belong to the shop whose host they name: a shop that is connected later takes its own. */
  byHost?: true
  hooks?: Hooks<S>
  /** The source's own totals, day by day, to be reconciled with. Days are the shop's. */
  totals?(session: S, range: { from: string; to: string }): AsyncGenerator<SourceTotal>
  /** What of the vendor's limits is used, as known after the last answer; empty where nothing is known or limited. */
  quotas?(session: S): readonly Quota[]
  /** Does one act and gives the id of what it made or changed. */
  act?(session: S, act: Act): Promise<{ id: string; url: string }>
}
