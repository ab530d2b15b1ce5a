/** Pairing with one Moodle: a one-time code becomes a shared secret, which can be rotated. */

import { recordAdministration } from '../actions/administer.js'
import { PairedWithAnother, pair, rotate } from '../actions/token.js'
import type { Context } from '../context.js'
import type { Pairing } from '../home.js'
import { Problem } from './problem.js'
import type { Answer, Call, Route } from './route.js'
import { ledgerKeysSchema, record, text } from './schema.js'

const line = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength })
const secretSchema = record({
  kid: { ...text, description: 'Key id: the kid in the header of every token.' },
  secret: { ...text, description: 'The HMAC key, as this very text.' },
  source: { ...text, description: 'This LMS’s name on the ledger: the iss of every token.' },
  ledger_keys: ledgerKeysSchema,
})

export const pairingRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/api/pair',
    summary: 'Exchanges the one-time pairing code for the shared secret.',
    access: 'open',
    body: {
      type: 'object',
      required: ['code'],
      properties: {
        code: line(64),
        wwwroot: { ...line(255), description: 'The address of the Moodle site.' },
        site_hash: { ...line(128), description: 'A hash of Moodle’s site identifier.' },
      },
    },
    answer: { status: 200, schema: secretSchema },
    handle: postPair,
  },
  {
    method: 'post',
    path: '/api/pair/rotate',
    summary: 'A new secret; the one that signed this call is honoured for another day.',
    access: 'any',
    answer: { status: 200, schema: secretSchema },
    handle: postRotate,
  },
]

async function postPair({ context, body }: Call): Promise<Answer> {
  const { code, wwwroot, site_hash } = body as { code: string; wwwroot?: string; site_hash?: string }
  const { stores, committer, rules, now } = context
  const { source } = rules.current().settings
  const request = { wwwroot: wwwroot ?? null, siteHash: site_hash ?? null }
  // In one piece: a code that is right, but for another site, is not used up.
  const pairing = await committer.run(() => {
    const taken = stores.tokens.takePairingCode(code.trim(), now())
    return taken && pairOrRefuse(() => pair(taken.replaces ? null : context.secrets().pairing, source, request, now()))
  })
  if (!pairing) {
    throw new Problem(
      'unauthorized',
      'This pairing code is not valid: it is wrong, used, tried too often, or older than ten minutes. Run `scripts/rocket pair` for a new one.',
    )
  }
  return keep(context, pairing, 'paired')
}

function pairOrRefuse(work: () => Pairing): Pairing {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof PairedWithAnother)) throw error
    throw new Problem(
      'paired_with_another',
      'This sidecar is paired with another Moodle site. One sidecar serves one site: to change that, run `scripts/rocket pair --replace` and use its code.',
    )
  }
}

async function postRotate({ context, principal }: Call): Promise<Answer> {
  const { pairing } = context.secrets()
  const signer = pairing?.secrets.find(({ kid }) => kid === principal.signedBy)
  if (!pairing || !signer) throw new Problem('forbidden', 'Only the paired Moodle can rotate its secret.')
  // A newer one than the one that signed never reached Moodle, or it would have signed with it.
  return keep(context, rotate({ ...pairing, secrets: [signer] }, context.now()), 'secret rotated')
}

/**
 * Secrets first, then the entry: a crash between the two leaves a pairing that works and a ledger that says less. Where
 * the entry cannot be written, the caller hears so, and the pairing stays as it was.
 */
async function keep(context: Context, pairing: Pairing, reason: string): Promise<Answer> {
  const { stores, committer, rules, now } = context
  const before = context.secrets()
  context.saveSecrets({ ...before, pairing })
  const newest = pairing.secrets.at(-1)!
  const detail = { kid: newest.kid, wwwroot: pairing.wwwroot }
  try {
    await committer.run(() =>
      recordAdministration(stores.ledger, rules.current(), { actor: 'bridge', reason, detail, now: now() }),
    )
  } catch (error) {
    context.saveSecrets(before)
    throw error
  }
  const { kid, secret } = newest
  return { json: { kid, secret, source: pairing.source, ledger_keys: context.notary.keys.vkeys() } }
}
