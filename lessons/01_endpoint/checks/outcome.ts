/** What a call returned or threw. */
export type Outcome = { value: unknown } | { error: unknown };

/** Makes a call, and keeps what comes of it. */
export function outcomeOf(run: () => unknown): Outcome {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
}

/** Shows a value on one line. */
export function show(value: unknown): string {
  return Deno.inspect(value, { sorted: true, breakLength: Infinity });
}
