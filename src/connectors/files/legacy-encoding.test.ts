import { describe, expect, it } from 'vitest'
import { legacyEncoding } from './legacy-encoding.ts'

/** Bytes by encoding, as its decoder reads them: what no encoder of the platform writes. */
const encoder = (encoding: string) => {
  const decoder = new TextDecoder(encoding)
  const codes = new Map<string, number[]>()
  for (let lead = 0x80; lead <= 0xff; lead++) {
    const single = decoder.decode(Uint8Array.of(lead))
    if (single.length === 1 && single !== '\uFFFD') codes.set(single, [lead])
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      const pair = decoder.decode(Uint8Array.of(lead, trail))
      if ([...pair].length === 1 && pair !== '\uFFFD' && !codes.has(pair)) codes.set(pair, [lead, trail])
    }
  }
  return (text: string) =>
    Uint8Array.from(
      [...text].flatMap(letter => (letter < '\u0080' ? letter.charCodeAt(0) : (codes.get(letter) ?? []))),
    )
}

const table = (head: string, ...cells: string[]) =>
  [head, ...cells.map((cell, i) => `${1000 + i},2026-03-0${i + 1},${cell},${i + 1},12.50`)].join('\r\n')

describe('text that is no UTF-8 is read in its own encoding', () => {
  it.each([
    ['shift_jis', table('注文番号,注文日,商品名,数量,単価', 'マグカップ', '湯呑み(青)', 'ボールペン')],
    ['shift_jis', table('受注番号,受注日,商品名ｶﾅ,個数,単価', 'ﾏｸﾞｶｯﾌﾟ', 'ﾎﾞｰﾙﾍﾟﾝ', '東京ﾗﾝﾌﾟ')],
    ['euc-jp', table('注文番号,注文日,商品名,数量,単価', 'マグカップ', '湯のみ', 'ボールペン')],
    ['gb18030', table('订单编号,下单时间,宝贝标题,数量,单价', '马克杯', '钢笔(蓝色)', '台灯')],
    ['big5', table('訂單編號,訂購日期,商品名稱,數量,單價', '馬克杯', '原子筆', '檯燈')],
    ['euc-kr', table('주문번호,주문일자,상품명,수량,단가', '머그컵', '볼펜', '램프')],
    ['windows-1251', table('Номер заказа,Дата,Товар,Количество,Цена', 'Кружка', 'Ручка', 'Лампа')],
    ['windows-1250', table('Nr zamówienia,Data,Produkt,Ilość,Cena', 'Długopis żółty', 'Kubek', 'Łyżka')],
    ['iso-8859-2', table('Nr zamówienia,Data,Produkt,Ilość,Cena', 'Długopis wąski', 'Wąska świeca', 'Łyżka')],
    ['windows-1252', table('Bestellnr,Datum,Artikel,Menge,Preis', 'Füllfederhalter', 'Größe M', 'Maß 5 m³')],
    ['windows-1252', table('N° commande,Date,Désignation,Qté,Prix', 'Théière', 'Pâtes à crêpes', 'Bœuf')],
    [
      'windows-1252',
      table('Order,Date,Item,Qty,Price', 'Men’s shirt', 'Women’s shoes', 'Kid’s hat', 'Dog’s bone'),
    ],
    ['windows-1252', table('Order,Date,Item,Qty,Price', '“Big” mug – blue', 'Café £5', '€ 20 voucher')],
    ['windows-1252', '1,Größe–M €,2'],
    ['windows-1252', 'London,£5'],
    ['windows-1252', table('Pedido,Data,Descrição,Qtd,Preço', 'Relação', 'Edição', 'Óculos')],
  ])('%s', (encoding, text) => {
    const bytes = encoder(encoding)(text)
    expect(new TextDecoder(encoding).decode(bytes)).toBe(text)
    expect(legacyEncoding(bytes)).toBe(encoding)
  })
})
