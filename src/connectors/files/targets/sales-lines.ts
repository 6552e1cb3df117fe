import { duckdbTypes } from '#kernel/duckdb-types.ts'
import { amountSql } from '../cell.ts'
import { quote } from '../reading.ts'
import { type Derived, type Given, hash, type Place, type Target } from '../target.ts'
import { productColumns } from './named-products.ts'

const kinds = [
  'sale',
  'reversal',
  'shipping',
  'tax',
  'duty',
  'fee',
  'adjustment',
  'gift_card',
  'tip',
] as const

/** What a line says of itself. */
const own: Target['columns'] = {
  order_id: {
    about: 'Order or invoice number; without it, a customer’s day is an order',
    kind: 'code',
    names: `orderid ordernumber orderno ordernr order ordername invoice invoiceno invoicenumber invoiceid
        salesorderid salesordernumber salesorder verkaufsbeleg belegfeld1 beleg belegnr transactionid transaction transactionno receipt
        receiptno receiptid documentno documentnumber purchaseid basketid bestellnummer bestellnr bestellid auftragsnummer auftragsnr
        rechnungsnummer rechnungsnr bestellung belegnummer commande numerocommande facture numerofacture pedido
        numeropedido factura ordine numeroordine fattura ordernummer bestelnummer auftrag nrzamowienia numerzamowienia zamowienie numerodopedido ordrenummer 注文番号 订单号 订单编号 受注番号 訂單編號 주문번호 docno docnumber fakturanummer fakturanr faktura billingdocument rechnung invoicenum incrementid saleid orderreference bonnummer`,
  },
  line_id: {
    about: 'Number of the line; with it a changed line replaces the earlier one',
    kind: 'code',
    names: `lineid lineitemid orderlineid orderlineno lineno linenumber orderitemid itemid
        salesorderdetailid rowid positionsnummer posnr detailid`,
  },
  at: {
    about: 'When it was sold',
    kind: 'time',
    names: `at orderdate orderdatetime ordertime invoicedate invoicedatetime datetime timestamp createdat
        createdon created createddate purchasedate purchasedat processedat solddate soldat saledate
        salesdate transactiondate transactiondt transactiontime orderdt orderpurchasetimestamp eventtime dateofsale bestelldatum rechnungsdatum
        auftragsdatum datecommande datedecommande fechapedido fechafactura dataordine besteldatum
        orderdatum datazamowienia datadopedido datapedido ordredato ts 注文日 注文日時 下单时间 受注日 受注日時 购买时间 订单创建时间 订单付款时间 訂購日期 주문일자 주문일 fakturadatum billingdate paidat orderplaced bookedat postingdate buchungsdatum belegdatum`,
  },
  date: {
    about: 'Day it was sold, where the time stands in a column of its own',
    kind: 'time',
    names: 'date day datum fecha data jour tag orderday salesday',
  },
  time: {
    about: 'Time of day beside `date`',
    kind: 'text',
    names: 'time timeofday hour uhrzeit heure hora ora tijd ordertimeofday',
  },
  sku: {
    about: 'Product code',
    kind: 'code',
    names: `sku productid productcode product stockcode customlabel itemcode itemnumber itemno item articleno
        articlenumber article variantsku lineitemsku productsku partnumber productnumber productkey ean
        upc barcode asin inventoryitemcode material artikelnummer artikel artikelnr produktnummer reference codearticle referencia
        codigo codice codicearticolo articulo artikelcode materialnumber produkt produto varenummer 商品番号 商品编码 商品コード 商品管理番号 品番 货号 商家编码 商品編號 상품코드 refproduit`,
  },
  title: {
    about: 'What was sold, in words',
    kind: 'text',
    names: `title description productname producttitle itemname itemdescription productdescription
        lineitemname name materialkurztext kurztext bezeichnung artikelbezeichnung produktname beschreibung designation libelle
        nomproduit descripcion producto descrizione prodotto omschrijving item product artikel article 商品名 品名 宝贝标题 商品名称 商品标题 商品名稱 상품명`,
    // The product line is a kind of products, a line item is one.
    strangers: '=line =group =family',
  },
  quantity: {
    about: 'Units; negative for goods taken back; 1 when absent',
    kind: 'number',
    names: `quantity qty units quantityordered qtyordered orderqty orderquantity lineitemquantity unitssold
        itemssold numberofitems pieces pcs cds menge anzahl stuck stueck quantite qte cantidad unidades
        quantita aantal quantidade qtd ilosc antal 数量 個数 件数 宝贝总数量 购买数量 수량 salesquantity count`,
  },
  unit_price: {
    about: 'Price of one unit before discounts and tax',
    kind: 'number',
    names: `unitprice price itemprice itemcost priceeach lineitemprice sellingprice soldfor saleprice salesprice
        unitcostprice preis einzelpreis stuckpreis stueckpreis prix prixunitaire pu precio
        preciounitario prezzo prezzounitario prijs stukprijs preco precounitario valorunitario cena cenajednostkowa pris 単価 单价 商品単価 販売価格 單價 단가`,
  },
  amount: {
    about: 'Money of the whole line before discounts and tax; used in place of price × quantity',
    kind: 'number',
    names: `amount linetotal lineamount sales salesamount totalprice total subtotal revenue grosssales
        gross value turnover totalamount totalsales dollarvalue extendedprice bruttowert warenwert netamount ordertotal
        ordervalue umsatz nettowert nettobetrag betrag summe gesamt gesamtpreis montant chiffredaffaires ca importe ventas
        importo totale vendite bedrag omzet totaal netto valor valortotal wartosc kwota summa belopp beløb 合計 金額 金额 小計 小计 商品金额 금액 purchaseamount spend paymentvalue`,
  },
  discount: {
    about: 'Discount of the line, either sign',
    kind: 'number',
    names: `discount discounts discountamount amountdiscounted linediscount lineitemdiscount rabatt nachlass remise
        reduction descuento sconto korting desconto rabat rabatt 割引 折扣 割引額 値引 値引額 クーポン 优惠 优惠金额 할인`,
  },
  shipping: {
    about: 'Shipping charged with the line',
    kind: 'number',
    names: `shipping shippingamount shippingprice freight shippingcost delivery postage versand
        versandkosten fraisdeport livraison envio gastosdeenvio spedizione verzendkosten frete wysyłka frakt fragt 送料 运费 送料合計 邮费 买家应付邮费 運費 배송비 shippingcharge
        freightvalue`,
  },
  tax: {
    about: 'Tax charged with the line',
    kind: 'number',
    names: `tax taxes taxamount vat vatamount salestax taxamt itemtax mwst mwstbetrag ust steuer steuerbetrag tva iva btw gst moms podatek imposto 消費税 impuestos 消費税額 消費税合計 税額 税额 부가세
        linetax taxtotal totaltax`,
  },
  cost: {
    about: 'What the units of the line cost you',
    kind: 'number',
    names: `cost cogs totalcost linecost productcost costofgoods kosten wareneinsatz coutdachat cout coste
        costo standardcostamount totalproductcost`,
  },
  unit_cost: {
    about: 'What one unit costs you',
    kind: 'number',
    names: `unitcost costperitem costprice purchaseprice einkaufspreis ek prixachat preciocosto inkoopprijs
        standardcost itemcost`,
  },
  customer_id: {
    about: 'Who bought',
    kind: 'code',
    names: `customerid customer customerno customernumber customerkey customercode clientid client userid
        user buyerid buyer memberid masterid shopperid householdid email customeremail kundennummer
        kunde kundennr kundenid numeroclient codeclient cliente idcliente codicecliente auftraggeber klantnummer
        klant customeruniqueid visitorid cardid 会員id 顧客id 顧客コード 注文者メールアドレス 买家会员名 买家昵称 会员名`,
  },
  account_id: {
    about: 'B2B account',
    kind: 'code',
    names: `accountid account companyid company companyname accountnumber debitor debitorennummer firma
        organisation organization`,
    // The account of the general ledger that a line of an invoice is booked on is nobody who buys.
    strangers: 'code gl nominal ledger income revenue sales bank',
  },
  country: {
    about: 'Country of sale',
    kind: 'text',
    names: `country countrycode shippingcountry billingcountry shipcountry salescountry market land pays
        pais paese nation territory countryregion`,
    strangers: 'desti',
  },
  channel: {
    about: 'Sales channel',
    kind: 'text',
    names: `channel saleschannel source storename shop marketplace platform kanal vertriebskanal
        verkaufskanal canal canale kanaal ordersource salesoutlet`,
  },
  discount_code: {
    about: 'Code or campaign of the discount',
    kind: 'text',
    names: `discountcode coupon couponcode promocode vouchercode voucher promotion promotioncode gutschein
        gutscheincode rabattcode codepromo cupon kortingscode`,
  },
  kind: {
    about: `One of ${kinds.join(', ')}; told by the signs when absent`,
    kind: 'text',
    names: 'kind linekind transactiontype linetype entrytype',
    only: kinds,
  },
  currency: {
    about: 'Currency of the money, ISO 4217; the shop’s when absent',
    kind: 'text',
    names:
      'currency currencycode isocurrency wahrg wahrung waehrung devise moneda divisa valuta ordercurrency',
  },
  returned_at: {
    about:
      'When it was taken back: what takes back is of that day, and a sale that has one was given back whole on it',
    kind: 'time',
    names: `returnedat refundedat refunddate returndate refundedon returnedon daterefunded datereturned dateofrefund
        dateofreturn refundtime returntime refundeddate returneddate erstattungsdatum erstattetam retourdatum retourendatum ruckgabedatum rueckgabedatum
        datederemboursement dateremboursement rembourseele dateretour datederetour fechareembolso fechadereembolso fechadevolucion
        fechadedevolucion datarimborso datareso terugbetaaldop datazwrotu returdatum 返金日 返金日時 返品日 退款时间 退货时间 환불일`,
    strangers: 'by due until limit deadline window expected requested',
  },
  ordered_at: {
    about: 'When the order was placed, for rows that take something back',
    kind: 'time',
    names: 'orderedat originalorderdate placedat orderplacedat',
  },
}

