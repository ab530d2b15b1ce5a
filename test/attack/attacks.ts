/** What an owner of the database may try, and what catches it. The page for auditors has the same table. */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { commitment, entryHash } from '../../sidecar/domain/entry.js'
import type { Owner } from './owner.js'
import type { Victim } from './victim.js'

/** `declared`: it is said, as what an administrator declared. */
export type Outcome = 'caught' | 'missed' | 'declared'

export interface Attack {
  readonly what: string
  /** The chain alone: numbers, hashes, links. */
  readonly chain: Outcome
  /** A full verification, with the checkpoints that are kept beside the database. */
  readonly own: Outcome
  /** The same, with a checkpoint that was kept elsewhere. */
  readonly elsewhere: Outcome
  readonly make: (owner: Owner, victim: Victim) => void
}

/** A plain grant in the middle, under the checkpoint that was kept elsewhere. */
const MIDDLE = 30
const CONFIGURATION = "SELECT max(seq) FROM entry WHERE body ->> '$.kind' = 'configuration'"
const CONSUMPTION = "SELECT seq FROM entry WHERE body ->> '$.kind' = 'consumption'"

const FRESH = "UPDATE redemption SET state = 'issued', consumed = NULL, consumed_by = NULL, reference = NULL"

const all = (outcome: Outcome) => ({ chain: outcome, own: outcome, elsewhere: outcome })
const records = { chain: 'missed', own: 'caught', elsewhere: 'caught' } as const
const onlyElsewhere = { chain: 'missed', own: 'missed', elsewhere: 'caught' } as const

const richer = (body: string): string => body.replace('"points":9,', '"points":90,')

