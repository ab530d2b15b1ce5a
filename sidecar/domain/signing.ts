/** Which keys sign the ledger, and under which name: what entries of kind `key` say. */

/** The `detail` of a key's entry. */
export interface KeyDetail {
  /** The name of the ledger on its checkpoints: another one where entries under a checkpoint were lost. */
  readonly origin: string
  /** The public key, as a C2SP vkey under this origin. */
  readonly vkey: string
  /** The key before, which signs beside it for a while, so that whoever knows only that one can follow. */
  readonly also?: { readonly vkey: string; readonly until: string }
  /** Where another ledger name was given up: how many of its entries are still there, and their root (base64). */
  readonly former?: { readonly origin: string; readonly size: number; readonly root: string }
}

/** The public keys that sign now, the newest first. @param now epoch milliseconds. */
export function signingKeys({ vkey, also }: KeyDetail, now: number): string[] {
  return also && Date.parse(also.until) > now ? [vkey, also.vkey] : [vkey]
}

/** Every public key that ever signed: what an old checkpoint may be signed with. */
export const everSigned = (keys: readonly KeyDetail[]): string[] => [...new Set(keys.map(({ vkey }) => vkey))]
