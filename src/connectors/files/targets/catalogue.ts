import { quote } from '../reading.ts'
import { addressHash, type Given, type Place, type Target } from '../target.ts'
import { code, flag, number, text, time, words } from './column.ts'

export const money = (given: Given, place: Place): string =>
  given.has('currency')
    ? `coalesce(nullif(upper(${given.get('currency')}), ''), ${quote(place.currency)})`
    : quote(place.currency)
export const empty = "''"
const none = 'NULL'
const same = (place: Place) => ({ store: quote(place.store), source: quote(place.source) })
export const dayOf = (given: Given, column: string, otherwise?: string) =>
  `CAST(${given.get(column, otherwise)} AS DATE)`
export const absent = (given: Given, column: string, what: string) =>
  [`${given.get(column)} = ''`, `there is no ${what}`] as const

/** A row below the others that adds them up would count everything twice. */
export const totals = (given: Given, column: string) =>
  [
    `regexp_matches(lower(${given.get(column)}), '^(grand |sub)?totals?:?$|^totale?:?$|^total g[eé]n[eé]ral$|^(gesamt)?summe:?$|^gesamt:?$|^totaal:?$')`,
    'a row of totals',
  ] as const

/** A host name as it is compared, however the file writes it: what domainOf does to a text. */
const bareDomain = (domain: string): string =>
  `regexp_replace(regexp_replace(lower(trim(${domain})), '^(.*@)?([a-z]+://)?(www[.])?', ''), '[/:?#].*$', '')`

export const customers: Target = {
  name: 'customers',
  label: 'Customers',
  about: 'People who buy. Sales need none of it; names and places make lists readable.',
  table: 'customers',
  columns: {
    customer_id: code(
      'Id as the sales name it',
      'customerid id customer customerno customernumber clientid userid kundennummer kundennr numeroclient cliente klantnummer masterid entityid',
    ),
    name: text('Full name', 'name fullname customername kundenname nom nombre nome naam'),
    first_name: text('First name', 'firstname givenname vorname prenom voornaam'),
    last_name: text(
      'Last name',
      'lastname surname familyname nachname nomdefamille apellido cognome achternaam',
    ),
    email: text(
      'E-mail address; only a hash of it is kept',
      'email emailaddress mail customeremail courriel correo',
    ),
    country: text('Country', words.country),
    city: text('City', 'city town stadt ort ville ciudad citta plaats defaultaddresscity'),
    tags: text('Tags', 'tags labels groups segment group customergroup'),
    accepts_marketing: flag(
      'Agreed to marketing',
      'acceptsmarketing acceptsemailmarketing marketing optin newsletter subscribed',
    ),
    created: time(
      'First seen',
      'created createdat createdon customersince registered registrationdate signupdate joined',
    ),
  },
  missing: has => (has('customer_id') || has('email') ? null : 'who it is: map `customer_id` (or `email`)'),
  repeats: () => 'last',
  derive(given, place) {
    const email = given.has('email') ? addressHash(given.get('email'), place.salt ?? '') : empty
    const parts = `trim(${given.get('first_name', empty)} || ' ' || ${given.get('last_name', empty)})`
    const id = given.has('customer_id') ? given.get('customer_id') : given.get('email')
    return {
      faults: [[`${id} = ''`, 'there is no customer id']],
      columns: {
        ...same(place),
        customer_id: id,
        name: given.has('name') ? `coalesce(nullif(${given.get('name')}, ''), ${parts})` : parts,
        email_hash: email,
        country: given.get('country', empty),
        city: given.get('city', empty),
        tags: given.get('tags', empty),
        accepts_marketing: given.get('accepts_marketing', none),
        created_day: dayOf(given, 'created', none),
      },
    }
  },
}

