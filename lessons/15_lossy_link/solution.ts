/** One good answer to each exercise of lesson 15. */

// ---- 15.1 call --------------------------------------------------------------

/** Starts at random, so a restarted program doesn't use the same numbers again. */
let lastNumber = crypto.getRandomValues(new Uint32Array(1))[0];

export async function call(
  socket: Deno.DatagramConn,
  server: Deno.NetAddr,
  request: Uint8Array,
  options: { timeoutMs: number; attempts: number },
): Promise<Uint8Array> {
  // One number for all attempts: an answer to any of them is the answer.
  lastNumber = (lastNumber + 1) >>> 0;
  const number = lastNumber;
  const question = new Uint8Array(4 + request.length);
  new DataView(question.buffer).setUint32(0, number);
  question.set(request, 4);

  // You can't cancel a receive, so keep this one for all attempts: a second one
  // could lose the answer to it.
  const answer = receiveAnswer(socket, server, number);
  // After a timeout, nothing awaits this promise.
  answer.catch(() => {});
  for (let attempt = 1; attempt <= options.attempts; attempt++) {
    await socket.send(question, server);
    const late = Promise.withResolvers<null>();
    const timer = setTimeout(() => late.resolve(null), options.timeoutMs);
    try {
      const data = await Promise.race([answer, late.promise]);
      if (data !== null) return data;
    } finally {
      clearTimeout(timer);
    }
  }
  throw new Deno.errors.TimedOut(
    `No answer to ${options.attempts} attempts of ${options.timeoutMs} ms`,
  );
}

/** Ignores datagrams until one is the answer. */
async function receiveAnswer(
  socket: Deno.DatagramConn,
  server: Deno.NetAddr,
  number: number,
): Promise<Uint8Array> {
  while (true) {
    const [message, from] = await socket.receive();
    const { hostname, port } = from as Deno.NetAddr;
    if (hostname !== server.hostname || port !== server.port) continue;
    if (message.length < 4) continue;
    const view = new DataView(message.buffer, message.byteOffset);
    if (view.getUint32(0) === number) return message.subarray(4);
  }
}

// ---- 15.2 OnceOnly ----------------------------------------------------------

export class OnceOnly {
  readonly #perform: (request: Uint8Array) => Uint8Array;
  readonly #maxRemembered: number;
  /** The answers by question. A Map keeps them in insertion order. */
  readonly #answers = new Map<string, Uint8Array>();

  constructor(
    perform: (request: Uint8Array) => Uint8Array,
    options: { maxRemembered?: number } = {},
  ) {
    this.#perform = perform;
    this.#maxRemembered = options.maxRemembered ?? 100;
  }

  handle(request: Uint8Array, from: Deno.NetAddr): Uint8Array {
    const { buffer, byteOffset } = request;
    const number = new DataView(buffer, byteOffset).getUint32(0);
    // Each client counts on its own. Without separators, port 50001 and number
    // 23 would look like port 5000 and number 123.
    const key = `${from.hostname} ${from.port} ${number}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;

    const data = this.#perform(request.subarray(4));
    // Make a new array, because the caller reuses the question's.
    const answer = new Uint8Array(4 + data.length);
    answer.set(request.subarray(0, 4));
    answer.set(data, 4);
    this.#answers.set(key, answer);
    if (this.#answers.size > this.#maxRemembered) {
      const [oldest] = this.#answers.keys();
      this.#answers.delete(oldest);
    }
    return answer;
  }
}
