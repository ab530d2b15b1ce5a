/** What tests share: a real home in a temporary folder, a fixed clock, tokens as the bridge signs them. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Express } from 'express'
import jwt from 'jsonwebtoken'
import { publish } from '../sidecar/actions/publish.js'
import { openSandbox, type Sandbox } from '../sidecar/actions/sandbox.js'
import { pair } from '../sidecar/actions/token.js'
import { readConfig } from '../sidecar/config.js'
import { type Context, openContext } from '../sidecar/context.js'
import type { LearningEvent } from '../sidecar/domain/learning-event.js'
import { createHome } from '../sidecar/home.js'
import { createApp } from '../sidecar/http/server.js'
import { createLog } from '../sidecar/log.js'

/** Monday. */
export const NOW = Date.parse('2026-11-23T09:00:00Z')

export const SEED_RULE = `
- id: submit_quiz
  event: core\\event\\quiz_attempt_submitted
  conditions:
    score: ">=80"
  points: 10
  frequency: 1
  cooldown: 7d
`

export interface TestRocket {
  readonly context: Context
  readonly app: Express
  readonly clock: { now: number }
  readonly home: string
  /** A token as the paired Moodle signs it; for a call that changes something, bound to it. */
  token(scope: string, claims?: object, call?: { method: string; path: string; body: string }): string
  close(): void
}

/** A paired Rocket in a folder of its own. @param packs rule packs by file name, or the text of the only one. */
export function openRocket(
  packs: Record<string, string> | string = SEED_RULE,
  settings = 'source: moodle\n',
  rewards: string | null = null,
): TestRocket {
  const home = mkdtempSync(join(tmpdir(), 'rocket-test-'))
  const folder = join(home, 'config')
  const files = {
    ...(typeof packs === 'string' ? { 'rules/pack.yaml': packs } : packs),
    ...(rewards === null ? {} : { 'rewards.yaml': rewards }),
  }
  for (const [path, text] of Object.entries({ 'rocket.yaml': settings, ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const clock = { now: NOW }
  const config = readConfig({ ROCKET_HOME: home, ROCKET_PORT: '0', ROCKET_LOG: 'silent' }, folder)
  createHome(home)
  const context = openContext(config, createLog('silent'), true, { now: () => clock.now })
  const all = new Map(Object.entries({ 'rocket.yaml': settings, ...files }))
  context.stores.writer.write(() => publish(context.stores, all, { actor: 'test', reason: 'start', now: clock.now }))
  const { source } = context.rules.current().settings
  context.saveSecrets({
    ...context.secrets(),
    pairing: pair(null, source, { wwwroot: null, siteHash: null }, clock.now),
  })
  return {
    context,
    app: createApp(context),
    clock,
    home,
    token: (scope, claims = {}, call) => {
      const { kid, secret } = context.secrets().pairing!.secrets.at(-1)!
      const iat = Math.floor(clock.now / 1_000)
      const binding = call && {
        bh: createHash('sha256').update(call.body).digest('base64url'),
        method: call.method,
        path: call.path,
      }
      const all = { aud: 'rocket', iss: source, scope, iat, exp: iat + 60, ...binding, ...claims }
      return jwt.sign(all, secret, { algorithm: 'HS256', keyid: kid })
    },
    close: () => {
      context.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Rocket in memory, with one pack in force. */
export function sandbox(pack: string, settings = ''): Sandbox {
  return openSandbox(
    new Map([
      ['rocket.yaml', settings],
      ['rules/pack.yaml', pack],
    ]),
  )
}

let nextId = 0

/** An event of the domain, complete but for what a test is about. */
export function learningEvent(
  given: Partial<Omit<LearningEvent, 'time'>> & { time?: number | string } = {},
): LearningEvent {
  const { time = NOW, ...rest } = given
  return {
    id: `event-${++nextId}`,
    event: '\\mod_quiz\\event\\attempt_graded',
    time: typeof time === 'string' ? Date.parse(time) : time,
    user: '42',
    actor: null,
    course: '7',
    courseIdnumber: null,
    activity: 'quiz:123',
    object: `quiz_attempts:${nextId}`,
    origin: 'web',
    data: {},
    factsOnly: false,
    ...rest,
  }
}

/** An event on the wire. */
export function wireEvent(given: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: `wire-${++nextId}`,
    event: '\\mod_quiz\\event\\attempt_graded',
    time: new Date(NOW).toISOString(),
    user: '42',
    course: '7',
    activity: 'quiz:123',
    object: `quiz_attempts:${nextId}`,
    data: { score: 85 },
    ...given,
  }
}
