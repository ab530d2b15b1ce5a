/** One byte sequence for one JSON value (RFC 8785): what is hashed, so that layout and key order never change a hash. */

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined }

/**
 * The value as RFC 8785 JSON: no spaces, keys in UTF-16 order, numbers as ECMAScript writes them. Keys whose value is
 * `undefined` are left out.
 * @throws RangeError for what JSON cannot hold: NaN, infinities, half of a surrogate pair.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`${value} is not a JSON number`)
  if (typeof value === 'string' && /\p{Surrogate}/u.test(value))
    throw new RangeError('half of a surrogate pair is not JSON')
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = Object.keys(value)
    .sort()
    .flatMap((key) => {
      const member = value[key]
      return member === undefined ? [] : [`${canonicalJson(key)}:${canonicalJson(member)}`]
    })
  return `{${members.join(',')}}`
}

/** `Array.isArray` does not narrow a readonly array out of a union. */
const isList = (value: object): value is readonly JsonValue[] => Array.isArray(value)
