/** Money: exact amounts in the one currency of the institution, and percentages. */
import { didYouMean } from './closest.js'
import { type Cursor, quote } from './cursor.js'
import { type Reader, word } from './values.js'

/** The currency that amounts are in. */
export interface Currency {
  /** ISO 4217; null: none is set, so no amount can be written. */
  readonly code: string | null
  /** False where a currency is written and wrong: amounts are not blamed for that. */
  readonly readable: boolean
}

/** More decimals than any currency has are a slip where the currency is not known. */
const MOST_DECIMALS = 4

/** An ISO 4217 code. */
export function currencyCode(at: Cursor): string | null {
  const code = word(at)
  const codes = Intl.supportedValuesOf('currency')
  if (code === null || codes.includes(code)) return code
  return at.fail(`${quote(code)} is not an ISO 4217 currency code such as GBP or EUR${didYouMean(code, codes)}`)
}

/**
 * An amount above zero, in the currency's smallest unit. It is taken from the text as written, so that no digit is lost
 * on the way through a floating-point number.
 */
export function moneyOf({ code, readable }: Currency): Reader<number> {
  return (at) => {
    if (code === null && readable) {
      return at.fail(`${at.name} is money, and no currency is set: add \`currency\` here or in rocket.yaml`)
    }
    const decimals = code === null ? MOST_DECIMALS : decimalsOf(code)
    const written = at.shape.kind === 'scalar' ? at.shape.source : ''
    const [, units = '', fraction = ''] = /^([0-9]{1,9})(?:\.([0-9]+))?$/.exec(written) ?? []
    const minor = Number(units + fraction.padEnd(decimals, '0'))
    if (units !== '' && fraction.length <= decimals && minor > 0) return minor
    return at.fail(`${at.name} must be an amount above 0 ${form(code, decimals)}, not ${at.found}`)
  }
}

/** How many decimals the currency has: 2 for GBP, none for JPY, 3 for KWD. */
function decimalsOf(code: string): number {
  const { maximumFractionDigits } = new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions()
  return maximumFractionDigits ?? 2
}

function form(code: string | null, decimals: number): string {
  const currency = code === null ? '' : ` (${code})`
  if (decimals === 0) return `without decimals${currency}, such as 500`
  return `with at most ${decimals} decimals${currency}, such as ${(5).toFixed(decimals)}`
}

/** A percentage, whole or with decimals. */
export function percent(at: Cursor): number | null {
  const value = at.shape.kind === 'scalar' ? at.shape.value : null
  if (typeof value === 'number' && value > 0 && value <= 100) return value
  return at.fail(`${at.name} must be a number above 0 and up to 100, such as 10 or 12.5, not ${at.found}`)
}
