/**
 * Calls the answer and waits until it has returned or thrown.
 *
 * @param run The call.
 * @returns What it returned or threw.
 */
export async function outcomeOf<V>(
  run: () => V | Promise<V>,
): Promise<PromiseSettledResult<V>> {
  const [outcome] = await Promise.allSettled([(async () => await run())()]);
  return outcome;
}
