/** Is it there, is it well, what does it speak. */
import { API, MIN_BRIDGE, VERSION } from '../version.js'
import { Problem } from './problem.js'
import { awaited, resendSchema } from './restore.js'
import type { Answer, Call, Route } from './route.js'
import { integer, ledgerKeysSchema, list, record, text, time } from './schema.js'

/** What this version can do beyond what every version can; the bridge asks before it uses one. */
const FEATURES: readonly string[] = [
  'events',
  'points',
  'decisions',
  'rewards',
  'redemptions',
  'deliveries',
  'notices',
  'simulate',
  'awards',
  'privacy',
  'ledger',
  'checkpoints',
  'receipts',
]

const status = (name: string): Route['answer'] => ({
  status: 200,
  schema: record({ status: { type: 'string', const: name } }),
})

export const systemRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/api/handshake',
    summary: 'Versions and features; the first call after pairing.',
    access: 'any',
    answer: {
      status: 200,
      schema: record({
        version: text,
        api: integer,
        min_bridge: text,
        features: list(text),
        ledger_keys: ledgerKeysSchema,
        source: text,
        rules: { ...integer, description: 'How many rules are in force.' },
        time: { ...time, description: 'The clock here, to tell the skew.' },
        resend: resendSchema,
      }),
    },
    handle: getHandshake,
  },
  {
    method: 'get',
    path: '/health',
    summary: 'The process answers.',
    access: 'open',
    answer: status('ok'),
    handle: () => ({ json: { status: 'ok' } }),
  },
  {
    method: 'get',
    path: '/ready',
    summary: 'The database answers, a configuration is in force, and the ledger can be signed.',
    access: 'open',
    answer: status('ready'),
    handle: getReady,
  },
]

function getHandshake(call: Call): Answer {
  const { context } = call
  const { settings, rules } = context.rules.current()
  const clock = new Date(context.now()).toISOString()
  const json = {
    version: VERSION,
    api: API,
    min_bridge: MIN_BRIDGE,
    features: FEATURES,
    ledger_keys: context.notary.keys.vkeys(),
  }
  return { json: { ...json, source: settings.source, rules: rules.length, time: clock, resend: awaited(call) } }
}

function getReady({ context }: Call): Answer {
  try {
    context.rules.current()
    // Before anything was signed there is nothing to miss.
    context.notary.newest()
    return { json: { status: 'ready' } }
  } catch (error) {
    context.log.error({ err: error }, 'not ready')
    throw new Problem('unavailable', 'Not ready: run `scripts/rocket doctor` on the machine for the reason.')
  }
}
