/** One good answer to each exercise of lesson 5. */

// ---- 5.1 readLines ----------------------------------------------------------

export async function* readLines(
  conn: Deno.Conn,
  options: { maxBytes?: number } = {},
): AsyncGenerator<string> {
  const { maxBytes = 65536 } = options;
  // Bytes that aren't UTF-8 are an error. A byte order mark is just a character.
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const buffer = new Uint8Array(4096);
  // The bytes of the line that isn't complete yet. They stay bytes until then,
  // because a read can end in the middle of a character.
  let pending = new Uint8Array();

  function lineOf(bytes: Uint8Array): string {
    if (bytes.length > maxBytes) {
      throw new RangeError(`a line is longer than ${maxBytes} bytes`);
    }
    return decoder.decode(bytes);
  }

  while (true) {
    const count = await conn.read(buffer);
    if (count === null) break;
    const joined = new Uint8Array(pending.length + count);
    joined.set(pending);
    joined.set(buffer.subarray(0, count), pending.length);
    pending = joined;

    // One read can return many lines.
    for (
      let end = pending.indexOf(0x0a);
      end !== -1;
      end = pending.indexOf(0x0a)
    ) {
      const line = pending.subarray(0, end);
      pending = pending.subarray(end + 1);
      yield lineOf(withoutCR(line));
    }
    // The rest is the start of one line. Its last byte may be the "\r" of its
    // line ending.
    if (withoutCR(pending).length > maxBytes) lineOf(pending);
  }
  if (pending.length > 0) yield lineOf(pending);
}

function withoutCR(line: Uint8Array): Uint8Array {
  return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
}

// ---- 5.2 encodeFrame --------------------------------------------------------

export function encodeFrame(text: string): Uint8Array {
  // Encode first: the length counts bytes, not characters.
  const payload = new TextEncoder().encode(text);
  const frame = new Uint8Array(4 + payload.length);
  // A DataView is big-endian unless you tell it otherwise.
  new DataView(frame.buffer).setUint32(0, payload.length);
  frame.set(payload, 4);
  return frame;
}

// ---- 5.3 readFrames ---------------------------------------------------------

export async function* readFrames(
  conn: Deno.Conn,
  options: { maxBytes?: number } = {},
): AsyncGenerator<string> {
  const { maxBytes = 1024 * 1024 } = options;
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  /** Reads `size` bytes, or fewer if the stream ends first. */
  async function readUpTo(size: number): Promise<Uint8Array<ArrayBuffer>> {
    const data = new Uint8Array(size);
    let filled = 0;
    while (filled < size) {
      const count = await conn.read(data.subarray(filled));
      if (count === null) break;
      filled += count;
    }
    return data.subarray(0, filled);
  }

  while (true) {
    const header = await readUpTo(4);
    // The stream may end here, between two frames, and nowhere else.
    if (header.length === 0) return;
    if (header.length < 4) {
      throw new Deno.errors.UnexpectedEof("the stream ended inside a length");
    }
    const size = new DataView(header.buffer).getUint32(0);
    // Check now, before you allocate that much memory or wait for the text.
    if (size > maxBytes) {
      throw new RangeError(`a frame claims ${size} bytes, over ${maxBytes}`);
    }
    const payload = await readUpTo(size);
    if (payload.length < size) {
      throw new Deno.errors.UnexpectedEof(
        `the stream ended after ${payload.length} of ${size} bytes`,
      );
    }
    yield decoder.decode(payload);
  }
}