/**
 * Lines of sales as shops export them. What a mapping leaves out is derived: money from price × quantity,
 * the kind from the signs, the order from customer and day, the identity from the content.
 */
export const salesLines: Target = {
  name: 'sales_lines',
  label: 'Sales lines',
  about:
    'One row per item sold or taken back. Day and money are enough; the more columns, the more questions.',
  table: 'sales_lines',
  columns: { ...own, ...productColumns(own) },
  missing(has) {
    if (!has('at') && !has('date')) return 'when it was sold: map `at` (or `date`)'
    if (!has('amount') && !has('unit_price'))
      return 'the money: map `unit_price` (or `amount` for the whole line)'
    return null
  },
  repeats: has => (has('line_id') ? 'last' : 'number'),
  numbered: 'line_key',
  perLine: { amount: 'gross', discount: 'discounts', shipping: 'shipping', tax: 'taxes', cost: 'cost' },
  derive: deriveSales,
}

/** The moment a row is dated by, from one column or two. */
export const momentOf = (given: Given): string => {
  if (!given.has('at')) {
    const day = given.get('date')
    if (!given.has('time')) return day
    const text = given.get('time')
    const clock = `coalesce(TRY_CAST(${text} AS TIME), CAST(try_strptime(${text}, ['%H:%M', '%I:%M %p', '%I:%M:%S %p', '%H%M%S', '%H']) AS TIME))`
    return `(CAST(${day} AS DATE) + coalesce(${clock}, TIME '00:00:00'))`
  }
  return given.get('at')
}

