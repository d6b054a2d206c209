// Starts PLC and a PDS, and with `ozone` an Ozone beside them; says where they are in one line.
import { createInterface } from 'node:readline'

import { Secp256k1Keypair } from '@atproto/crypto'
import { TestOzone, TestPds, TestPlc, mockNetworkUtilities } from '@atproto/dev-env'
import * as plcLib from '@did-plc/lib'

const ADMIN_PASSWORD = 'admin-pass' // what the development environment sets

async function account(pds, name) {
  const password = `${name}-pass`
  const answer = await fetch(`${pds.url}/xrpc/com.atproto.server.createAccount`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ handle: `${name}.test`, email: `${name}@test.invalid`, password }),
  })
  const said = await answer.json()
  if (!said.did) throw new Error(`no account ${name}: ${JSON.stringify(said)}`)
  return { did: said.did, identifier: `${name}.test`, password }
}

// The identity of the Ozone: servers hand calls on to the address that stands in it.
async function identity(plc, key, endpoint) {
  const operation = await plcLib.signOperation(
    {
      type: 'plc_operation',
      alsoKnownAs: [],
      rotationKeys: [key.did()],
      verificationMethods: { atproto_label: key.did() },
      services: { atproto_labeler: { type: 'AtprotoLabeler', endpoint } },
      prev: null,
    },
    key,
  )
  const did = await plcLib.didForCreateOp(operation)
  await new plcLib.Client(plc.url).sendOperation(did, operation)
  return did
}

async function withOzone(plc) {
  const key = await Secp256k1Keypair.create({ exportable: true })
  const port = Number(process.env.OZONE_PORT)
  const did = await identity(plc, key, `http://localhost:${port}`)
  // the PDS takes orders from this one only: without it takedowns do not reach it
  const pds = await TestPds.create({
    didPlcUrl: plc.url,
    modServiceUrl: `http://localhost:${port}`,
    modServiceDid: did,
  })
  mockNetworkUtilities(pds)
  const ozone = await TestOzone.create({
    port,
    plcUrl: plc.url,
    signingKey: key,
    serverDid: did,
    dbPostgresUrl: process.env.DB_POSTGRES_URL,
    dbPostgresSchema: 'ozone',
    appviewUrl: pds.url,
    appviewDid: pds.ctx.cfg.service.did, // there is none: the PDS knows its accounts
    appviewPushEvents: false,
    pdsUrl: pds.url,
    pdsDid: pds.ctx.cfg.service.did,
  })
  const moderator = await account(pds, 'moderator')
  const triage = await account(pds, 'triage')
  await ozone.addModeratorDid(moderator.did)
  await ozone.addTriageDid(triage.did)
  return { pds, ozone, said: { ozone: ozone.url, ozone_did: did, moderator, triage } }
}

const plc = await TestPlc.create({})
let pds, ozone
let said = {}
if (process.argv[2] === 'ozone') {
  ;({ pds, ozone, said } = await withOzone(plc))
} else {
  pds = await TestPds.create({ didPlcUrl: plc.url })
  mockNetworkUtilities(pds)
}
console.log(JSON.stringify({ plc: plc.url, pds: pds.url, admin: ADMIN_PASSWORD, ...said }))
const commands = createInterface({ input: process.stdin })
commands.on('line', (line) => {
  setClock(Number(line)) // milliseconds UTC
  console.log(JSON.stringify({ now: Date.now() }))
})
commands.on('close', async () => {
  await ozone?.close()
  await pds.close()
  await plc.close()
  process.exit(0)
})
