// The proof of a receipt: a .tlog-proof for one event, or every event of the act with its leaf.
import { z } from 'zod'
import { Uuid } from '@consent-ledger/domain'
import { ProvenEvent } from '@consent-ledger/proof'

export const ProofAsked = z.strictObject({
  event: Uuid.optional().meta({ description: 'Id of one of its events. Without it: the first as a text, all as JSON.' }),
})

const example =
  'c2sp.org/tlog-proof@v1\nindex 0\n\nledger.example.org\n1\nq6y5k6vyVOiBXAxmVFN0w7ysgwDPrB6CqJzZ7wI7Fp8=\n\n— ledger.example.org Az3grlX…\n'

export const ProvenEvents = z.strictObject({ receiptId: Uuid, events: z.array(ProvenEvent) }).meta({
  examples: [
    {
      receiptId: '0b8f0c52-7c5e-4b39-9a1d-2f6a1f0f8f10',
      events: [
        {
          id: '7f1f5b0e-55b1-5c3e-8d8e-0b5a2f9b6c11',
          type: 'ConsentGiven',
          stream: 'subject-5f0c6f9d2f2d4f0c8c6b7d1e0a9b8c7d',
          revision: '0',
          leaf: '{"data":{…},"id":"7f1f5b0e-…","metadata":{…},"revision":"0","stream":"subject-5f0c…","type":"ConsentGiven","v":1}',
          leafIndex: '0',
          proof: example,
        },
      ],
    },
  ],
})

export const ProofOfReceipt = {
  description: 'The proof file of one event, or, as JSON, of all.',
  content: {
    'text/plain': { schema: z.string().meta({ examples: [example] }) },
    'application/json': { schema: ProvenEvents },
  },
}
