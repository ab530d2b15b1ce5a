/** What deciding a grant again can come to. */

export interface Replay {
  /** Grants, holds and revocations that were decided again. */
  readonly judged: number
  /** Those of them that come out as they stand on the ledger. */
  readonly agree: number
  /** How many could not be decided again, and why: words are in `NOT_JUDGED`. */
  readonly not_judged: Readonly<Partial<Record<NotJudged, number>>>
  /** The first that come out otherwise, in the order of the ledger. */
  readonly problems: readonly { readonly seq: number; readonly message: string }[]
}

/** Why a grant cannot be decided again, in words that follow a number. */
export const NOT_JUDGED = {
  erased: 'whose private record is erased',
  unopened: 'whose private record is not the one that the entry commits to',
  rules: 'made by rules that cannot be read any more',
  facts: 'whose rule asks for badges or completions, of which no entry tells',
  people: 'whose rule asks who acted or graded, where their id is erased or stands for several accounts',
} as const
export type NotJudged = keyof typeof NOT_JUDGED

export type Verdict =
  | { readonly as: 'agrees' }
  | { readonly as: 'not judged'; readonly why: NotJudged }
  /** Decided again it would be otherwise. */
  | { readonly as: 'differs'; readonly message: string }

export const AGREES: Verdict = { as: 'agrees' }
export const notJudged = (why: NotJudged): Verdict => ({ as: 'not judged', why })
export const differs = (message: string): Verdict => ({ as: 'differs', message })

/** What deciding again came to, in a sentence or two. */
export function replaySentence({ judged, agree, not_judged: notJudged, problems }: Replay): string {
  const counted = (count: number): string => count.toLocaleString('en-GB')
  const [first] = problems
  const whole =
    judged === 0
      ? 'There was nothing to decide again.'
      : first === undefined
        ? `Decided again by the rules then in force, all ${counted(judged)} grants and revocations come out as they are.`
        : `Decided again by the rules then in force, ${counted(judged - agree)} of ${counted(judged)} grants and revocations come out OTHERWISE. First: entry ${first.seq}: ${first.message}.`
  const others = (Object.keys(NOT_JUDGED) as NotJudged[]).flatMap((why) => {
    const count = notJudged[why] ?? 0
    return count === 0 ? [] : [`${counted(count)} ${NOT_JUDGED[why]}`]
  })
  return others.length === 0 ? whole : `${whole} Not decided again: ${others.join('; ')}.`
}
