import type { Problem } from './problem.js'

/** Collects what is wrong while files are read. The same finding at the same place counts once. */
export class Report {
  readonly #problems = new Map<string, Problem>()
  #errors = 0

  /** How many errors so far; warnings do not count. */
  get errors(): number {
    return this.#errors
  }

  add(problem: Problem): void {
    const { severity, file, line, column, message } = problem
    const key = [severity, file, line, column, message].join('\n')
    if (this.#problems.has(key)) return
    this.#problems.set(key, problem)
    if (severity === 'error') this.#errors += 1
  }

  /** By file, line and column. */
  sorted(): Problem[] {
    return [...this.#problems.values()].sort(
      (a, b) => compare(a.file, b.file) || a.line - b.line || a.column - b.column,
    )
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