export const ATTACKS: readonly Attack[] = [
  {
    what: 'An entry is edited',
    ...all('caught'),
    make: (owner) => owner.editBody(MIDDLE, richer, false),
  },
  {
    what: 'An entry is edited, and its hash computed anew',
    ...all('caught'),
    make: (owner) => owner.editBody(MIDDLE, richer, true),
  },
  {
    what: 'The newest entry is edited, and its hash computed anew',
    ...records,
    make: (owner, { size }) => owner.editBody(size, richer, true),
  },
  {
    what: 'The day of an entry is put back, and its hash computed anew',
    ...all('caught'),
    make: (owner) => owner.editBody(MIDDLE, (body) => body.replace('"day":"2026-11-23"', '"day":"2026-11-22"'), true),
  },
  {
    what: 'An entry is deleted',
    ...all('caught'),
    make: (owner) => owner.run('DELETE FROM entry WHERE seq = ?', MIDDLE),
  },
  {
    what: 'An entry is put in, and those after it renumbered',
    ...all('caught'),
    make: (owner, { size }) => {
      for (let seq = size; seq >= MIDDLE; seq--) owner.renumber(seq, seq + 1)
      const body = richer(owner.text('SELECT body FROM entry WHERE seq = ?', MIDDLE + 1)).replace(
        /"seq":\d+/,
        `"seq":${MIDDLE}`,
      )
      owner.run('INSERT INTO entry (seq, body, hash) VALUES (?, ?, ?)', MIDDLE, body, entryHash(body))
    },
  },
  {
    what: 'Two entries change places',
    ...all('caught'),
    make: (owner) => {
      owner.renumber(MIDDLE, 9999)
      owner.renumber(MIDDLE + 1, MIDDLE)
      owner.renumber(9999, MIDDLE + 1)
    },
  },
  {
    what: 'An entry gets another number',
    ...all('caught'),
    make: (owner) => owner.renumber(MIDDLE, 9999),
  },
  {
    what: 'The last entries are cut off, with all that was derived from them',
    ...records,
    make: (owner, { published }) => owner.truncate(published - 4),
  },
  {
    what: 'The same, and the checkpoints over them deleted, in the table and in the files',
    ...onlyElsewhere,
    make: (owner, { published }) => {
      owner.truncate(published - 4)
      owner.dropCheckpoints(published - 4)
    },
  },
  {
    what: 'The last entries are cut off with the key, as if by a restore: an entry gives them up',
    chain: 'missed',
    own: 'declared',
    elsewhere: 'caught',
    make: (owner, { published }) => {
      owner.truncate(published - 4)
      owner.giveUp()
    },
  },
  {
    what: 'Everything from the middle on is written anew, without the key',
    ...records,
    make: (owner) => owner.enrich(MIDDLE),
  },
  {
    what: 'The same, and the checkpoints over it deleted',
    ...onlyElsewhere,
    make: (owner) => {
      owner.enrich(MIDDLE)
      owner.dropCheckpoints(MIDDLE - 1)
    },
  },
  {
    what: 'Everything from the middle on is written anew, and every checkpoint signed anew with the key',
    ...onlyElsewhere,
    make: (owner) => {
      owner.enrich(MIDDLE)
      owner.signAnew()
    },
  },
  {
    what: 'The same, above the newest checkpoint that was kept elsewhere',
    ...all('missed'),
    make: (owner, { published }) => {
      owner.enrich(published + 1)
      owner.signAnew()
    },
  },
  {
    what: 'A private record is replaced, its commitment left',
    ...records,
    make: (owner) =>
      owner.run(`UPDATE private_record SET data = replace(data, '"score":90', '"score":99') WHERE seq = ?`, MIDDLE),
  },
  {
    what: 'A private record is replaced, its commitment computed anew',
    ...all('caught'),
    make: (owner) => {
      owner.run(`UPDATE private_record SET data = replace(data, '"score":90', '"score":99') WHERE seq = ?`, MIDDLE)
      const [salt, data] = ['salt', 'data'].map((of) =>
        owner.text(`SELECT ${of} FROM private_record WHERE seq = ?`, MIDDLE),
      )
      owner.editBody(MIDDLE, (body) => body.replace(/"priv":"\w+"/, `"priv":"${commitment(salt!, data!)}"`), true)
    },
  },
  {
    what: 'A private record is deleted',
    ...records,
    make: (owner) => owner.run('DELETE FROM private_record WHERE seq = ?', MIDDLE),
  },
  {
    what: 'Two learners change places in the index',
    ...records,
    make: (owner) => swap(owner, 'a', 'b'),
  },
  {
    what: 'Two people who only corrected or graded others change places in the index',
    ...records,
    make: (owner) => swap(owner, 'boss', 'prof'),
  },
  {
    what: 'A used token is made fresh',
    ...records,
    make: unconsume,
  },
  {
    what: 'A used token is made fresh, and the entry of its use deleted',
    ...all('caught'),
    make: (owner) => {
      unconsume(owner)
      const seq = owner.number(CONSUMPTION)
      for (const table of ['entry', 'private_record']) owner.run(`DELETE FROM ${table} WHERE seq = ?`, seq)
    },
  },
  {
    what: 'A token that a learner had used is made fresh after their erasure',
    ...records,
    make: (owner) => owner.run(`${FRESH} WHERE subject IN (SELECT subject FROM erased)`),
  },
  {
    what: 'A redemption of an erased learner is moved to another month of its budget',
    ...records,
    make: (owner) => {
      owner.run("UPDATE redemption SET day = '2025-01-01' WHERE subject IN (SELECT subject FROM erased)")
      owner.run('UPDATE committed SET amount_minor = amount_minor - 200')
      owner.run("INSERT INTO committed VALUES ('main', '2025-01', 200, 'GBP')")
    },
  },
  {
    what: 'An index is built anew so that an entry of a learner is not found by it',
    ...records,
    make: (owner) =>
      owner.reindex('entry_subject', (sql) =>
        sql.replace('(subject)', `(CASE WHEN seq = ${MIDDLE} THEN 'x' ELSE subject END)`),
      ),
  },
  {
    what: 'An index is built anew so that the configuration in force is not found by it',
    ...records,
    make: (owner) => owner.reindex('entry_kind', (sql) => `${sql} AND seq <> ${owner.number(CONFIGURATION)}`),
  },
  {
    what: 'An old copy of the database is put in its place',
    ...records,
    make: (owner, { before }) => {
      const database = join(owner.home, 'rocket.sqlite')
      for (const part of ['', '-wal', '-shm']) rmSync(database + part, { force: true })
      cpSync(join(before, 'rocket.sqlite'), database)
    },
  },
  {
    what: 'An old copy of the whole home is put in its place, checkpoints and all',
    ...onlyElsewhere,
    make: (owner, { before }) => {
      rmSync(owner.home, { recursive: true })
      cpSync(before, owner.home, { recursive: true })
    },
  },
]

/** Who stood for one person in the LMS stands for the other. */
function swap(owner: Owner, one: string, other: string): void {
  const [mine, theirs] = [one, other].map((id) => owner.text('SELECT subject FROM learner WHERE user_id = ?', id))
  for (const [subject, id] of [
    [mine!, '~'],
    [theirs!, one],
    [mine!, other],
  ] as const)
    owner.run('UPDATE learner SET user_id = ? WHERE subject = ?', id, subject)
}

function unconsume(owner: Owner): void {
  owner.run(`${FRESH} WHERE state = 'consumed' AND subject NOT IN (SELECT subject FROM erased)`)
}
