/** One good answer to each exercise of lesson 15. */

// ---- 15.1 call --------------------------------------------------------------

/** A random start: a program that is started again does not begin at 0 again. */
let lastNumber = crypto.getRandomValues(new Uint32Array(1))[0];

export async function call(
  socket: Deno.DatagramConn,
  server: Deno.NetAddr,
  request: Uint8Array,
  options: { timeoutMs: number; attempts: number },
): Promise<Uint8Array> {
  // One number for all tries: an answer to any of them is the answer.
  lastNumber = (lastNumber + 1) >>> 0;
  const number = lastNumber;
  const question = new Uint8Array(4 + request.length);
  new DataView(question.buffer).setUint32(0, number);
  question.set(request, 4);

  // A receive cannot be taken back, so it goes on from one try to the next. A
  // second one beside it would wait while this one takes the answer.
  const answer = receiveAnswer(socket, server, number);
  // If no try is left, nobody waits for it any more.
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
    `No answer to ${options.attempts} tries of ${options.timeoutMs} ms`,
  );
}

/** Throws away what comes until it is the answer. */
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
  /** The answers by question. A Map keeps the order in which they came in. */
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
    // Each client counts by itself. Without something between them, port 50001
    // and number 23 would look like port 5000 and number 123.
    const key = `${from.hostname} ${from.port} ${number}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;

    const data = this.#perform(request.subarray(4));
    // An array of its own: the one of the question is used again.
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