export const accounts: Target = {
  name: 'accounts',
  label: 'B2B accounts',
  about: 'Companies that buy, with terms and their account manager.',
  table: 'accounts',
  columns: {
    account_id: code(
      'Id as the sales name it',
      'accountid id account companyid company accountnumber debitorennummer',
    ),
    name: text('Name', 'name accountname companyname firma societe empresa azienda'),
    segment: text('Segment', 'segment industry tier class type'),
    owner: text('Account manager', 'owner accountmanager salesrep rep manager'),
    country: text('Country', words.country),
    payment_terms_days: number('Days to pay', 'paymentterms paymenttermsdays terms netdays zahlungsziel'),
    credit_limit: number('Credit limit', 'creditlimit kreditlimit'),
    currency: text('Currency of the limit', words.currency),
    created: time('First seen', 'created createdat createdon since'),
    domain: text('Domain of its addresses', 'domain website webdomain emaildomain'),
  },
  missing: has => (has('account_id') ? null : 'which account it is: map `account_id`'),
  repeats: () => 'last',
  derive: (given, place) => ({
    faults: [absent(given, 'account_id', 'account id')],
    columns: {
      ...same(place),
      account_id: given.get('account_id'),
      name: given.get('name', empty),
      segment: given.get('segment', empty),
      owner: given.get('owner', empty),
      country: given.get('country', empty),
      payment_terms_days: given.get('payment_terms_days', none),
      credit_limit: given.get('credit_limit', none),
      currency: money(given, place),
      created_day: dayOf(given, 'created', none),
      domain: given.has('domain') ? bareDomain(given.get('domain')) : none,
    },
  }),
}

/** Where a file tells days, a row without one is of none: not of today. */
const undated = (given: Given) =>
  given.has('day') ? [[`${given.get('day')} IS NULL`, 'there is no day'] as const] : []

export const receivables: Target = {
  name: 'receivables',
  label: 'Receivables',
  about:
    'What B2B accounts owe, as accounting knows it: a balance for each account, or its open invoices, which add up. Without a day, today’s.',
  table: 'receivable_days',
  columns: {
    day: time('Day the balances are of; today when absent', `${words.day} asof balancedate stichtag`),
    account_id: code(
      'Id as the sales name it',
      'accountid account companyid company accountnumber customernumber customerno debitor debitorennummer',
    ),
    owed: number(
      'Open amount, tax included',
      'owed open openamount openbalance outstanding balance balancedue amountdue due receivable offen offenerbetrag saldo',
    ),
    currency: text('Currency of the amount', words.currency),
  },
  missing: has =>
    has('account_id') && has('owed') ? null : 'who owes how much: map `account_id` and `owed`',
  repeats: () => 'sum',
  derive: (given, place) => ({
    faults: [
      absent(given, 'account_id', 'account id'),
      [`${given.get('owed')} IS NULL`, 'there is no amount'],
      ...undated(given),
    ],
    columns: {
      ...same(place),
      day: dayOf(given, 'day', `DATE ${quote(place.today)}`),
      account_id: given.get('account_id'),
      owed: given.get('owed'),
      currency: money(given, place),
    },
  }),
}

export const products: Target = {
  name: 'products',
  label: 'Products',
  about: 'One row per variant or SKU, named as the sales name it.',
  table: 'products',
  columns: {
    sku: code('Code as the sales name it', `${words.sku} id offerid`),
    parent_id: code(
      'Product the variant belongs to',
      'parentid parent parentsku handle productgroup productmodelid groupid itemgroupid',
    ),
    title: text(
      'Title',
      'title name productname producttitle description bezeichnung designation descripcion descrizione',
    ),
    category: text(
      'Category',
      'category categories productcategory producttype type kategorie categorie categoria department productsubcategoryid categoryname productcategoryname productline productfamily itemcategory produktkategorie warengruppe produktgruppe kategoria kategori famille familia',
    ),
    brand: text('Brand', 'brand manufacturer marke marque marca merk brandname productbrand hersteller'),
    vendor: text('Supplier', words.vendor),
    status: text('Status', 'status state published visibility'),
    price: number(
      'List price now',
      'price listprice regularprice variantprice rrp msrp preis prix precio prezzo prijs',
    ),
    currency: text('Currency of the price', words.currency),
  },
  missing: has => (has('sku') ? null : 'which product it is: map `sku`'),
  repeats: () => 'last',
  derive: (given, place) => ({
    faults: [absent(given, 'sku', 'product code'), totals(given, 'sku')],
    columns: {
      ...same(place),
      product_id: given.get('sku'),
      parent_id: given.get('parent_id', empty),
      title: ofProduct(given, 'title'),
      category: ofProduct(given, 'category'),
      brand: ofProduct(given, 'brand'),
      vendor: ofProduct(given, 'vendor'),
      status: ofProduct(given, 'status'),
      price: given.get('price', none),
      currency: money(given, place),
      from_sales: none,
    },
  }),
}

