import type { CheckId, CheckPolicy } from './check.js'
import type { Listening } from './meaning.js'
import type { Catalogue } from './reward.js'
import type { Rule, Text } from './rule.js'

/** Everything an institution decides in its files, read and checked. A pure function of the texts of those files. */
export interface Configuration {
  readonly settings: Settings
  readonly rules: readonly Rule[]
  readonly catalogue: Catalogue
}

/** `rocket.yaml`. */
export interface Settings {
  /** This LMS's name on the ledger. */
  readonly source: string
  /** IANA name; `UTC` where the file names none. */
  readonly timezone: string
  readonly timezoneNamed: boolean
  /** 1 Monday … 7 Sunday. */
  readonly weekStarts: number
  readonly terms: readonly Term[]
  /** ISO 4217. */
  readonly currency: string | null
  readonly customEvents: readonly string[]
  readonly jobs: Readonly<Record<string, string>>
  readonly retention: { readonly events: number; readonly decisions: number; readonly backups: number }
  readonly legalHold: readonly LegalHold[]
  /** The e-mail address of who is sent checkpoints; null: nobody is. */
  readonly auditContact: string | null
  readonly blacklist: readonly BlacklistEntry[]
  readonly checks: Readonly<Record<CheckId, CheckPolicy>>
  readonly review: {
    /** After so many milliseconds a hold that nobody decided is released. */
    readonly releaseAfter: number
  }
  /** Null: none is asked. */
  readonly secondOpinion: SecondOpinion | null
}

/** Activity that never earns, or is always looked at. All of its criteria that are not empty must fit; a list fits by one. */
export interface BlacklistEntry {
  readonly id: string
  /** What of the learner, by their id in the LMS or by subject. */
  readonly users: readonly string[]
  readonly subjects: readonly string[]
  /** What only Moodle can see: it says which of these it found (`screen`). */
  readonly cohorts: readonly string[]
  readonly roles: readonly string[]
  readonly addresses: readonly string[]
  /** Texts with `*` for anything, as in a rule's `like`. */
  readonly patterns: readonly string[]
  readonly events: readonly Listening[]
  readonly objects: readonly string[]
  readonly courses: readonly string[]
  readonly origins: readonly string[]
  /** Fewer words, or less time, than this. */
  readonly minimumWords: number | null
  readonly minimumSeconds: number | null
  readonly outcome: 'not_qualifying' | 'hold'
  /** What the learner reads; null: no more than that it is so. */
  readonly because: Text | null
}

/** A language model that the institution runs, asked about what waits for review. */
export interface SecondOpinion {
  /** Of an OpenAI-compatible API, up to and with `/v1`. */
  readonly url: string
  readonly model: string
  /** The environment variable that holds its key; null: it asks for none. */
  readonly keyEnv: string | null
}

/** Somebody who must not be erased for the time being, by their id in the LMS or by their subject. */
export interface LegalHold {
  readonly user: string | null
  readonly subject: string | null
  readonly reason: string
}

/** Civil days, both included. */
export interface Term {
  readonly id: string
  readonly from: string
  readonly to: string
}
