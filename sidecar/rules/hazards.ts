/** What valid YAML can hold and Rocket refuses, found before the text is composed into values. */
import { CST, Lexer, Parser } from 'yaml'

export interface Hazard {
  readonly offset: number
  readonly message: string
}

/** Deeper than any rule needs. The YAML library recurses: far deeper nesting ends the process, beyond any `catch`. */
const DEEPEST = 60
const MIB = 1_048_576

/** Control characters other than tab and line ends, and halves of surrogate pairs. */
export const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\p{Surrogate}/u

/** Everything refused in this text, by position in the text. Empty: it can be handed to the YAML library. */
export function hazardsOf(text: string): Hazard[] {
  if (Buffer.byteLength(text) > MIB) return [{ offset: 0, message: 'this file is larger than 1 MiB; split it' }]
  const unprintable = text.search(UNPRINTABLE)
  if (unprintable >= 0) {
    return [{ offset: unprintable, message: 'a character stands here that no UTF-8 text file holds; remove it' }]
  }
  return tokenHazards(text)
}

function tokenHazards(text: string): Hazard[] {
  const hazards: Hazard[] = []
  const parser = new Parser()
  let insideScalar = false
  for (const lexeme of new Lexer().lex(text)) {
    const message = insideScalar ? null : refusal(lexeme)
    if (message !== null) hazards.push({ offset: parser.offset, message })
    insideScalar = lexeme === CST.SCALAR
    drain(parser.next(lexeme))
    if (parser.stack.length > DEEPEST) {
      return [...hazards, { offset: parser.offset, message: 'lists and maps are nested too deeply here to be meant' }]
    }
  }
  return hazards
}

function refusal(lexeme: string): string | null {
  switch (CST.tokenType(lexeme)) {
    case 'tag':
      return lexeme.startsWith('!=')
        ? `put ${lexeme} in quotes: in YAML a bare exclamation mark begins a tag`
        : `YAML tags such as ${lexeme.slice(0, 30)} are not used here; write the plain value, or put it in quotes`
    case 'directive-line':
      return 'YAML directives (lines that begin with %) are not used here; remove the line'
    default:
      return null
  }
}

/** Runs the parser's generator; only its stack is of interest here. */
function drain(tokens: Iterable<unknown>): void {
  for (const _ of tokens);
}
