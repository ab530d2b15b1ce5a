/** Time to the first answer of a fresh home, and memory at rest. */

import { twentyRules } from './intake.js'
import { type Measured, median } from './measure.js'
import { makeHome, removeHome, residentMemory, startServer } from './server.js'

export async function measureStart(rounds: number): Promise<Measured[]> {
  const starts: number[] = []
  const memory: number[] = []
  for (let round = 0; round < rounds; round++) {
    const home = makeHome({ 'bench.yaml': twentyRules(5) })
    const server = await startServer(home)
    starts.push(server.firstAnswer)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    memory.push(residentMemory(server.pid))
    await server.stop()
    removeHome(home)
  }
  const alone = { theirs: null, ratio: null, aim: 'reported', against: '' }
  return [
    { name: 'start to first answer, fresh home', unit: 'ms', ours: median(starts), ...alone },
    { name: 'memory at rest', unit: 'MiB', ours: median(memory), ...alone },
  ]
}