/** Exports often say what the product is on its first variant only. */
const ofProduct = (given: Given, column: string): string => {
  const own = given.get(column, empty)
  if (!given.has('parent_id') || !given.has(column)) return own
  const parent = given.get('parent_id')
  return `CASE WHEN ${own} = '' AND ${parent} <> '' THEN max(${own}) OVER (PARTITION BY ${parent}) ELSE ${own} END`
}

export const productCosts: Target = {
  name: 'product_costs',
  label: 'Product costs',
  about: 'What a unit costs, landed, from a day on.',
  table: 'product_costs',
  columns: {
    sku: code('Code as the sales name it', words.sku),
    from: time('From which day', 'from fromday startdate validfrom effectivefrom date day'),
    unit_cost: number(
      'Cost of one unit, landed',
      'unitcost cost costperitem standardcost landedcost costprice ek einkaufspreis',
    ),
    currency: text('Currency of the cost', words.currency),
  },
  missing: has => (has('sku') && has('unit_cost') ? null : 'product and cost: map `sku` and `unit_cost`'),
  repeats: () => 'last',
  derive: (given, place) => ({
    faults: [
      absent(given, 'sku', 'product code'),
      totals(given, 'sku'),
      [`${given.get('unit_cost')} IS NULL`, 'there is no cost'],
    ],
    columns: {
      ...same(place),
      product_id: given.get('sku'),
      // A cost without a first day was always so.
      from_day: `coalesce(${dayOf(given, 'from', none)}, DATE '1970-01-01')`,
      unit_cost: given.get('unit_cost'),
      currency: money(given, place),
    },
  }),
}

export const stock: Target = {
  name: 'stock',
  label: 'Stock levels',
  about: 'Units on hand at the end of a day; without a day, today’s. Rows of one product and place add up.',
  table: 'stock_days',
  columns: {
    day: time(
      'Day; today when absent',
      `${words.day} snapshotdate snapshotday snapshot asof asofdate stockdate countdate countedat inventorydate stichtag bestandsdatum`,
    ),
    sku: code('Code as the sales name it', `${words.sku} id offerid`),
    location: code(
      'Warehouse or shop',
      'location locationid warehouse store storecode lager entrepot almacen magazzino magazijn locationname',
    ),
    on_hand: number(
      'Units on hand',
      'onhand quantity qty stock inventory stockonhand bestand lagerbestand stocklevel inventoryquantity variantinventoryqty menge',
    ),
    available: number('On hand less committed', 'available availablequantity verfugbar disponible'),
    incoming: number('Ordered and on the way', 'incoming onorder ontheway intransit'),
    unit_cost: number('Cost of one unit', 'unitcost cost costperitem'),
    currency: text('Currency of the cost', words.currency),
  },
  missing: has => (has('sku') && has('on_hand') ? null : 'product and units: map `sku` and `on_hand`'),
  repeats: () => 'sum',
  kept: ['unit_cost'],
  derive: (given, place) => ({
    faults: [
      absent(given, 'sku', 'product code'),
      totals(given, 'sku'),
      [`${given.get('on_hand')} IS NULL`, 'there is no quantity'],
      ...undated(given),
    ],
    columns: {
      ...same(place),
      day: dayOf(given, 'day', `DATE ${quote(place.today)}`),
      location: given.get('location', empty),
      product_id: given.get('sku'),
      on_hand: given.get('on_hand'),
      available: given.get('available', none),
      incoming: given.get('incoming', none),
      unit_cost: given.get('unit_cost', none),
      currency: money(given, place),
    },
  }),
}
