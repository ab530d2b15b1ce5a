/** The partners of rewards.yaml: who is told of redemptions, and who may consume tokens. */
import { type Partner, PERSONAL_FIELDS } from '../domain/reward.js'
import { type Cursor, quote } from './cursor.js'
import { type Fields, fieldsOf } from './fields.js'
import type { Ids } from './ids.js'
import { listOf, oneOf, type Reader, truth, wordLike } from './values.js'

/** Words of `delivery`, and of the ledger, that no partner can be called. */
const TAKEN = ['in_app', 'codes', 'moodle', 'counter']
const KEYS = ['id', 'url', 'secret_env', 'allow_private', 'personal']

export function partnerOf(ids: Ids): Reader<Partner> {
  return (at) => {
    const fields = fieldsOf(at, 'a partner', KEYS)
    if (!fields) {
      ids.incomplete()
      return null
    }
    const id = ids.claim(fields)
    if (id !== null && TAKEN.includes(id)) {
      fields
        .key('id')
        .fail(`a partner cannot be called ${quote(id)}, which is a word of Rocket’s own; choose another id`)
    }
    const allowPrivate = fields.read('allow_private', truth) ?? false
    const url = fields.read('url', (value) => readUrl(value, allowPrivate))
    const secretEnv = fields.read('secret_env', secretName)
    checkPair(fields)
    const personal = fields.read('personal', listOf(oneOf(PERSONAL_FIELDS), { empty: 'allowed' })) ?? []
    // A wrong address is reported already: nobody is told that this partner has none.
    if (id === null || (url === null && fields.has('url'))) return null
    return { id, url, secretEnv, allowPrivate, personal: [...new Set(personal)] }
  }
}

const secretName = wordLike(
  /^[A-Z][A-Z0-9_]{0,127}$/,
  'the name of an environment variable such as SHOP_SECRET, in capitals (the secret itself never stands in a file)',
)

function checkPair(fields: Fields): void {
  const url = fields.has('url')
  if (url === fields.has('secret_env')) return
  if (url) fields.key('url').fail('`url` needs `secret_env` beside it: every message to a partner is signed')
  else fields.key('secret_env').fail('`secret_env` signs what is sent to `url`, and this partner has no `url`; add it')
}

/** Where messages go: https, or plain http to this very machine, for trying things out. */
function readUrl(at: Cursor, allowPrivate: boolean): string | null {
  const written = at.shape.kind === 'scalar' ? at.shape.source : ''
  const url = /^https?:\/\//i.test(written) && URL.canParse(written) ? new URL(written) : null
  if (url === null) return at.fail(`${at.name} must be an address such as https://shop.example/rocket, not ${at.found}`)
  if (url.username !== '' || url.password !== '') {
    return at.fail(`${at.name} must not hold a name or a password: what is sent is signed with the secret instead`)
  }
  if (url.href.includes('#')) return at.fail(`${at.name} must not hold a fragment (#…): no server ever sees it`)
  if (url.protocol === 'https:' || (allowPrivate && isLoopback(url.hostname))) return url.href
  const exception = 'plain http is for this machine only (127.0.0.1, ::1 or localhost), with `allow_private: true`'
  return at.fail(`${at.name} must begin with https://; ${exception}`)
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(?:\.[0-9]{1,3}){3}$/.test(host)
