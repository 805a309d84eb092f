// The files of the published log: texts and bytes of other people's formats.
import { z } from 'zod'

const file = (description: string, type: string, example?: string) => ({
  description,
  content: { [type]: { schema: example === undefined ? z.string() : z.string().meta({ examples: [example] }) } },
})

export const TilePath = z.strictObject({ '*': z.string().max(100) })

export const Checkpoint = file(
  'C2SP tlog-checkpoint, a signed note, with the cosignatures of witnesses if there are any.',
  'text/plain',
  'ledger.example.org\n1\nq6y5k6vyVOiBXAxmVFN0w7ysgwDPrB6CqJzZ7wI7Fp8=\n\n— ledger.example.org Az3grlX…\n',
)
export const LogKeys = file(
  'C2SP signed-note verifier keys, one a line, the newest first. An older one holds for tree heads up to the event in which it hands over.',
  'text/plain',
  'ledger.example.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8\n',
)
export const Bytes = file('As C2SP tlog-tiles says.', 'application/octet-stream')
