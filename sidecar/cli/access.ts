/** `pair` and `token`: who may call. */

import { recordAdministration } from '../actions/administer.js'
import { issueToken, offerPairingCode, type Scope } from '../actions/token.js'
import type { CompiledRules } from '../domain/compile.js'
import { parseDuration } from '../domain/duration.js'
import { runningServer } from '../home.js'
import { closest } from '../rules/closest.js'
import {
  actor,
  type Command,
  DONE,
  type Invocation,
  inForce,
  PROBLEM,
  requiredOption,
  textOption,
  UsageError,
  withContext,
} from './command.js'

export const pair: Command = {
  name: 'pair',
  usage: '[--replace]',
  summary: 'a one-time code (10 minutes, 5 tries) for the plugin’s settings page in Moodle',
  options: { replace: { type: 'boolean' } },
  run: (invocation) =>
    withContext(invocation.config, ({ stores, now, config, secrets }) => {
      const code = stores.writer.write(() => offerPairingCode(stores, invocation.options.replace === true, now()))
      const server = runningServer(config.home)
      const paired = secrets().pairing
      const lines = [
        `Address:       ${server?.url ?? `http://${config.host}:${config.port} (the server is not running: start it first)`}`,
        `Pairing code:  ${code}`,
        'Put both into Site administration → Plugins → Local plugins → Rocket, within ten minutes.',
      ]
      if (paired?.wwwroot && invocation.options.replace !== true) {
        lines.push(
          `Paired now with ${paired.wwwroot}. For another site, run \`scripts/rocket pair --replace\` instead.`,
        )
      }
      invocation.print({ url: server?.url ?? null, code }, lines.join('\n'))
      return DONE
    }),
}

export const token: Command = {
  name: 'token',
  usage: '--scope S [--user ID] [--partner ID] [--ttl 90d] [--name N]',
  summary: 'a revocable token for a BI tool, the nightly pull, a partner, or support',
  options: {
    scope: { type: 'string' },
    user: { type: 'string' },
    partner: { type: 'string' },
    ttl: { type: 'string' },
    name: { type: 'string' },
  },
  run: (invocation) => {
    const { options } = invocation
    const scopes = requiredOption(invocation, 'scope', 'reports').split(/[ ,]+/).map(asScope)
    const ttl = parseDuration(String(options.ttl ?? '90d'))
    if (ttl === null) throw new UsageError(`--ttl ${options.ttl} is no duration: write 12h, 90d or 4w`)
    const userId = textOption(invocation, 'user') ?? null
    if (scopes.includes('learner') && userId === null) throw new UsageError('a learner token needs --user ID')
    const partner = textOption(invocation, 'partner') ?? null
    if (scopes.includes('partner') !== (partner !== null)) {
      throw new UsageError('a partner token needs --partner ID, and only that: it speaks for one partner')
    }
    const name = textOption(invocation, 'name') ?? null
    return withContext(invocation.config, ({ stores, rules, secrets, now }) => {
      if (partner !== null) requirePartner(inForce(rules), partner)
      const order = { scopes, userId, partner, name, ttl, actor: actor(), now: now() }
      const issued = stores.writer.write(() => issueToken(stores, inForce(rules), secrets(), order))
      const expires = new Date(issued.expires).toISOString()
      // The token alone on standard output: TOKEN=$(scripts/rocket token --scope reports)
      invocation.print({ ...issued, expires }, issued.token)
      invocation.note(
        `It ends on ${expires.slice(0, 10)}, is shown only now, and can be ended by: scripts/rocket token revoke ${issued.id}`,
      )
      return DONE
    })
  },
}

/** @throws UsageError where rewards.yaml has no such partner. */
function requirePartner({ catalogue }: CompiledRules, id: string): void {
  const ids = catalogue.partners.map((partner) => partner.id)
  if (ids.includes(id)) return
  const near = closest(id, ids)
  throw new UsageError(`rewards.yaml in force has no partner ${id}${near ? `; did you mean ${near}?` : ''}`)
}

/** Those that something asks for in this version. */
const ISSUABLE = [
  'events',
  'learner',
  'reports',
  'review',
  'privacy',
  'partner',
  'admin',
] as const satisfies readonly Scope[]

function asScope(name: string): Scope {
  const scope = ISSUABLE.find((known) => known === name)
  if (scope) return scope
  const near = closest(name, ISSUABLE)
  throw new UsageError(
    `no token is issued for the scope ${name}${near ? `; did you mean ${near}?` : ''} (${ISSUABLE.join(', ')})`,
  )
}

export const tokenList: Command = {
  name: 'token list',
  usage: '',
  summary: 'every issued token',
  run: (invocation) =>
    withContext(invocation.config, ({ stores, now }) => {
      const tokens = stores.tokens.list().map(({ created, expires, revoked, ...rest }) => ({
        ...rest,
        created: new Date(created).toISOString(),
        expires: new Date(expires).toISOString(),
        state: revoked !== null ? 'revoked' : expires <= now() ? 'ended' : 'valid',
      }))
      const lines = tokens.map(({ id, state, scope, expires, name, user_id, partner }) =>
        [id, state.padEnd(7), expires.slice(0, 10), scope, user_id ? `learner ${user_id}` : (partner ?? ''), name ?? '']
          .join('  ')
          .trimEnd(),
      )
      invocation.print({ tokens }, lines.join('\n') || 'No token was issued yet.')
      return DONE
    }),
}

export const tokenRevoke: Command = {
  name: 'token revoke',
  usage: 'ID',
  summary: 'ends a token at once',
  mostArguments: 1,
  run: (invocation: Invocation) => {
    const [id] = invocation.arguments
    if (!id) throw new UsageError('which token? `scripts/rocket token list` shows their ids')
    return withContext(invocation.config, ({ stores, rules, now }) => {
      const revoked = stores.writer.write(() => {
        const done = stores.tokens.revoke(id, now())
        const what = { actor: actor(), reason: 'token revoked', detail: { token: id }, now: now() }
        if (done) recordAdministration(stores.ledger, inForce(rules), what)
        return done
      })
      const text = revoked
        ? `Revoked ${id}.`
        : `No valid token has the id ${id}: \`scripts/rocket token list\` shows them.`
      invocation.print({ id, revoked }, text)
      return revoked ? DONE : PROBLEM
    })
  },
}
