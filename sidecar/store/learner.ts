/** Learners: their opaque subjects, and what decisions need to know of each, kept in memory as a mirror of the tables. */
import type { Fact } from '../domain/fact.js'
import type { Granted } from '../domain/learner.js'
import type { Connection, Writer } from './database.js'
import { Frozen } from './frozen.js'
import { KnownLearner } from './known-learner.js'
import type { Ledger } from './ledger.js'
import { Merged } from './merged.js'
import type { Subjects } from './subject.js'

/** A grant as it is written: with the deed that a later event takes it back by. */
export interface NewGranted extends Omit<Granted, 'standing' | 'voided'> {
  readonly deed: string | null
}

/** Beyond this many grants and facts in memory (about 55 MB) the mirror starts anew. */
const GRANTS_IN_MEMORY = 200_000

interface GrantRow extends Omit<Granted, 'held' | 'standing' | 'voided'> {
  readonly held: 0 | 1
  readonly standing: 0 | 1
  readonly voided: 0 | 1
}

const grantedOf = ({ held, standing, voided, ...row }: GrantRow): Granted => ({
  ...row,
  held: held === 1,
  standing: standing === 1,
  voided: voided === 1,
})

export class Learners {
  readonly #known = new Map<string, KnownLearner>()
  #grantsKnown = 0
  readonly #subjects: Subjects
  readonly #courses = new Map<string, string>()
  readonly #sql
  readonly #ledger
  readonly frozen: Frozen
  readonly merged: Merged

  constructor(writer: Writer, ledger: Ledger) {
    this.frozen = new Frozen(writer)
    this.merged = new Merged(writer)
    this.#sql = statements(writer.connection)
    this.#ledger = ledger
    this.#subjects = ledger.subjects
    writer.mirror(this)
  }

  clear(): void {
    this.#known.clear()
    this.#grantsKnown = 0
    this.#courses.clear()
  }

  /** The subject of a learner, null where Rocket has never heard of them; of merged accounts all have one. */
  subjectOf(source: string, user: string): string | null {
    return this.#subjects.of(source, user)
  }

  /** For filters: the subject of a learner, one that nobody has where they are not known; undefined where nobody is named. */
  filterBy(source: string, user: string | undefined): string | undefined {
    return user === undefined ? undefined : (this.subjectOf(source, user) ?? '')
  }

  /** The learner behind a subject, as the LMS knows them. */
  userOf(subject: string): string {
    return this.#subjects.userOf(subject) ?? ''
  }

  /** The source whose learners these are; null while there are none. */
  source(): string | null {
    return this.#subjects.source()
  }

  /** The subject of a learner, made where there is none. Inside a transaction only. */
  enrol(source: string, user: string): string {
    return this.#subjects.enrol(source, user)
  }

