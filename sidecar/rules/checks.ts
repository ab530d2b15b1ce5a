/** What rocket.yaml says of checks, of the review of what they find, and of a second opinion on it. */
import { CHECK_IDS, CHECKS, type CheckId, type CheckPolicy } from '../domain/check.js'
import type { SecondOpinion, Settings } from '../domain/configuration.js'
import { type Cursor, quote } from './cursor.js'
import { fieldsOf } from './fields.js'
import { duration, oneOf, type Reader, whole, word, wordLike } from './values.js'

const policies = (policy: (id: CheckId) => CheckPolicy) =>
  Object.fromEntries(CHECK_IDS.map((id) => [id, policy(id)])) as Settings['checks']

export const DEFAULT_CHECKS = policies((id) => ({ state: CHECKS[id].state, at: CHECKS[id].at }))

/** A check that is not named does what it does by itself. */
export const readChecks: Reader<Settings['checks']> = (at) => {
  const fields = fieldsOf(at, 'checks', CHECK_IDS)
  return fields && policies((id) => fields.read(id, policyOf(id)) ?? DEFAULT_CHECKS[id])
}

const state = oneOf(['on', 'shadow', 'off'])

/** A state alone, `burst: on`, or with a threshold, `burst: { state: on, at: 40 }`. */
const policyOf = (id: CheckId): Reader<CheckPolicy> => {
  const { least, most } = CHECKS[id]
  const { state: usual, at: threshold } = DEFAULT_CHECKS[id]
  return (at) => {
    if (at.shape.kind === 'scalar') return { state: state(at) ?? usual, at: threshold }
    const fields = fieldsOf(at, `the check ${quote(id)}`, ['state', 'at'])
    return (
      fields && {
        state: fields.read('state', state) ?? usual,
        at: fields.read('at', whole(least, most)) ?? threshold,
      }
    )
  }
}

export const DEFAULT_REVIEW: Settings['review'] = { releaseAfter: 14 * 86_400_000 }

export const readReview: Reader<Settings['review']> = (at) => {
  const fields = fieldsOf(at, 'review', ['release_after'])
  return fields && { releaseAfter: fields.read('release_after', duration) ?? DEFAULT_REVIEW.releaseAfter }
}

export const readSecondOpinion: Reader<SecondOpinion> = (at) => {
  const fields = fieldsOf(at, 'second_opinion', ['url', 'model', 'key_env'])
  if (!fields) return null
  const url = fields.need('url', address)
  const model = fields.need('model', word)
  const keyEnv = fields.read('key_env', keyName)
  return url === null || model === null ? null : { url, model, keyEnv }
}

/** Plain http too: a model of the institution's own stands on this machine, or in its own network. */
function address(at: Cursor): string | null {
  const written = at.shape.kind === 'scalar' ? at.shape.source : ''
  const url = /^https?:\/\//i.test(written) && URL.canParse(written) ? new URL(written) : null
  if (url === null) return at.fail(`${at.name} must be an address such as http://127.0.0.1:11434/v1, not ${at.found}`)
  if (url.username !== '' || url.password !== '') {
    return at.fail(`${at.name} must not hold a name or a password: a key stands in the environment, named by key_env`)
  }
  if (url.search !== '' || url.hash !== '') {
    return at.fail(`${at.name} must end with the path, such as /v1: nothing with ? or # can follow`)
  }
  return url.href.replace(/\/+$/, '')
}

const keyName = wordLike(
  /^[A-Z][A-Z0-9_]{0,127}$/,
  'the name of an environment variable such as OPINION_KEY, in capitals (the key itself never stands in a file)',
)
