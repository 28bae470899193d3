/** A terminal whose keys can be heard one by one. */
export interface KeySource {
  isTerminal(): boolean;
  readable: ReadableStream<Uint8Array>;
  setRaw?(mode: boolean, options?: Deno.SetRawOptions): void;
}

/**
 * Hears single keys, without Enter, until the block that holds it ends. Ctrl-C
 * and Ctrl-Z stay what they are.
 *
 * @param input Where keys are typed.
 * @param onKey Called with each key.
 * @returns Gives the terminal back as it was; `undefined` if it isn't one.
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
