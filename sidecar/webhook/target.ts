/** Where a webhook may be sent to, as far as the URL alone shows it. */
import { isLoopbackHost, isPrivateHost } from './address.js'

/**
 * @param allowPrivate the partner may be in the institution's network, or on this machine.
 * @returns the URL, or a sentence that says why nothing is sent there.
 */
export function readTarget(
  url: string,
  allowPrivate: boolean,
): { readonly target: URL } | { readonly problem: string } {
  if (!URL.canParse(url)) return { problem: "The partner's url is not a URL: correct it in rewards.yaml." }
  const target = new URL(url)
  if (target.username || target.password) {
    return { problem: "The partner's url holds a user name or password: take it out, signatures take their place." }
  }
  const plain = target.protocol === 'http:' && allowPrivate && isLoopbackHost(target.hostname)
  if (target.protocol !== 'https:' && !plain) {
    return { problem: "The partner's url must begin with https; http is for this machine alone, with allow_private." }
  }
  if (!allowPrivate && isPrivateHost(target.hostname)) return { problem: PRIVATE }
  return { target }
}

/** What is said of a url that leads to a private address, by its spelling or by the name's lookup. */
export const PRIVATE =
  "The partner's url leads to a private address: correct it, or set allow_private for this partner if that is meant."
