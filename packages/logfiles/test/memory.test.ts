// The contract of the log's files, in memory.
import { logFilesConformance } from '../src/conformance/index.ts'
import { MemoryLogFiles } from '../src/memory.ts'

logFilesConformance('memory', async () => {
  const files = new MemoryLogFiles()
  return { files, reopen: async () => new MemoryLogFiles(files.kept) }
})
