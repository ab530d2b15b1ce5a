import type { Catalogue } from './reward.js'
import type { Rule } from './rule.js'

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
