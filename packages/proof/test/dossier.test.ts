// Dossiers: given streams in a log, when one is built, then these files, the same bytes each time, and an expert's own script that accepts them.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { before, describe, test } from 'node:test'
import { canonicalJson, leafBytes, LedgerError, parseCompleteness } from '@consent-ledger/domain'
import { openNote, parseVkey } from '@consent-ledger/tlog'
import { unzipSync } from 'fflate'
import { buildDossier } from '../src/dossier/build.ts'
import { disclosuresOf, openedFrom } from '../src/dossier/disclosures.ts'
import { Disclosures, Manifest, parseDossierPath } from '../src/dossier/format.ts'
import { render } from '../src/dossier/page/render.ts'
import { DossierReport } from '../src/dossier/report.ts'
import { archiveLimits } from '../src/dossier/zip.ts'
import { deviceId, dossierOf, origin, reachedOpening, witnessName, worldOf, type World } from './dossierGiven.ts'
import { heldInAll } from '../src/held.ts'
import { sha256, stream, subjectId } from './given.ts'

type Files = Record<string, Uint8Array>
const textOf = (files: Files, path: string): string => Buffer.from(files[path] ?? assert.fail(`no ${path}`)).toString('utf8')
const reportOf = (files: Files): DossierReport => DossierReport.parse(JSON.parse(textOf(files, 'report.json')))

describe('a dossier', () => {
  let world: World & { zip: Uint8Array }
  let files: Files
  before(async () => {
    world = await dossierOf({ rotated: true, witnessed: true })
    files = unzipSync(world.zip)
  })

  test('is the same bytes for the same input, stored and without a time', () => {
    assert.deepEqual(buildDossier(world.input), world.zip)
    const listed = execFileSync('python3', ['-c', 'import sys,zipfile,io\nfor i in zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read())).infolist(): print(i.compress_type, *i.date_time)'], { input: world.zip }) // prettier-ignore
    assert.deepEqual([...new Set(listed.toString('utf8').trim().split('\n'))], ['0 1980 1 1 0 0 0'])
  })

  test('has each event as its exact leaf, in a folder that says what it is', () => {
    for (const event of world.input.events)
      assert.deepEqual(Buffer.from(files[`events/${event.revision}/leaf.json`] ?? []), Buffer.from(leafBytes(event)))
    const kinds = Object.keys(files).map((path) => parseDossierPath(path)?.kind ?? path)
    assert.deepEqual([...new Set(kinds)].sort(), ['leaf', 'notice', 'single'])
    assert.equal(
      Object.keys(files).filter((path) => path.startsWith(`streams/subject-${deviceId}/`) && path.endsWith('leaf.json')).length,
      2,
    )
  })

  test('its manifest names every other file, and its statement the manifest', () => {
    const { files: hashes } = Manifest.parse(JSON.parse(textOf(files, 'manifest.json')))
    const named = Object.keys(files).filter((path) => path !== 'manifest.json' && path !== 'completeness.note')
    assert.deepEqual(Object.keys(hashes).sort(), named.sort())
    const { text } = openNote(textOf(files, 'completeness.note'), [parseVkey(world.keys.statement.vkey)])
    const said = parseCompleteness(text)
    assert.equal(said.manifest, sha256(textOf(files, 'manifest.json')))
    assert.deepEqual([said.size, said.origin], [BigInt(world.log.size), origin])
    assert.deepEqual(said.streams, [
      { stream: `subject-${subjectId}`, lastRevision: 4n, unpublished: 0 },
      { stream: `subject-${deviceId}`, lastRevision: 1n, unpublished: 0 },
    ])
    assert.deepEqual([said.reached, said.others], [{ devices: 1, accounts: 1 }, [{ count: 1, reason: 'account' }]])
  })

  test('what was opened goes into a file and comes back as it was', () => {
    const { events, opened } = world.input
    const given = new Map(events.flatMap((event) => {
      const file = disclosuresOf(opened.get(event.id))
      return file ? [[event.id, Disclosures.parse(file)] as const] : []
    })) // prettier-ignore
    assert.equal(given.size, 2)
    assert.equal(canonicalJson([...openedFrom(events, given)]), canonicalJson([...opened]))
  })

  test('says on its page who cosigned, and gives the verdict at each date', async () => {
    const report = reportOf(files)
    assert.deepEqual(report.log.cosignatures, [{ name: witnessName, time: '2026-11-23T09:00:00.000Z' }])
    assert.ok(!report.proof.limits.some(({ code }) => code === 'NO_INDEPENDENT_TIME'))
    assert.match(textOf(files, 'report.html'), /cosigned by witness\.example\.org/)
    const asked = await worldOf({ issued: { from: '2026-11-20T08:00:00.000Z', to: '2026-11-21T12:00:00.000Z' } })
    const { verdicts } = reportOf(unzipSync(buildDossier(asked.input)))
    const news = verdicts.map(({ states }) => states.find(({ purpose }) => purpose === 'news')?.state)
    assert.deepEqual(news, ['unknown', 'given', 'withdrawn'])
  })
})

