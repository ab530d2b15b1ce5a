/** One thing wrong with a file of recorded activity. */
export interface FileFault {
  readonly path: string
  /** From 1; 0 where the file as a whole is meant. */
  readonly line: number
  readonly message: string
}

/** More than this many a file help nobody: a file in a wrong format has a fault on every line. */
const MOST = 100

/** What is wrong with one file: the first hundred faults, and how many more there are. */
export class FaultList {
  readonly #path: string
  readonly #kept: FileFault[] = []
  #more = 0

  constructor(path: string) {
    this.#path = path
  }

  add(line: number, message: string): void {
    if (this.#kept.length < MOST) this.#kept.push({ path: this.#path, line, message })
    else this.#more++
  }

  /** In the order of the file. */
  list(): FileFault[] {
    const sorted = [...this.#kept].sort((a, b) => a.line - b.line)
    if (this.#more === 0) return sorted
    return [...sorted, { path: this.#path, line: 0, message: `${this.#more} more records of this file have faults` }]
  }
}
