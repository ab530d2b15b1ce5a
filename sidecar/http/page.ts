/** Lists that come in pages. */

/**
 * A page of what was found.
 * @param found one more than asked for, where there is one: that tells whether there is a next page.
 * @param numberOf what the next page begins behind.
 */
export function pageOf<Found>(
  found: readonly Found[],
  limit: number,
  numberOf: (last: Found) => number,
): { readonly page: Found[]; readonly next_cursor: string | null } {
  const page = found.slice(0, limit)
  return { page, next_cursor: found.length > limit ? String(numberOf(page.at(-1)!)) : null }
}
