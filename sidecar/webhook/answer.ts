/** What a partner may say in the body of a 2xx. */

export interface Answer {
  /** Shown to the learner: a voucher's number, say. */
  readonly code?: string
  /** Nothing is left to hand over: the token is used up. */
  readonly consumed?: boolean
}

/** More of a body than this is not read. Bytes. */
export const MOST_BYTES = 65_536

/** One line, without characters that cannot be seen or that turn the direction of writing. */
const CODE = /^(?=.*\S)[^\p{C}\p{Zl}\p{Zp}]{1,255}$/u

/**
 * Reads the body of a 2xx. A 2xx is a yes whatever its body holds: what cannot be used is left out, and named.
 * @param body null where it was longer than is read.
 * @returns `note`: what was ignored, without any of its text; null where nothing was.
 */
export function readAnswer(body: Uint8Array | null): { readonly answer: Answer; readonly note: string | null } {
  if (body === null) return ignored(`it is longer than ${MOST_BYTES} bytes`)
  if (body.length === 0) return { answer: {}, note: null }
  const value = parse(body)
  if (value === undefined) return ignored('it is not JSON')
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return ignored('it is not a JSON object')
  const { code, consumed, ...others }: Readonly<Record<string, unknown>> = { ...value }
  const goodCode = typeof code === 'string' && CODE.test(code)
  const notes = [
    code === undefined || goodCode ? null : 'code, which must be a text of 1 to 255 printable characters',
    consumed === undefined || typeof consumed === 'boolean' ? null : 'consumed, which must be true or false',
    Object.keys(others).length === 0 ? null : 'keys other than code and consumed',
  ].filter((note) => note !== null)
  return {
    answer: { ...(goodCode ? { code } : {}), ...(typeof consumed === 'boolean' ? { consumed } : {}) },
    note: notes.length === 0 ? null : `Ignored in the partner's answer: ${notes.join('; ')}.`,
  }
}

const ignored = (why: string) => ({ answer: {}, note: `The partner's answer was ignored: ${why}.` })

/** @returns undefined where it is not JSON in UTF-8. */
function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}
