/** One line that renews itself, on a terminal only: a log or a pipe gets nothing. */
export interface Progress {
  show(text: string): void
  end(): void
}

const EVERY = 100

export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  let last = 0
  return {
    show: (text) => {
      const now = Date.now()
      if (!stream.isTTY || now - last < EVERY) return
      last = now
      stream.write(`\r\u001b[K${text}`)
    },
    end: () => {
      if (stream.isTTY && last > 0) stream.write('\r\u001b[K')
    },
  }
}

/** `1,234,567`. */
export const grouped = (count: number): string => count.toLocaleString('en-GB')