test('with no cosignature it says NO_INDEPENDENT_TIME before anything else, in either language', async () => {
  for (const language of ['fr', 'en'] as const) {
    const files = unzipSync((await dossierOf({ issued: { language } })).zip)
    const page = textOf(files, 'report.html')
    assert.ok(page.indexOf('<strong>NO_INDEPENDENT_TIME</strong>') < page.indexOf('<h2>'))
    assert.match(page, new RegExp(`^<!doctype html>\\s+<html lang="${language}">`))
    assert.match(textOf(files, 'README.txt'), /NO_INDEPENDENT_TIME/)
    assert.equal(reportOf(files).missing[0]?.code, 'NO_INDEPENDENT_TIME')
  }
})

test('what is not published is counted, and what nobody looked for is said', async () => {
  const counted = reportOf(unzipSync((await dossierOf({ published: 3 })).zip))
  assert.deepEqual([counted.unpublished, counted.proof.lastRevision], [2, '2'])
  const closed = reportOf(unzipSync((await dossierOf({ closed: true })).zip))
  assert.deepEqual(closed.others, [{ count: null, reason: 'identifiers-closed' }])
  const codes = [...counted.missing, ...closed.missing].map(({ code }) => code)
  assert.ok(codes.includes('not-published') && codes.includes('identifiers-closed') && codes.includes('not-opened'))
})

test('nothing is built over an event without proof, an unpublished person or a statement key that the log does not name', async () => {
  const { input } = await worldOf()
  const refused = (change: Partial<typeof input>, code: string): void =>
    assert.throws(() => buildDossier({ ...input, ...change }), (error) => error instanceof LedgerError && error.code === code) // prettier-ignore
  refused({ proofs: new Map([...input.proofs].slice(1)) }, 'INTEGRITY')
  refused({ events: [] }, 'NOT_PUBLISHED')
  const unnamed = input.ledgerEvents.filter(({ type }) => type !== 'StatementKeyIntroduced')
  refused({ ledgerEvents: unnamed }, 'NOT_ACCEPTABLE')
  refused({ catalogueEvents: input.catalogueEvents.slice(1) }, 'INTEGRITY')
  refused({ ledgerEvents: input.ledgerEvents.slice(1) }, 'INTEGRITY')
  refused({ reached: reachedOpening({ devices: [], accounts: 1 }) }, 'INTEGRITY')
  refused({ otherSubjects: null }, 'INTEGRITY')
})

test('nothing is built that no verifier would take', async () => {
  const { input } = await worldOf()
  const [[place] = assert.fail(), ...others] = input.proofs
  const proofs = new Map([[place, 'x'.repeat(archiveLimits.file + 1)], ...others])
  assert.throws(
    () => buildDossier({ ...input, proofs }),
    (error) => error instanceof LedgerError && error.code === 'NOT_ACCEPTABLE' && /would have \d+ bytes/.test(error.message),
  )
})

test('what lists and signs the files counts among them', async () => {
  const { input } = await worldOf()
  const places = [...input.proofs.keys()]
  // No file is near the limit of one, and all but two fill what there is.
  const filled = (bytes: number) => ({ ...input, proofs: new Map(places.map((place) => [place, 'x'.repeat(bytes)])) })
  const own = Object.entries(unzipSync(buildDossier(filled(0)))).filter(
    ([name]) => name !== 'manifest.json' && name !== 'completeness.note',
  )
  const others = own.reduce((sum, [, { length }]) => sum + length, 0)
  const each = Math.floor((archiveLimits.total - others) / places.length)
  assert.ok(each < archiveLimits.file)
  assert.throws(() => buildDossier(filled(each)), { code: 'NOT_ACCEPTABLE' })
})