function deriveSales(given: Given, place: Place): Derived {
  const currency = given.has('currency')
    ? `coalesce(nullif(upper(${given.get('currency')}), ''), ${quote(place.currency)})`
    : quote(place.currency)
  const byQuantity = given.has('unit_price') ? amountSql(given.get('unit_price'), 'm_quantity') : 'NULL'
  const money = given.has('amount')
    ? given.has('unit_price')
      ? `coalesce(${given.get('amount')}, ${byQuantity})`
      : given.get('amount')
    : byQuantity
  const one = given.has('amount') ? `CASE WHEN ${given.get('amount')} < 0 THEN -1 ELSE 1 END` : '1'
  const quantity = given.has('quantity') ? `coalesce(${given.get('quantity')}, ${one})` : one
  // Without an order number, a customer's day is an order; without a customer, every line is one.
  const content = `md5(concat_ws(chr(31), m_at, m_quantity, m_money, ${given.get('sku', "''")}, ${given.get('title', "''")}))`
  const alone = `'line-' || left(${content}, 16)`
  const money4 = 'gross + reversals + shipping + taxes + duties + fees + tips + gift_cards'
  const orderId = given.has('order_id')
    ? given.get('order_id')
    : given.has('customer_id')
      ? `CASE WHEN ${given.get('customer_id')} <> '' THEN ${given.get('customer_id')} || '-' || strftime(m_at, '%Y%m%d') ELSE ${alone} END`
      : alone
  const negative = 'm_money < 0'
  const told = `CASE WHEN ${negative} THEN 'reversal' WHEN m_money = 0 AND m_quantity <= 0 THEN 'adjustment' ELSE 'sale' END`
  const kind = given.has('kind') ? `coalesce(nullif(lower(${given.get('kind')}), ''), ${told})` : told
  const discount = given.has('discount') ? `coalesce(abs(${given.get('discount')}), 0)` : '0'
  const signed = (column: string) =>
    given.has(column)
      ? `coalesce(CASE WHEN m_kind = 'reversal' THEN -abs(${given.get(column)}) ELSE ${given.get(column)} END, 0)`
      : '0'
  // Where the signs alone tell, a price below zero says that money went back, and not whether goods did.
  const signsTell = given.has('kind')
    ? given.says('kind') === null && `coalesce(${given.get('kind')}, '') = ''`
    : given.has('quantity') && 'true'
  const units = signsTell
    ? `CASE WHEN m_kind = 'reversal' AND ${signsTell} THEN least(m_quantity, 0) ELSE m_quantity END`
    : 'm_quantity'
  // What no row can be costs nothing.
  const possible = given.has('kind') ? given.says('kind') : ['sale', 'reversal', 'adjustment']
  const only = (name: string) =>
    possible && !possible.includes(name) ? '0' : `CASE WHEN m_kind = ${quote(name)} THEN m_money ELSE 0 END`
  const cost = given.has('cost')
    ? `CASE WHEN m_quantity < 0 THEN -abs(${given.get('cost')}) ELSE ${given.get('cost')} END`
    : given.has('unit_cost')
      ? amountSql(given.get('unit_cost'), units)
      : 'NULL'
  const text = (column: string) => given.get(column, "''")
  // What is zero or empty is left out, so that a mapping that learns a column later keeps the identity of the rows.
  const known = (column: string) => given.has(column)
  const extra = [
    known('discount') && `'d' || nullif(discounts, 0)`,
    known('shipping') && `'s' || nullif(shipping, 0)`,
    known('tax') && `'t' || nullif(taxes, 0)`,
    known('account_id') && `'a' || nullif(account_id, '')`,
    known('channel') && `'c' || nullif(channel, '')`,
    known('discount_code') && `'v' || nullif(discount_code, '')`,
    known('ordered_at') && `'o' || nullif(ordered_day, day)`,
    known('currency') && `'m' || nullif(currency, ${quote(place.currency)})`,
  ].filter(part => part !== false)
  const contents = [
    'order_id',
    'kind',
    'epoch_us(happened_at)',
    // A row is known by what it says, whatever is made of it.
    signsTell && given.has('quantity')
      ? `CASE WHEN kind = 'reversal' AND quantity = 0 THEN TRY_CAST(f_quantity AS ${duckdbTypes.quantity}) ELSE quantity END`
      : 'quantity',
    money4,
    'product_id',
    'title',
    'customer_id',
    'country',
    ...extra,
  ]
  // What takes back is of the day it did; a sale that has such a day makes a row of its own for what went back.
  const dated = given.has('returned_at')
  const returned = dated ? given.get('returned_at') : ''
  const day = dated ? 'm_when' : 'm_at'
  const ordered = given.has('ordered_at') ? `coalesce(${given.get('ordered_at')}, m_at)` : 'm_at'
  const back: Derived['more'] = {
    where: `m_kind = 'sale' AND ${returned} IS NOT NULL`,
    columns: {
      kind: "'reversal'",
      happened_at: returned,
      day: `CAST(${returned} AS DATE)`,
      hour: `hour(${returned})`,
      quantity: '-m_quantity',
      gross: '0',
      discounts: '0',
      reversals: `-(m_money - ${discount})`,
      shipping: '0',
      taxes: given.has('tax') ? `-coalesce(${given.get('tax')}, 0)` : '0',
      cost: cost === 'NULL' ? cost : `-(${cost})`,
    },
    last: { line_key: given.has('line_id') ? hash("'back'", given.get('line_id')) : hash(...contents) },
  }
  return {
    steps: [
      { m_at: momentOf(given), m_quantity: quantity },
      { m_money: `TRY_CAST(${money} AS DECIMAL(18,4))` },
      { m_kind: kind },
      ...(dated
        ? [
            {
              m_when: `CASE WHEN m_kind IN ('reversal', 'adjustment') THEN coalesce(${returned}, m_at) ELSE m_at END`,
            },
          ]
        : []),
    ],
    ...(dated && { more: back }),
    last: { line_key: given.has('line_id') ? hash("'id'", given.get('line_id')) : hash(...contents) },
    faults: [
      ['m_at IS NULL', 'there is no date'],
      ['m_money IS NULL', 'there is no amount'],
      ...(given.has('order_id')
        ? [[`${given.get('order_id')} = ''`, 'there is no order number'] as const]
        : []),
      ...(given.has('kind') && given.says('kind') === null
        ? [
            [
              `m_kind NOT IN (${kinds.map(quote).join(', ')})`,
              `the kind is none of ${kinds.join(', ')}`,
            ] as const,
          ]
        : []),
      ['abs(m_quantity) >= 100000000000', 'the quantity is too large'],
      ...(given.has('currency')
        ? [[`length(${currency}) <> 3`, 'the currency is no three-letter code'] as const]
        : []),
    ],
    columns: {
      store: quote(place.store),
      order_id: orderId,
      kind: 'm_kind',
      happened_at: day,
      day: `CAST(${day} AS DATE)`,
      hour: `hour(${day})`,
      ordered_day: `CAST(${ordered} AS DATE)`,
      currency,
      quantity: units,
      gross: only('sale'),
      discounts: given.has('discount') ? `CASE WHEN m_kind = 'sale' THEN -${discount} ELSE 0 END` : '0',
      // Money taken back is what was paid: a discount on the row lowers it.
      reversals: `CASE WHEN m_kind IN ('reversal', 'adjustment') THEN m_money${given.has('discount') ? ` + ${discount}` : ''} ELSE 0 END`,
      shipping: `${only('shipping')} + ${signed('shipping')}`,
      taxes: `${only('tax')} + ${signed('tax')}`,
      duties: only('duty'),
      fees: only('fee'),
      tips: only('tip'),
      gift_cards: only('gift_card'),
      cost,
      product_id: text('sku'),
      title: text('title'),
      customer_id: text('customer_id'),
      account_id: text('account_id'),
      country: text('country'),
      channel: text('channel'),
      discount_code: text('discount_code'),
      source: quote(place.source),
    },
  }
}
