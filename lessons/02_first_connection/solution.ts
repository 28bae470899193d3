/** One good answer to each exercise of lesson 2. */

// ---- 2.1 greetOnce ----------------------------------------------------------

export async function greetOnce(
  listener: Deno.Listener,
  greeting: string,
): Promise<void> {
  // `using` closes the client's socket at the end of the block, even after an
  // error because the client has left. The caller still needs the listener.
  using conn = await listener.accept();
  const bytes = new TextEncoder().encode(greeting);
  // A write may take only part of the bytes, so write until none are left.
  for (let sent = 0; sent < bytes.length;) {
    sent += await conn.write(bytes.subarray(sent));
  }
}

// ---- 2.2 fetchGreeting ------------------------------------------------------

export async function fetchGreeting(port: number): Promise<string> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port });
  // One decoder for the whole stream: with `stream: true`, it keeps the first
  // bytes of a character that is cut in two until the rest arrives.
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(16 * 1024);
  let text = "";
  while (true) {
    const count = await conn.read(buffer);
    if (count === null) return text + decoder.decode();
    text += decoder.decode(buffer.subarray(0, count), { stream: true });
  }
}
