import type { TargetColumn } from '../target.ts'

type Kind = TargetColumn['kind']
const column =
  (kind: Kind) =>
  (about: string, names: string): TargetColumn => ({ about, kind, names })

export const code = column('code')
export const text = column('text')
export const number = column('number')
export const time = column('time')
export const flag = column('flag')

/** Header words that many tables share. */
export const words = {
  day: 'day date datum fecha data jour tag giorno dia reportdate week month period',
  sku: 'sku variantsku productid productcode product stockcode itemcode itemnumber itemno item articleno articlenumber article partnumber productnumber productkey variantid artikelnummer artikelnr artikel codearticle reference referencia codigo codice artikelcode materialnumber asin',
  currency: 'currency currencycode wahrung waehrung devise moneda divisa valuta accountcurrency',
  country: 'country countrycode land pays pais paese countryregion defaultaddresscountrycode',
  campaign:
    'campaign campaignname sessioncampaign kampagne kampagnenname campagne nomdelacampagne campana nombredelacampana campagna nomecampagna campagnenaam',
  channel:
    'channel saleschannel defaultchannelgroup sessiondefaultchannelgroup sessiondefaultchannelgrouping channelgroup medium sourcemedium sessionsourcemedium kanal canal canale',
  account:
    'account accountno accountnumber accountcode glaccount glaccountno nominal nominalcode konto kontonummer sachkonto compte cuenta conto rekening',
  department: 'department dept departmentcode abteilung bereich departement departamento reparto afdeling',
  costCentre:
    'costcentre costcenter costcentrecode costcentercode kostenstelle centredecout centrodecoste kostenplaats',
  vendor:
    'vendor vendorname supplier suppliername vendorid supplierid lieferant fournisseur proveedor fornitore leverancier',
}
