// Each forgery that a court may be shown, by the name it has in the issue: rejected, each by its own code and by no other.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { canonicalJson, statementKeyName } from '@consent-ledger/domain'
import { generateKey, parseNote, parseSkey } from '@consent-ledger/tlog'
import { buildDossier } from '../src/dossier/build.ts'
import { render } from '../src/dossier/page/render.ts'
import { readme } from '../src/dossier/readme.ts'
import type { DossierReport } from '../src/dossier/report.ts'
import { zipOf } from '../src/dossier/zip.ts'
import { readArchive } from '../src/verify/archive.ts'
import { verifyDossier } from '../src/verify/verify.ts'
import { dossierOf, origin, worldOf } from './dossierGiven.ts'
import { GivenLog } from './dossierLog.ts'
import { accepts, editJson, errorsOf, flipByte, lie, rejects, remadeManifest, tamper, textOf, utf8, type Forged } from './verifyGiven.ts'

const anna = await dossierOf()
const trusted = { logKeys: anna.vkeys }
const keyOf = (name: string) => parseSkey(generateKey(name).skey)

const swap = (files: Forged, one: string, other: string): void => {
  for (const name of ['leaf.json', 'proof.tlog-proof', 'disclosures.json']) {
    const [a, b] = [files.get(`${one}/${name}`), files.get(`${other}/${name}`)]
    files.delete(`${one}/${name}`)
    files.delete(`${other}/${name}`)
    if (a) files.set(`${other}/${name}`, a)
    if (b) files.set(`${one}/${name}`, b)
  }
}
const drop = (files: Forged, folder: string): void => {
  for (const path of files.keys()) if (path.startsWith(`${folder}/`)) files.delete(path)
}

test('the dossier that all forgeries start from is accepted', async () => {
  const { facts } = await accepts(anna.zip, trusted)
  assert.equal(facts?.events, 5)
  assert.equal(facts?.log.signedBy, anna.vkeys[0])
  await accepts(await lie(anna, () => undefined), trusted)
})

describe('changed byte in any file', async () => {
  for (const path of (await readArchive(anna.zip)).keys()) {
    test(path, async () => {
      const verdict = await verifyDossier(await tamper(anna.zip, (files) => flipByte(files, path)), trusted)
      assert.equal(verdict.accepted, false)
      if (path === 'manifest.json') assert.ok(verdict.findings.some(({ code }) => code === 'MANIFEST_CHANGED'))
      else if (path !== 'completeness.note')
        assert.ok(verdict.findings.some(({ code, where }) => code === 'FILE_CHANGED' && where === path))
    })
  }
})

test('changed byte in the signed statement', async () => {
  const forged = await tamper(anna.zip, (files) => {
    files.set('completeness.note', utf8(textOf(files, 'completeness.note').replace(' 4 0\n', ' 4 9\n')))
  })
  await rejects(forged, trusted, 'STATEMENT_FORGED')
})

test('dropped event in the middle', async () => {
  await rejects(await lie(anna, (files) => drop(files, 'events/2')), trusted, 'STREAM_GAP')
})

test('dropped last event, the withdrawal, against the statement', async () => {
  await rejects(await lie(anna, (files) => drop(files, 'events/4')), trusted, 'STREAM_SHORT')
})

test('dropped last event of a browser that she used', async () => {
  const device = 'streams/subject-fedcba9876543210fedcba9876543210'
  await rejects(await lie(anna, (files) => drop(files, `${device}/1`)), trusted, 'STREAM_SHORT')
  await rejects(await lie(anna, (files) => drop(files, device)), trusted, 'STREAM_SHORT')
})

test('edited manifest and statement together', async () => {
  const edit = (files: Forged): void => void files.set('README.txt', utf8('Another word for the judge\n'))
  const unsigned = await tamper(anna.zip, (files) => {
    edit(files)
    const signature = parseNote(textOf(files, 'completeness.note')).signatures[0]?.line ?? ''
    files.set('completeness.note', utf8(`${remadeManifest(files)}\n${signature}`))
  })
  await rejects(unsigned, trusted, 'STATEMENT_FORGED')
  await rejects(await lie(anna, edit, { signer: keyOf(statementKeyName(origin)) }), trusted, 'STATEMENT_KEY_UNKNOWN')
})

test('reordered', async () => {
  await rejects(await lie(anna, (files) => swap(files, 'events/3', 'events/4')), trusted, 'LEAF_MISPLACED')
})

test('replaced notice', async () => {
  const forged = await lie(anna, (files) => files.set('notice/news-form-v1-fr.txt', utf8('Je reçois tout, et pour toujours.')))
  await rejects(forged, trusted, 'NOTICE_REPLACED')
})

test('replaced disclosure', async () => {
  const forged = await lie(anna, (files) =>
    editJson(files, 'events/0/disclosures.json', ({ fields }: { fields: { ip: { value: string } } }) => {
      fields.ip.value = '198.51.100.1'
    }),
  )
  await rejects(forged, trusted, 'DISCLOSURE_REPLACED')
})

test('an identifier that does not open its commitment', async () => {
  const forged = await lie(anna, (files) =>
    editJson(files, 'events/0/disclosures.json', ({ identifiers }: { identifiers: [{ value: string }] }) => {
      identifiers[0].value = 'paul.durand@example.org'
    }),
  )
  await rejects(forged, trusted, 'IDENTIFIER_NOT_COMMITTED')
})

