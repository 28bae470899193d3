/**
 * Measures how much memory something takes at most.
 *
 * @param act What to measure; the event loop must get its turns meanwhile.
 * @returns The most bytes in use at once, beyond those before it: V8's objects,
 * and buffers.
 */
export async function peakDuring(act: () => Promise<void>): Promise<number> {
  const used = () => {
    const { heapUsed, external } = Deno.memoryUsage();
    return heapUsed + external;
  };
  const before = used();
  let peak = 0;
  const timer = setInterval(() => peak = Math.max(peak, used() - before), 1);
  try {
    await act();
  } finally {
    clearInterval(timer);
  }
  return Math.max(peak, used() - before);
}
