/** Names of events, as rules, examples and rocket.yaml write them. */
import { aliases, classNames, isCustomName, isKnownClass, type Listening, resolveName } from '../domain/meaning.js'
import { didYouMean } from './closest.js'
import { type Cursor, quote } from './cursor.js'
import { type Reader, word, wordLike } from './values.js'

/**
 * An event's name, resolved. Unknown names are errors; a well-formed class that Rocket does not know is a warning, since
 * any plugin may bring its own.
 * @param declared the `custom.*` names of rocket.yaml; null: not known here, so any is taken.
 */
export function eventName(declared: readonly string[] | null): Reader<Listening> {
  return (at) => {
    const written = word(at)
    if (written === null) return null
    const listening = resolveName(written)
    if (listening === null) return unknownName(at, written)
    const [name = ''] = listening.classes
    if (listening.alias !== null) return listening
    if (isCustomName(name)) checkDeclared(at, name, declared)
    else if (!isKnownClass(name)) {
      at.warn(`Rocket does not know the event ${quote(name)}; it listens all the same${suggestion(written)}`)
    }
    return listening
  }
}

/** Whether every one of these events comes from an institution's own sender, whose data keys nobody else knows. */
export const allCustom = (events: readonly Listening[]): boolean =>
  events.length > 0 && events.every(({ classes }) => classes.every(isCustomName))

/** A `custom.*` name, as rocket.yaml declares it. */
export const customName = wordLike(
  { test: isCustomName },
  'a name such as custom.lecture_visit: `custom.` and then lower-case letters, digits and `_`, with further dots between',
)

function checkDeclared(at: Cursor, name: string, declared: readonly string[] | null): void {
  if (declared === null || declared.includes(name)) return
  const close = didYouMean(name, declared)
  at.fail(`${quote(name)} is not declared: add it to custom_events in rocket.yaml${close}`)
}

function unknownName(at: Cursor, written: string): null {
  if (written.startsWith('custom.')) {
    return at.fail(`${quote(written)} is not a name: after \`custom.\` come lower-case letters, digits, \`_\` and dots`)
  }
  if (written.includes('\\')) {
    const form = 'a class is written like \\mod_quiz\\event\\attempt_submitted'
    return at.fail(`${quote(written)} is not the name of an event class: ${form}${suggestion(written)}`)
  }
  return at.fail(
    `there is no event ${quote(written)}${suggestion(written)} Allowed: ${aliases.join(', ')}, a class or custom.*`,
  )
}

/** With a backslash a class is meant, without one an alias. */
function suggestion(written: string): string {
  if (!written.includes('\\')) return didYouMean(written, aliases)
  return didYouMean(written.startsWith('\\') ? written : `\\${written}`, classNames)
}