test('wrong key', async () => {
  await rejects(anna.zip, { logKeys: [keyOf(origin).vkey] }, 'WRONG_KEY')
})

test('proof of another leaf', async () => {
  const forged = await lie(anna, (files) => files.set('events/1/proof.tlog-proof', utf8(textOf(files, 'events/0/proof.tlog-proof'))))
  await rejects(forged, trusted, 'PROOF_OF_ANOTHER_LEAF')
})

test('other tree', async () => {
  const log = new GivenLog('another-ledger.example.org')
  log.append(...anna.input.events)
  log.publish(keyOf(log.origin))
  const [first] = anna.input.events
  assert.ok(first)
  const proof = await log.proofOf(first)
  await rejects(await lie(anna, (files) => files.set('events/0/proof.tlog-proof', utf8(proof))), trusted, 'OTHER_LOG')
  await rejects(anna.zip, { logKeys: [keyOf(log.origin).vkey] }, 'OTHER_LOG')
})

test('head older than a proof', async () => {
  const { input, log, vkeys } = await worldOf()
  const older = input.proofs.get(`${input.events[3]?.stream}@3`)?.split('\n\n').slice(1).join('\n\n') ?? ''
  const size = Number(older.split('\n')[1])
  assert.ok(size < log.size)
  const zip = buildDossier({ ...input, treeHead: older, consistency: await log.consistency(size) })
  await rejects(zip, { logKeys: vkeys }, 'HEAD_OLDER')
})

test('forged report over true leaves', async () => {
  const forged = await lie(anna, (files) => {
    editJson(files, 'report.json', ({ proof }: DossierReport) => {
      for (const row of proof.states) row.state = 'given'
    })
    const report: DossierReport = JSON.parse(textOf(files, 'report.json'))
    files.set('report.html', utf8(render(report)))
    files.set('README.txt', utf8(readme(report)))
  })
  const { findings } = await rejects(forged, trusted, 'REPORT_FORGED')
  assert.match(findings.find(({ code }) => code === 'REPORT_FORGED')?.message ?? '', /\/proof\/states\/0\/state/)
})

test('a forged page over a true report', async () => {
  const forged = await lie(anna, (files) => files.set('report.html', utf8(textOf(files, 'report.html').replaceAll('withdr', 'confirm'))))
  await rejects(forged, trusted, 'PAGE_FORGED')
})

describe('two heads of a fork', () => {
  /** The same log as told to somebody else: Anna's withdrawal is another one's. */
  const fork = async () => {
    const { input, log, keys, vkeys } = await worldOf()
    const other = new GivenLog(origin)
    other.leaves.push(...log.leaves.slice(0, -1), utf8('something else'))
    return { input, keys, vkeys, other, log }
  }
  test('one of which the expert brings along', async () => {
    const { input, keys, vkeys, other } = await fork()
    await rejects(buildDossier(input), { logKeys: vkeys, heads: [other.publish(keys.log)] }, 'LOG_FORKED')
  })
  test('both in the dossier', async () => {
    const { input, keys, vkeys, log } = await fork()
    const [first] = input.events
    assert.ok(first)
    const told = new GivenLog(origin)
    told.append(first)
    while (told.size < log.size) told.leaves.push(utf8('something else'))
    told.publish(keys.log)
    const proofs = new Map(input.proofs).set(`${first.stream}@${first.revision}`, await told.proofOf(first))
    await rejects(buildDossier({ ...input, proofs }), { logKeys: vkeys }, 'LOG_FORKED')
  })
  test('of which one is unsigned accuse nobody', async () => {
    const { input, vkeys, other } = await fork()
    await rejects(buildDossier(input), { logKeys: vkeys, heads: [other.publish(keyOf(origin))] }, 'WRONG_KEY')
  })
})

test('whatever bit the ledger itself turns, with all its keys, is seen', async () => {
  for (const [path, bytes] of await readArchive(anna.zip)) {
    if (path === 'manifest.json' || path === 'completeness.note') continue
    for (const part of [0, 0.3, 0.99]) {
      const forged = await lie(anna, (files) => {
        const changed = Buffer.from(bytes)
        const at = Math.floor(bytes.length * part)
        changed[at] = (changed[at] ?? 0) ^ 1
        files.set(path, changed)
      })
      const { accepted } = await verifyDossier(forged, trusted)
      assert.ok(!accepted, `${path} at ${part}`)
    }
  }
})

test('what an outsider changes without any key is never accepted, whatever he writes anew', async () => {
  const edits: ((files: Forged) => void)[] = [
    (files) => files.set('events/0/leaf.json', utf8(textOf(files, 'events/0/leaf.json').replace('email', 'phone'))),
    (files) => files.set('log/tree-head.note', utf8(textOf(files, 'log/tree-head.note').replace('\n\n', '\n\n\n'))),
    (files) => files.set('log/consistency.json', utf8(canonicalJson({ from: {} }))),
    (files) => files.delete('completeness.note'),
  ]
  for (const edit of edits) {
    const files = await readArchive(anna.zip)
    edit(files)
    if (files.has('completeness.note')) {
      const signature = parseNote(textOf(files, 'completeness.note')).signatures[0]?.line ?? ''
      files.set('completeness.note', utf8(`${remadeManifest(files)}\n${signature}`))
    }
    assert.ok(errorsOf(await verifyDossier(zipOf(files), trusted)).length > 0)
  }
})
