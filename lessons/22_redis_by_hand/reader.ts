/** The reader that 22.1 gets, on a connection. */
import { type Reader, readSome } from "../../lib/net/mod.ts";
import type { ByteReader } from "./types.ts";

/** Reads a connection piece by piece, and takes back bytes you don't need. */
export class ConnReader implements ByteReader {
  readonly #source: Reader;
  readonly #buffer = new Uint8Array(16 * 1024);
  #back: Uint8Array[] = [];

  constructor(source: Reader) {
    this.#source = source;
  }

  async read(): Promise<Uint8Array | null> {
    const back = this.#back.pop();
    if (back !== undefined) return back;
    const count = await readSome(this.#source, this.#buffer);
    return count === null ? null : this.#buffer.slice(0, count);
  }

  unread(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#back.push(bytes);
  }
}
