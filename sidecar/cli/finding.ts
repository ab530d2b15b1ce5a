/** One thing that `doctor` looked at. */
export interface Finding {
  readonly state: 'ok' | 'warn' | 'fail'
  readonly what: string
  /** What to do about it. */
  readonly todo?: string
}
