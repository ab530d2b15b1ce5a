/** `backup`, `restore`: copies of the database, and one of them put in its place. */
import { statSync } from 'node:fs'
import { makeBackup, type Progress } from '../actions/backup.js'
import { examineFiles, readFolder } from '../actions/publish.js'
import { refused } from '../actions/put-in-place.js'
import { type RestoreOutcome, restore } from '../actions/restore.js'
import { putAwayOthers } from '../checkpoint-files.js'
import type { Config } from '../config.js'
import type { LegalHold } from '../domain/configuration.js'
import { HomeError, lockHome, readSecrets, requireHome } from '../home.js'
import { newLedgerKey, readLedgerKeys } from '../ledger-key.js'
import { actor, argument, type Command, counted, DONE, type Invocation, requiredOption } from './command.js'
import { createProgress, grouped } from './progress.js'

/** What somebody who has only a backup cannot do without. */
const APART = 'secrets.json, ledger.key and erased.txt of the home are not in it: keep copies of them elsewhere'

/** What has to follow where the key was lost. */
const NEW_KEY =
  'A new key signs the ledger: copy ledger.key away, and give the public key (`scripts/rocket ledger key`) to whoever checks checkpoints, Moodle’s administrators among them.'

export const backup: Command = {
  name: 'backup',
  usage: 'FILE',
  summary: 'a copy of the database, made beside the running server and verified',
  mostArguments: 1,
  run: async (invocation) => {
    const file = argument(invocation, 0, 'into which file?')
    const { home } = invocation.config
    requireHome(home)
    const made = await withProgress((onProgress) => makeBackup(home, file, onProgress))
    const { bytes, entries, head, sha256 } = made
    const text = `${file}: ${grouped(bytes)} bytes, ${grouped(entries)} entries, head ${head.seq} ${head.hash}; it verifies.`
    invocation.print(made, `${text}\nsha256 ${sha256}`)
    invocation.note(`${APART}.`)
    return DONE
  },
}

export const restoreCommand: Command = {
  name: 'restore',
  usage: 'FILE --reason R [--key-lost]',
  summary: 'puts a backup in place of the database, which is kept; the server has to be stopped',
  mostArguments: 1,
  options: { reason: { type: 'string' }, 'key-lost': { type: 'boolean' } },
  run: async (invocation) => {
    const file = argument(invocation, 0, 'which backup? Name its file')
    const reason = requiredOption(invocation, 'reason', '"the disk failed"')
    const { home } = invocation.config
    // Before a lock would make a folder where there is none.
    readSecrets(home)
    requireOwner(home)
    const lock = lockHome(home)
    try {
      const key = { read: () => readLedgerKeys(home, process.env), renew: () => newLedgerKey(home, process.env) }
      const putAway = (names: ReadonlySet<string>) => putAwayOthers(home, names)
      const keyLost = invocation.options['key-lost'] === true
      const holds = holdsIn(invocation.config)
      const order = { home, file, actor: actor(), reason, key, keyLost, holds, now: Date.now, putAway }
      const outcome = await withProgress((onProgress) => toTheEnd(restore(order, onProgress)))
      report(invocation, file, outcome)
      return DONE
    } finally {
      lock.release()
    }
  },
}

/** @throws HomeError for whoever would leave a database that the server cannot open. */
function requireOwner(home: string): void {
  const { uid } = statSync(home)
  if (process.getuid && process.getuid() !== uid)
    throw new HomeError(`${home} belongs to another user (${uid}): run this as that one, as the server does`)
}

/**
 * Who is held by the configuration that the next start puts in force: it may be newer than the backup.
 * @throws Refusal where it cannot be read: nobody is erased whom it may hold.
 */
function holdsIn({ configFolder }: Config): readonly LegalHold[] {
  const { configuration } = examineFiles(readFolder(configFolder))
  if (configuration) return configuration.settings.legalHold
  throw refused(
    `The configuration in ${configFolder} has mistakes, and its legal_hold may keep somebody from being erased again: mend them first (scripts/rocket rules check)`,
  )
}

function toTheEnd<T>(steps: Generator<string, T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

async function withProgress<T>(work: (onProgress: Progress) => T | Promise<T>): Promise<T> {
  const progress = createProgress()
  try {
    return await work((what, done, of) => progress.show(`${what} ${grouped(done)} of ${grouped(of)}`))
  } finally {
    progress.end()
  }
}

function report({ print, options }: Invocation, file: string, outcome: RestoreOutcome): void {
  const { head, replaced, renamed, erasedAgain, held, resend, lastSeen, kept, sha256 } = outcome
  const since = iso(resend?.since ?? lastSeen)
  const lines = [
    `${file} is the database now: ${grouped(head.seq)} entries, head ${head.seq} ${head.hash}.`,
    kept === null
      ? 'There was none before.'
      : `What was there before is ${kept}: delete it once nothing in it is missed.`,
    ...(renamed
      ? ['Entries may be lost, so the ledger goes on under another name: tell whoever keeps checkpoints.']
      : []),
    ...(options['key-lost'] === true ? [NEW_KEY] : []),
    ...(erasedAgain > 0
      ? [`${counted(erasedAgain, 'learner')} erased since the backup ${are(erasedAgain)} erased again.`]
      : []),
    ...held.map((subject) => `${subject} is on the list of the erased, and not erased: a legal hold keeps them.`),
    ...(resend
      ? [
          `Start the server. Redeeming is paused until Moodle has sent again what it sent since ${since}; it does so by itself.`,
          'Without Moodle go on with `scripts/rocket resume redeeming --reason "…"`: then codes may be handed out a second time.',
        ]
      : [
          `No Moodle was ever paired, so nobody is waited for: redeeming is not paused. Send or import events again from ${since} on.`,
          'Redemptions since then are lost, and codes may be handed out a second time: look at them before you start the server, or `scripts/rocket pause redeeming --reason "…"` first.',
        ]),
  ]
  const json = { file, sha256, head, replaced, renamed, erased_again: erasedAgain, held, kept }
  print({ ...json, resend: resend && { id: resend.id, since } }, lines.join('\n'))
}

const iso = (instant: number): string => new Date(instant).toISOString()

const are = (count: number): string => (count === 1 ? 'is' : 'are')
