/** One good answer to each exercise of lesson 3. */

// ---- 3.1 echo ---------------------------------------------------------------

export async function echo(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(16 * 1024);
  while (true) {
    const count = await conn.read(buffer);
    // null is the end of the client's stream; 0 would only be an empty read.
    if (count === null) return;
    // Only the first `count` bytes are new. A write may take only some of them,
    // so write until none are left.
    for (let sent = 0; sent < count;) {
      sent += await conn.write(buffer.subarray(sent, count));
    }
  }
}

// ---- 3.2 exchange -----------------------------------------------------------

export async function exchange(
  conn: Deno.Conn,
  data: Uint8Array,
): Promise<Uint8Array> {
  const answer = new Uint8Array(data.length);

  async function sendAll(): Promise<void> {
    for (let sent = 0; sent < data.length;) {
      sent += await conn.write(data.subarray(sent));
    }
  }

  async function receiveAll(): Promise<void> {
    for (let received = 0; received < answer.length;) {
      const count = await conn.read(answer.subarray(received));
      if (count === null) {
        throw new Deno.errors.UnexpectedEof(
          `the stream ended after ${received} of ${answer.length} bytes`,
        );
      }
      received += count;
    }
  }

  // Both at once. The server sends back while we're still sending: if we only
  // read afterward, its write would wait for us, and ours for it.
  await Promise.all([sendAll(), receiveAll()]);
  return answer;
}
