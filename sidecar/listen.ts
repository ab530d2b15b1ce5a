/** The server at its address, with TLS where that is set. */
import { readFileSync } from 'node:fs'
import { createServer as createHttp, type Server } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Context } from './context.js'
import { createApp } from './http/server.js'

/** Listens, and says where. @throws where the address is taken or not allowed. */
export async function listen(context: Context): Promise<{ server: Server; url: string }> {
  const { host, port, tls } = context.config
  const app = createApp(context)
  const server = tls ? createHttps({ cert: readFileSync(tls.cert), key: readFileSync(tls.key) }, app) : createHttp(app)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const { port: actual } = server.address() as AddressInfo
  const name = host.includes(':') ? `[${host}]` : host
  return { server, url: `${tls ? 'https' : 'http'}://${name}:${actual}` }
}
