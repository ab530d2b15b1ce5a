/** A mistake in a file that an institution wrote, with the place and the way out. */
export interface Problem {
  readonly severity: 'error' | 'warning'
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly column: number
  readonly message: string
}

/** `file:line:column message`, as editors and terminals understand it. */
export function formatProblem(problem: Problem): string {
  const mark = problem.severity === 'warning' ? 'warning: ' : ''
  return `${problem.file}:${problem.line}:${problem.column} ${mark}${problem.message}`
}
