/**
 * Calls the answer and waits until it has returned or thrown.
 *
 * @param run Calls it.
 * @returns What it returned, or the reason why it didn't.
 */
export async function outcomeOf<V>(
  run: () => V | Promise<V>,
): Promise<PromiseSettledResult<V>> {
  const [outcome] = await Promise.allSettled([(async () => await run())()]);
  return outcome;
}
