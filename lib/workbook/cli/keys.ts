/** A terminal that reports each key. */
export interface KeySource {
  isTerminal(): boolean;
  readable: ReadableStream<Uint8Array>;
  setRaw?(mode: boolean, options?: Deno.SetRawOptions): void;
}

/**
 * Listens for single keys, without Enter, until the end of the block (`using`).
 * Ctrl-C and Ctrl-Z work as usual.
 *
 * @param input The terminal.
 * @param onKey A function that's called with each key.
 * @returns An object that restores the terminal when disposed; `undefined` if
 * `input` isn't a terminal.
 */
export function hearKeys(
  input: KeySource,
  onKey: (key: string) => void,
): Disposable | undefined {
  if (!input.isTerminal() || input.setRaw === undefined) return undefined;
  input.setRaw(true, { cbreak: true });
  const reader = input.readable.getReader();
  (async () => {
    const decoder = new TextDecoder();
    while (true) {
      const { done, value } = await reader.read();
      if (done) return;
      for (const key of decoder.decode(value, { stream: true })) onKey(key);
    }
  })().catch(() => {}); // The terminal was closed.
  return {
    [Symbol.dispose]() {
      input.setRaw!(false);
      reader.releaseLock();
    },
  };
}
