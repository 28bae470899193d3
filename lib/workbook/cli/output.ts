import { writeAll, type Writer } from "../../net/write.ts";

/** The reader of the output wants no more of it: `| head` has seen enough. */
export class NobodyReads extends Error {
  override name = "NobodyReads";
}

/**
 * Lines of which there may be millions: they are held back and written many at
 * a time, no faster than they are read.
 */
export class Output {
  readonly #target: Writer;
  #lines: string[] = [];

  /** @param target Where the lines go. */
  constructor(target: Writer) {
    this.#target = target;
  }

  /**
   * Holds lines back until the next flush.
   *
   * @param lines The lines.
   */
  print(...lines: string[]): void {
    for (const line of lines) this.#lines.push(line);
  }

  /**
   * Writes what is held back.
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
