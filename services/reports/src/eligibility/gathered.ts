// Questions of one kind that come at the same time are asked as one: what it costs to ask is shared by all who wait for it.

/** So many are asked as one: the event loop is not held long by them, and what they name is one message. */
const most = 128

type Answers<Asked, Answer> = (one: Asked) => Answer | Promise<Answer>
type Ask<Asked, Answer> = (asked: readonly Asked[]) => Answers<Asked, Answer> | Promise<Answers<Asked, Answer>>
type Waiting<Asked, Answer> = { asked: Asked; resolve: (answer: Answer | Promise<Answer>) => void; reject: (error: unknown) => void }

const settle = async <Asked, Answer>(group: readonly Waiting<Asked, Answer>[], ask: Ask<Asked, Answer>): Promise<void> => {
  try {
    const answerOf = await ask(group.map(({ asked }) => asked))
    for (const { asked, resolve } of group) resolve(answerOf(asked))
  } catch (error) {
    for (const { reject } of group) reject(error)
  }
}

/**
 * Asks `ask` for all who called in one turn of the event loop together; it says which answer is whose. It begins after the last of these calls, so that nobody is answered
 * by what was so before they asked, and waits for no question under way. An answer that is awaited and fails is thrown to whom it belongs alone; what `ask` itself throws, to
 * each of them.
 */
export const gathered = <Asked, Answer>(ask: Ask<Asked, Answer>): ((asked: Asked) => Promise<Answer>) => {
  const waiting: Waiting<Asked, Answer>[] = []
  const turn = (): void => {
    void settle(waiting.splice(0, most), ask)
    if (waiting.length > 0) setImmediate(turn)
  }
  return (asked) =>
    new Promise((resolve, reject) => {
      if (waiting.push({ asked, resolve, reject }) === 1) setImmediate(turn)
    })
}
