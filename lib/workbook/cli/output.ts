import { writeAll, type Writer } from "../../net/write.ts";

/** The reader has closed the output, as `| head` does. */
export class NobodyReads extends Error {
  override name = "NobodyReads";
}

/**
 * Output of possibly millions of lines, written in batches, and no faster than
 * the reader reads them.
 */
export class Output {
  readonly #target: Writer;
  #lines: string[] = [];

  /** @param target The output to write to. */
  constructor(target: Writer) {
    this.#target = target;
  }

  /**
   * Adds lines to the buffer until the next flush.
   *
   * @param lines The lines.
   */
  print(...lines: string[]): void {
    for (const line of lines) this.#lines.push(line);
  }

  /**
   * Writes the buffered lines.
   *
   * @throws {NobodyReads} If the other end of the pipe is closed.
   */
  async flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    const text = this.#lines.join("\n") + "\n";
    this.#lines = [];
    try {
      await writeAll(this.#target, new TextEncoder().encode(text));
    } catch (error) {
      if (error instanceof Deno.errors.BrokenPipe) throw new NobodyReads();
      throw error;
    }
  }
}
