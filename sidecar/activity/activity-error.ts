/** An input that cannot be read at all. The message says what is wrong and what to do next. */
export class ActivityError extends Error {
  override readonly name = 'ActivityError'
}
