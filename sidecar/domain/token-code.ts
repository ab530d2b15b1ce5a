/**
 * One-time tokens as people type them: 120 bits in Crockford's base32, in groups of four, with his check symbol (the value
 * modulo 37), so that a slip of the finger is known for what it is. https://www.crockford.com/base32.html
 */

export const TOKEN_BYTES = 15
const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CHECKS = `${SYMBOLS}*~$=U`
const LENGTH = 24

/** What a person typed or scanned: the token's 24 symbols, or that it cannot be one. */
export type ReadToken = { readonly token: string } | { readonly fault: 'mistyped' | 'no_token' }

/** The 24 symbols of a token. @param bytes 15 random bytes. */
export function tokenFrom(bytes: Uint8Array): string {
  if (bytes.length !== TOKEN_BYTES) throw new RangeError(`a token is made of ${TOKEN_BYTES} bytes`)
  let value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  let token = ''
  for (let i = 0; i < LENGTH; i++) {
    token = SYMBOLS[Number(value % 32n)] + token
    value /= 32n
  }
  return token
}

/** `ABCD-EFGH-…-J`: groups of four, and the check symbol. */
export function groupedToken(token: string): string {
  return `${token.match(/.{4}/g)?.join('-')}-${checkSymbol(token)}`
}

/** What a QR code holds: no check symbol, since the code has error correction of its own. */
export const qrText = (token: string): string => `ROCKET:${token}`

/** The value modulo 37, symbol by symbol. */
function checkSymbol(token: string): string {
  const rest = [...token].reduce((sum, symbol) => (sum * 32 + SYMBOLS.indexOf(symbol)) % 37, 0)
  return CHECKS[rest]!
}

/**
 * Reads a token as it was typed (capitals or not, with or without hyphens and spaces, O for 0, I and L for 1) or scanned
 * (`ROCKET:…`, or an address that ends in `#` and the token).
 */
export function readToken(written: string): ReadToken {
  const scanned = /(?:^rocket:|#)([0-9a-z]{24})$/i.exec(written.trim())?.[1]
  const symbols = (scanned ?? written).toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  const token = symbols.slice(0, LENGTH)
  if (symbols.length !== LENGTH + (scanned ? 0 : 1)) return { fault: symbols.length > 15 ? 'mistyped' : 'no_token' }
  if ([...token].some((symbol) => !SYMBOLS.includes(symbol))) return { fault: 'mistyped' }
  if (!scanned && symbols.at(-1) !== checkSymbol(token)) return { fault: 'mistyped' }
  return { token }
}
