/** The configuration in force: what the latest `configuration` entry names, its full texts kept by their hash. */
import { hash } from 'node:crypto'
import type { Writer } from './database.js'

/** Paths relative to the configuration folder, and the texts. */
export type Files = ReadonlyMap<string, string>

/** A set of files, and the entry that put it in force. */
export interface Configured {
  readonly seq: number
  /** The civil day from which it was in force. */
  readonly day: string
  readonly files: Files
}

interface Row {
  readonly seq: number
  readonly day: string
  readonly data: string
}

/** The hash of one file's text. */
export const documentHash = (text: string): string => hash('sha256', text, 'hex')

/** One hash over the names and texts of a whole set of files. */
export function filesHash(files: Files): string {
  const lines = [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, text]) => `${documentHash(text)}  ${path}\n`)
  return hash('sha256', lines.join(''), 'hex')
}

export class Configurations {
  readonly #selectLatest
  readonly #selectLatestHash
  readonly #selectAll
  readonly #selectDocument
  readonly #insertDocument

  constructor({ connection }: Writer) {
    const latest = `FROM entry WHERE kind = 'configuration' AND subject IS NULL ORDER BY seq DESC LIMIT 1`
    this.#selectLatestHash = connection.prepare<[], string>(`SELECT hash ${latest}`).pluck()
    const rows = 'SELECT entry.seq, day, data FROM entry JOIN private_record USING (seq)'
    this.#selectLatest = connection.prepare<[], Row>(`${rows} WHERE entry.seq = (SELECT seq ${latest})`)
    this.#selectAll = connection.prepare<[], Row>(
      `${rows} WHERE kind = 'configuration' AND subject IS NULL ORDER BY entry.seq`,
    )
    this.#selectDocument = connection.prepare<[string], string>('SELECT text FROM document WHERE hash = ?').pluck()
    this.#insertDocument = connection.prepare('INSERT INTO document (hash, text) VALUES (?, ?) ON CONFLICT DO NOTHING')
  }

  /** The hash of the entry that put the present configuration in force; null: none yet. */
  latestHash(): string | null {
    return this.#selectLatestHash.get() ?? null
  }

  /** The texts in force, and the entry that says so. */
  latest(): Configured | null {
    const row = this.#selectLatest.get()
    return row ? this.#configured(row) : null
  }

  /** Every configuration that was ever in force, oldest first. */
  all(): Configured[] {
    return this.#selectAll.all().map((row) => this.#configured(row))
  }

  #configured({ seq, day, data }: Row): Configured {
    const { detail } = JSON.parse(data) as { detail: { files: Record<string, string> } }
    const files = Object.entries(detail.files).map(([path, named]) => {
      const text = this.#selectDocument.get(named)
      if (text === undefined) throw new Error(`the text of ${path} (${named}) is missing from the database`)
      if (documentHash(text) !== named) throw new Error(`the text of ${path} (${named}) was changed in the database`)
      return [path, text] as const
    })
    return { seq, day, files: new Map(files) }
  }

  /** Keeps the texts. @returns path → hash, as a configuration entry names them. */
  keep(files: Files): Record<string, string> {
    const named: Record<string, string> = {}
    for (const [path, text] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
      named[path] = documentHash(text)
      this.#insertDocument.run(named[path], text)
    }
    return named
  }
}