test('a page of the same report is the same in any time zone', async () => {
  const report = reportOf(unzipSync((await dossierOf()).zip))
  const zone = process.env['TZ']
  const pages = ['UTC', 'Asia/Tokyo'].map((other) => {
    process.env['TZ'] = other
    return render(report)
  })
  if (zone === undefined) delete process.env['TZ']
  else process.env['TZ'] = zone
  assert.equal(pages[0], pages[1])
})

test('a signature line that nobody verified is named as such, and takes no warning away', async () => {
  const { input } = await worldOf()
  const stamp = Buffer.alloc(76)
  const forged = `— cnil.fr/horodatage ${stamp.toString('base64')}\n`
  for (const language of ['fr', 'en'] as const) {
    const issued = { ...input.issued, language }
    const files = unzipSync(buildDossier({ ...input, issued, treeHead: input.treeHead + forged }))
    const { log, missing } = reportOf(files)
    assert.deepEqual([log.cosignatures, log.unchecked, log.independentTime], [[], ['cnil.fr/horodatage'], false])
    assert.equal(missing[0]?.code, 'NO_INDEPENDENT_TIME')
    const page = textOf(files, 'report.html')
    assert.match(page.slice(0, page.indexOf('<h2>')), /<strong>NO_INDEPENDENT_TIME[\s\S]*cnil\.fr\/horodatage/)
    assert.match(textOf(files, 'README.txt'), /NO_INDEPENDENT_TIME/)
  }
})

test('a verified witness beside a line that is not counts alone', async () => {
  const { input } = await worldOf({ witnessed: true })
  const beside = `— ${witnessName} ${Buffer.alloc(76).toString('base64')}\n`
  const { log } = reportOf(unzipSync(buildDossier({ ...input, treeHead: input.treeHead + beside })))
  assert.deepEqual([log.cosignatures, log.unchecked, log.independentTime], [[...input.witnessed], [witnessName], true])
})

test('a cosignature that the head does not bear is none', async () => {
  const { input } = await worldOf()
  const { log } = reportOf(unzipSync(buildDossier({ ...input, witnessed: [{ name: witnessName, time: '2026-11-23T09:00:00.000Z' }] })))
  assert.deepEqual([log.cosignatures, log.independentTime], [[], false])
})

test('what only the issuer says is a word of a closed list or captioned as such, and a report is about a purpose that there is', async () => {
  const { input } = await worldOf()
  const issued = (change: object) => ({ ...input, issued: { ...input.issued, ...change } })
  const page = textOf(unzipSync(buildDossier(issued({ reason: 'valid\u202edilav' }))), 'report.html')
  assert.match(page, /valid⟨U\+202E⟩dilav[\s\S]*as stated by the issuer, not verified/)
  assert.throws(() => buildDossier(issued({ purpose: 'nosuch' })), { code: 'NOT_FOUND' })
  assert.throws(() => DossierReport.shape.proof.shape.role.parse('sworn expert of the court'))
})

test('the page says how far it sees', async () => {
  const { input, log } = await worldOf()
  assert.match(textOf(unzipSync(buildDossier(input)), 'report.html'), new RegExp(`as far as the tree of ${log.size} events shows`))
})

test('a site that calls a field of its evidence `collector` does not make it the name of who collected', () => {
  const sealed = (value: string) => ({ commitment: sha256(value), sealed: 'a2V5.aXY.Y2lwaGVydGV4dA' })
  const method = { kind: 'web-form', control: 'checkbox', workflow: 'checkout', collector: { name: sealed('who') } }
  const [event = assert.fail()] = stream({
    type: 'ConsentGiven',
    data: { evidence: { collector: sealed('what'), ip: sealed('ip') }, method },
  })
  const { fields = [] } = heldInAll([event]).get(event.id) ?? {}
  assert.deepEqual(fields.map(({ name, field, sealed: { commitment } }) => [name, field, commitment]), [
    ['evidence/collector', 'evidence/collector', sha256('what')],
    ['ip', 'evidence/ip', sha256('ip')],
    ['collector', 'method/collector/name', sha256('who')],
  ]) // prettier-ignore
  assert.deepEqual(Object.keys(openedFrom([event], new Map()).get(event.id)?.fields ?? {}), ['evidence/collector', 'ip', 'collector'])
})
