/** A home with as many entries as asked for, made by the ledger itself, but with the disk's waits switched off. */

import { join } from 'node:path'
import { Notary } from '../../sidecar/actions/notary.js'
import { publish, readFolder } from '../../sidecar/actions/publish.js'
import { RulesInForce } from '../../sidecar/actions/rules-in-force.js'
import { Civil } from '../../sidecar/domain/civil.js'
import { databasePath, readSecrets } from '../../sidecar/home.js'
import { newLedgerKey, readLedgerKeys } from '../../sidecar/ledger-key.js'
import { openForWriting } from '../../sidecar/store/database.js'
import { migrate } from '../../sidecar/store/migrate.js'
import { createStores, type Stores } from '../../sidecar/store/stores.js'
import { twentyRules } from './intake.js'
import { makeHome } from './server.js'

const STEP = 5_000
/** Entries for each learner: a busy year. */
const EACH = 100

/** Whoever signs the ledger of a home. */
export function notaryOf(home: string, stores: Stores): Notary {
  const key = { read: () => readLedgerKeys(home, {}), renew: () => newLedgerKey(home, {}) }
  return new Notary(stores, new RulesInForce(stores.configurations), key, Date.now)
}

/** @returns the home, and one learner in every thousand. */
export function growLedger(entries: number, onProgress: (done: number) => void): { home: string; users: string[] } {
  const home = makeHome({ 'bench.yaml': twentyRules(5) })
  const connection = openForWriting(databasePath(home))
  connection.pragma('synchronous = OFF')
  migrate(connection)
  const stores = createStores(connection, readSecrets(home))
  const now = Date.UTC(2026, 0, 1)
  stores.writer.write(() => publish(stores, readFolder(join(home, 'config')), { actor: 'bench', reason: 'bench', now }))
  // As a server does at its first start.
  notaryOf(home, stores).keys.begin()
  const { seq: first } = stores.ledger.head()
  const civil = new Civil('Europe/London', 1, [])
  const learners = Math.ceil(entries / EACH)
  for (let from = first; from < entries; from += STEP) {
    stores.writer.write(() => {
      for (let n = from; n < Math.min(from + STEP, entries); n++) appendGrant(stores, n, learners, now, civil)
    })
    onProgress(from)
  }
  connection.pragma('wal_checkpoint(TRUNCATE)')
  connection.close()
  return { home, users: Array.from({ length: 1_000 }, (_, n) => String(n % learners)) }
}

function appendGrant(stores: Stores, n: number, learners: number, start: number, civil: Civil): void {
  const user = String((n * 7_919) % learners)
  const subject = stores.learners.enrol('bench', user)
  const time = start + n * 1_000
  const [course, activity, object] = [String(n % 40), `quiz:${n % 400}`, `quiz_attempts:${n}`]
  const act = `quiz.graded:${object}`
  const record = {
    userId: user,
    eventId: `0193-${n}`,
    event: '\\mod_quiz\\event\\attempt_graded',
    time: new Date(time).toISOString(),
    course,
    activity,
    object,
    act,
    origin: 'web',
    detail: { data: { score: 85 } },
  }
  const none = { held: 0, expires: null, ref: null }
  const rule = `rule-${n % 20}`
  const { seq } = stores.ledger.append(
    { ...none, kind: 'grant', subject, points: 10, rule: `${rule}@0123456789ab`, record },
    'bench',
    time,
    civil,
  )
  stores.learners.addGranted(subject, {
    seq,
    rule,
    act,
    deed: act,
    course,
    activity,
    object,
    time,
    points: 10,
    held: false,
  })
}