  /** What is known of a learner, as the ledger stands. Inside a transaction only. */
  known(subject: string): KnownLearner {
    let learner = this.#known.get(subject)
    if (!learner) {
      learner = new KnownLearner(subject, this.#ledger, this.frozen)
      const rows = this.#sql.selectGranted.all(subject)
      for (const row of rows) learner.add(grantedOf(row))
      const facts = this.#sql.selectFacts.all(subject)
      for (const fact of facts) learner.learn(fact)
      const size = rows.length + facts.length + 1
      this.#grantsKnown += size
      if (this.#grantsKnown > GRANTS_IN_MEMORY) {
        this.#known.clear()
        this.#grantsKnown = size
      }
      this.#known.set(subject, learner)
    }
    return learner
  }

  /** @param subject null: one who never did anything. */
  knownOrNew(subject: string | null): KnownLearner {
    return subject === null ? new KnownLearner('', this.#ledger, this.frozen) : this.known(subject)
  }

  addGranted(subject: string, { deed, ...granted }: NewGranted): void {
    const { seq, rule, act, course, activity, object, time, points, held } = granted
    this.#sql.insertGranted.run(subject, seq, rule, act, deed, course, activity, object, time, points, held ? 1 : 0)
    // Only where the learner is in memory already: who is read later is read with this grant.
    this.#known.get(subject)?.add({ ...granted, standing: true, voided: false })
    this.#grantsKnown++
  }

  /** Marks a grant as taken back; it goes on counting in limits, and frees its act. */
  revoke(subject: string, seq: number): void {
    this.#sql.updateRevoked.run(subject, seq)
    this.#known.delete(subject)
  }

  /** What was held is given. */
  release(subject: string, seq: number): void {
    this.#sql.updateReleased.run(subject, seq)
    this.#known.delete(subject)
  }

  /** What was held is not given: it goes on counting in limits, and its act stays taken. */
  annul(subject: string, seq: number): void {
    this.#sql.updateVoid.run(subject, seq)
    this.#known.delete(subject)
  }

  /** Keeps when a rule's grants for a deed were taken back. @param subject null: of whoever the deed's object belongs to. */
  addWithdrawal(deed: string, rule: string, subject: string | null, time: number): void {
    this.#sql.upsertWithdrawal.run(deed, rule, subject ?? '', time)
  }

  /** When a deed was last taken back under any of a rule's ids; null: never. */
  withdrawnAt(deed: string, rules: readonly string[], subject: string): number | null {
    const times = rules.map((rule) => this.#sql.selectWithdrawal.get(deed, rule, subject) ?? null)
    return times.reduce((last, time) => (time !== null && (last === null || time > last) ? time : last), null)
  }

  /** A learner's standing grants for one deed. */
  standingFor(subject: string, deed: string): Granted[] {
    return this.#sql.selectStanding.all(subject, deed).map(grantedOf)
  }

  /** Who holds a standing grant for a deed whose object belongs to one learner; `user` themselves where they do. */
  ownerOf(deed: string, source: string, user: string): string | null {
    return this.#sql.selectOwner.get(deed, source, user) ?? null
  }

  /** Keeps a fact, unless a later word on it is known already. */
  addFact(subject: string, fact: Fact): void {
    const { kind, key, name, value, time } = fact
    const { changes } = this.#sql.upsertFact.run(subject, kind, key, name, value, time)
    if (kind === 'badge' && name !== key) this.#sql.upsertBadge.run(key, name)
    if (changes > 0) this.#known.get(subject)?.learn(fact)
    this.#grantsKnown++
  }

  /** Keeps what a course's ID number is. */
  nameCourse(idnumber: string, course: string): void {
    if (this.#courses.get(idnumber) === course) return
    this.#sql.upsertCourse.run(idnumber, course)
    this.#courses.set(idnumber, course)
  }

  /** `course:ID` for an ID number, null where no sender has told it. */
  readonly courseNamed = (idnumber: string): string | null => {
    const course = this.#courses.get(idnumber) ?? this.#sql.selectCourse.get(idnumber)
    return course === undefined ? null : `course:${course}`
  }

  /** What a badge is called, null where no sender has told it. */
  readonly badgeNamed = (badge: string): string | null => this.#sql.selectBadge.get(badge) ?? null
}

const GRANTED_COLUMNS = 'seq, rule, act, course, activity, object, time, points, held, standing, void AS voided'

function statements(connection: Connection) {
  return {
    selectGranted: connection.prepare<[string], GrantRow>(
      `SELECT ${GRANTED_COLUMNS} FROM granted WHERE subject = ? ORDER BY seq`,
    ),
    insertGranted: connection.prepare(
      `INSERT INTO granted (subject, seq, rule, act, deed, course, activity, object, time, points, held, standing)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
    ),
    updateRevoked: connection.prepare('UPDATE granted SET standing = 0 WHERE subject = ? AND seq = ?'),
    updateReleased: connection.prepare('UPDATE granted SET held = 0 WHERE subject = ? AND seq = ?'),
    updateVoid: connection.prepare('UPDATE granted SET void = 1 WHERE subject = ? AND seq = ?'),
    upsertWithdrawal: connection.prepare(
      `INSERT INTO withdrawal (deed, rule, subject, time) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET time = max(time, excluded.time)`,
    ),
    selectWithdrawal: connection
      .prepare<[string, string, string], number | null>(
        "SELECT max(time) FROM withdrawal WHERE deed = ? AND rule = ? AND subject IN ('', ?)",
      )
      .pluck(),
    // The plus keeps SQLite from the index on deeds, where a shared one (an activity) stands once for every learner.
    selectStanding: connection.prepare<[string, string], GrantRow>(
      `SELECT ${GRANTED_COLUMNS} FROM granted WHERE subject = ? AND +deed = ? AND standing = 1 ORDER BY seq`,
    ),
    selectOwner: connection
      .prepare<[string, string, string], string>(
        `SELECT user_id FROM granted JOIN learner USING (subject) WHERE deed = ? AND source = ? AND standing = 1
         ORDER BY user_id = ? DESC, seq LIMIT 1`,
      )
      .pluck(),
    selectFacts: connection.prepare<[string], Fact>('SELECT kind, key, name, value, time FROM fact WHERE subject = ?'),
    upsertFact: connection.prepare(
      `INSERT INTO fact (subject, kind, key, name, value, time) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET name = excluded.name, value = excluded.value, time = excluded.time
       WHERE excluded.time >= time`,
    ),
    upsertCourse: connection.prepare(
      'INSERT INTO course (idnumber, course) VALUES (?, ?) ON CONFLICT DO UPDATE SET course = excluded.course',
    ),
    upsertBadge: connection.prepare(
      'INSERT INTO badge (badge, name) VALUES (?, ?) ON CONFLICT DO UPDATE SET name = excluded.name',
    ),
    selectBadge: connection.prepare<[string], string>('SELECT name FROM badge WHERE badge = ?').pluck(),
    selectCourse: connection.prepare<[string], string>('SELECT course FROM course WHERE idnumber = ?').pluck(),
  }
}
