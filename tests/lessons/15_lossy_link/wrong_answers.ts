/** Wrong answers to the exercises of lesson 15, and what must be said of each. */
import type { WrongAnswer } from "../gates.ts";
import type {
  Call,
  OnceOnlyClass,
  Perform,
} from "../../../lessons/15_lossy_link/types.ts";

/** What is wrong with a call. */
interface CallFlaws {
  /** Gives the number of a try. */
  number?: (call: number, attempt: number) => number;
  /** Makes the question. */
  question?: (number: number, request: Uint8Array) => Uint8Array;
  /** Whether a message is taken for the answer. */
  isAnswer?: (message: Message) => boolean;
  /** What a message that is not the answer does to the try. */
  other?: "next try" | "wait anew";
  /** Begins a receive for each try, beside the one that was given up. */
  receivesAnew?: boolean;
  /** What is returned of the answer. */
  result?: (message: Uint8Array) => Uint8Array;
  /** How many tries there are. */
  tries?: (attempts: number) => number;
  /** Does not wait for the answer to the last try. */
  isHasty?: boolean;
  /** How long to wait after a try, in milliseconds. */
  wait?: (timeoutMs: number, attempt: number, attempts: number) => number;
  /** What happens when there was no answer. */
  giveUp?: () => Uint8Array;
  closes?: boolean;
}

/** What came, and what it should be. */
interface Message {
  message: Uint8Array;
  from: Deno.Addr;
  server: Deno.NetAddr;
  isFromServer: boolean;
  /** Whether it is from the server's port, on any host. */
  isFromPort: boolean;
  number: number;
}

let calls = 0;

/** Makes a call that is right but for its flaws. */
function flawed(flaws: CallFlaws): Call {
  const {
    number: numberOf = (call) => call,
    question: questionOf = question,
    isAnswer = isRight,
    other,
    receivesAnew = false,
    result = (message) => message.subarray(4),
    tries = (attempts) => attempts,
    isHasty = false,
    wait = (timeoutMs) => timeoutMs,
    giveUp = () => {
      throw new Deno.errors.TimedOut("no answer");
    },
    closes = false,
  } = flaws;
  return async (socket, server, request, { timeoutMs, attempts }) => {
    const call = ++calls;
    let receiving: ReturnType<typeof socket.receive> | undefined;
    for (let attempt = 1; attempt <= tries(attempts); attempt++) {
      const number = numberOf(call, attempt) >>> 0;
      await socket.send(questionOf(number, request), server);
      if (isHasty && attempt === attempts) break;
      let late = sleep(wait(timeoutMs, attempt, attempts));
      try {
        while (true) {
          receiving ??= socket.receive();
          receiving.catch(() => {});
          const received = await Promise.race([receiving, late.promise]);
          if (received === undefined) break;
          receiving = undefined;
          const [message, from] = received;
          const { hostname, port } = from as Deno.NetAddr;
          const isFromPort = port === server.port;
          const isFromServer = hostname === server.hostname && isFromPort;
          const about = { message, from, server, isFromServer, isFromPort };
          if (isAnswer({ ...about, number })) {
            if (closes) socket.close();
            return result(message);
          }
          if (other === "next try") break;
          if (other === "wait anew") {
            clearTimeout(late.timer);
            late = sleep(timeoutMs);
          }
        }
      } finally {
        clearTimeout(late.timer);
      }
      if (receivesAnew) receiving = undefined;
    }
    return giveUp();
  };
}

function sleep(ms: number) {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return { promise, timer: setTimeout(() => resolve(undefined), ms) };
}

function question(number: number, request: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + request.length);
  new DataView(bytes.buffer).setUint32(0, number);
  bytes.set(request, 4);
  return bytes;
}

function numberIn(message: Uint8Array): number {
  return new DataView(message.buffer, message.byteOffset, 4).getUint32(0);
}

function isRight({ message, isFromServer, number }: Message): boolean {
  return isFromServer && message.length >= 4 && numberIn(message) === number;
}

/** Wrong answers to 15.1. */
export const callMistakes: WrongAnswer<Call>[] = [
  {
    name: "has no number",
    attempt: flawed({
      question: (_, request) => request,
      isAnswer: ({ isFromServer }) => isFromServer,
      result: (message) => message,
    }),
    diagnosis: /There is no number in front/,
  },
  {
    name: "sends a number, and does not look at that of the answer",
    attempt: flawed({
      isAnswer: ({ isFromServer, message }) =>
        isFromServer && message.length >= 4,
    }),
    diagnosis: /the answer to the question before.*a late answer/s,
  },
  {
    name: "compares one byte of the number",
    attempt: flawed({
      isAnswer: ({ message, isFromServer, number }) =>
        isFromServer && message.length >= 4 && message[3] === (number & 255),
    }),
    diagnosis: /the answer to another number.*all of them count/s,
  },
  {
    name: "begins anew after 256 numbers",
    attempt: flawed({ number: (call) => call & 255 }),
    diagnosis: /as call \d+ had.*begin anew after a while/s,
  },
  {
    name: "has no limit",
    attempt: flawed({ tries: () => Infinity }),
    diagnosis: /asks for ever/,
  },
  {
    name: "takes a new number on each try",
    attempt: flawed({ number: (call, attempt) => 1000 * call + attempt }),
    diagnosis: /Make the number before the loop/,
  },
  {
    name: "takes the same number for every call",
    attempt: flawed({ number: () => 1 }),
    diagnosis: /would pass for the answer to the other/,
  },
  {
    name: "counts tries instead of calls",
    attempt: flawed({ number: (_, attempt) => attempt }),
    diagnosis: /would pass for the answer to the other/,
  },
  {
    name: "writes the number as text",
    attempt: flawed({
      question: (number, request) =>
        new Uint8Array([
          ...new TextEncoder().encode(`${1e6 + number}:`),
          ...request,
        ]),
    }),
    diagnosis: /The number takes 4 bytes, whatever its value/,
  },
  {
    name: "uses up a try for each strange message",
    attempt: flawed({ other: "next try" }),
    diagnosis: /no reason to ask again/,
  },
  {
    name: "waits anew after each strange message",
    attempt: flawed({ other: "wait anew" }),
    diagnosis: /begins the wait anew/,
  },
  {
    name: "begins a receive for each try",
    attempt: flawed({ receivesAnew: true }),
    diagnosis: /a try that was given up has taken the answer/,
  },
  {
    name: "returns the number too",
    attempt: flawed({ result: (message) => message }),
    diagnosis: /Return the data without the number/,
  },
  {
    name: "takes anybody's answer",
    attempt: flawed({
      isAnswer: (message) => isRight({ ...message, isFromServer: true }),
    }),
    diagnosis: /A number is easily guessed/,
  },
  {
    name: "looks at the sender's port, and not at its host",
    attempt: flawed({
      isAnswer: (message) =>
        isRight({ ...message, isFromServer: message.isFromPort }),
    }),
    diagnosis: /from udp:\/\/192\.0\.2\.1.*Compare the host as well/s,
  },
  {
    name: "reads a number where there is none",
    attempt: flawed({
      isAnswer: ({ message, isFromServer, number }) =>
        isFromServer && numberIn(message) === number,
    }),
    diagnosis: /may be shorter than 4 bytes/,
  },
  {
    name: "takes an empty answer for none",
    attempt: flawed({
      isAnswer: (message) => isRight(message) && message.message.length > 4,
    }),
    diagnosis: /an answer that says nothing, and an answer all the same/,
  },
  {
    name: "does not wait after the last try",
    attempt: flawed({ isHasty: true }),
    diagnosis: /After the last try it waits/,
  },
  {
    name: "hardly waits after the last of several tries",
    attempt: flawed({
      wait: (timeoutMs, attempt, attempts) =>
        attempt > 1 && attempt === attempts ? 1 : timeoutMs,
    }),
    diagnosis: /gave up after \d+ ms.*the last one too/s,
  },
  {
    name: "waits twice as long after each try",
    attempt: flawed({
      wait: (timeoutMs, attempt) => timeoutMs * 2 ** (attempt - 1),
    }),
    diagnosis: /much longer after its last try.*and not longer each time/s,
  },
  {
    name: "compares the addresses as JSON",
    attempt: flawed({
      isAnswer: (about) =>
        isRight(about) &&
        JSON.stringify(about.from) === JSON.stringify(about.server),
    }),
    diagnosis: /what is in them counts.*not the order of their properties/s,
  },
  {
    name: "returns the rest of the array that Deno received into",
    attempt: flawed({ result: ({ buffer }) => new Uint8Array(buffer, 4) }),
    diagnosis: /message\.buffer is the whole array/,
  },
  {
    name: "lets its interval go on when the answer is there",
    async attempt(socket, server, request, { timeoutMs, attempts }) {
      const number = ++calls;
      let tries = 1;
      await socket.send(question(number, request), server);
      const failed = Promise.withResolvers<never>();
      const timer = setInterval(() => {
        if (tries++ < attempts) {
          socket.send(question(number, request), server).catch(() => {});
        } else {
          clearInterval(timer);
          failed.reject(new Deno.errors.TimedOut("no answer"));
        }
      }, timeoutMs);
      async function hear(): Promise<Uint8Array> {
        while (true) {
          const [message, from] = await socket.receive();
          const isFromServer =
            (from as Deno.NetAddr).hostname === server.hostname &&
            (from as Deno.NetAddr).port === server.port;
          if (!isFromServer || message.length < 4) continue;
          if (numberIn(message) === number) return message.subarray(4);
        }
      }
      const hearing = hear();
      hearing.catch(() => {});
      failed.promise.catch(() => {});
      return await Promise.race([hearing, failed.promise]);
    },
    diagnosis: /A timer of that call still runs/,
  },
  {
    name: "counts only the repeats",
    attempt: flawed({ tries: (attempts) => attempts + 1 }),
    diagnosis: /counts the first try too/,
  },
  {
    name: "returns nothing when there was no answer",
    attempt: flawed({ giveUp: () => new Uint8Array() }),
    diagnosis: /no value can say so/,
  },
  {
    name: "throws a plain Error when there was no answer",
    attempt: flawed({
      giveUp: () => {
        throw new Error("no answer");
      },
    }),
    diagnosis: /Silence has a class of its own/,
  },
  {
    name: "closes the socket",
    attempt: flawed({ closes: true }),
    diagnosis: /closed the socket/,
  },
];

/** A right answer, whose parts the wrong ones replace. */
class Base {
  protected readonly answers = new Map<unknown, Uint8Array>();
  protected readonly max: number;
  protected readonly perform: Perform;

  constructor(perform: Perform, options: { maxRemembered?: number } = {}) {
    this.perform = perform;
    this.max = options.maxRemembered ?? 100;
  }

  handle(request: Uint8Array, from: Deno.NetAddr): Uint8Array {
    const key = this.key(request, from);
    const known = this.answers.get(key);
    if (known !== undefined) return this.repeat(known, request);
    const answer = this.answer(request);
    this.remember(key, answer);
    return answer;
  }

  protected key(request: Uint8Array, from: Deno.NetAddr): unknown {
    return `${from.hostname} ${from.port} ${numberIn(request)}`;
  }

  protected repeat(known: Uint8Array, _request: Uint8Array): Uint8Array {
    return known;
  }

  protected answer(request: Uint8Array): Uint8Array {
    return question(numberIn(request), this.perform(request.subarray(4)));
  }

  protected remember(key: unknown, answer: Uint8Array): void {
    this.answers.set(key, answer);
    if (this.answers.size > this.max) this.forget();
  }

  protected forget(): void {
    this.answers.delete(this.answers.keys().next().value);
  }
}

/** Wrong answers to 15.2. */
export const onceOnlyMistakes: WrongAnswer<OnceOnlyClass>[] = [
  {
    name: "does it twice",
    attempt: class extends Base {
      protected override remember() {}
    },
    diagnosis: /This was a repeat.*wants it done once/s,
  },
  {
    name: "answers repeats with nothing",
    attempt: class extends Base {
      protected override repeat() {
        return new Uint8Array();
      }
    },
    diagnosis: /asks until it gives up/,
  },
  {
    name: "answers repeats with undefined",
    attempt: class extends Base {
      protected override repeat() {
        return undefined as unknown as Uint8Array;
      }
    },
    diagnosis: /handle\(\) gave undefined.*has not heard it/s,
  },
  {
    name: "answers with a promise",
    attempt: class extends Base {
      override handle(request: Uint8Array, from: Deno.NetAddr) {
        const answer = Promise.resolve(super.handle(request, from));
        return answer as unknown as Uint8Array;
      }
    },
    diagnosis: /nothing is waited for here, so it is not `async`/,
  },
  {
    name: "answers repeats with words of their own",
    attempt: class extends Base {
      protected override repeat(_: Uint8Array, request: Uint8Array) {
        return question(
          numberIn(request),
          new TextEncoder().encode("done already"),
        );
      }
    },
    diagnosis: /the very same answer/,
  },
  {
    name: "remembers for ever",
    attempt: class extends Base {
      protected override forget() {}
    },
    diagnosis: /It still remembers the first of four/,
  },
  {
    name: "knows by number only, not by sender",
    attempt: class extends Base {
      protected override key(request: Uint8Array) {
        return numberIn(request);
      }
    },
    diagnosis: /Every client counts by itself/,
  },
  {
    name: "knows the sender by port only",
    attempt: class extends Base {
      protected override key(request: Uint8Array, from: Deno.NetAddr) {
        return `${from.port} ${numberIn(request)}`;
      }
    },
    diagnosis: /The same port on another host/,
  },
  {
    name: "knows the sender by host only",
    attempt: class extends Base {
      protected override key(request: Uint8Array, from: Deno.NetAddr) {
        return `${from.hostname} ${numberIn(request)}`;
      }
    },
    diagnosis: /Another port is another sender/,
  },
  {
    name: "writes port and number without a gap",
    attempt: class extends Base {
      protected override key(request: Uint8Array, from: Deno.NetAddr) {
        return `${from.hostname}:${from.port}${numberIn(request)}`;
      }
    },
    diagnosis: /the same digits/,
  },
  {
    name: "writes host and port without a gap",
    attempt: class extends Base {
      protected override key(request: Uint8Array, from: Deno.NetAddr) {
        return `${from.hostname}${from.port} ${numberIn(request)}`;
      }
    },
    diagnosis: /the same text.*between host and port/s,
  },
  {
    name: "writes the bytes of the number in a row",
    attempt: class extends Base {
      protected override key(request: Uint8Array, from: Deno.NetAddr) {
        const number = request.subarray(0, 4).join("");
        return `${from.hostname} ${from.port} ${number}`;
      }
    },
    diagnosis: /0, 0, 1, 23.*Read them as one number/s,
  },
  {
    name: "reads the number as text",
    attempt: class extends Base {
      protected override key(request: Uint8Array, from: Deno.NetAddr) {
        const number = new TextDecoder().decode(request.subarray(0, 4));
        return `${from.hostname} ${from.port} ${number}`;
      }
    },
    diagnosis: /They are bytes and no text/,
  },
  {
    name: "reads the number where the whole array begins",
    attempt: class extends Base {
      protected override key(request: Uint8Array, from: Deno.NetAddr) {
        const number = new DataView(request.buffer).getUint32(0);
        return `${from.hostname} ${from.port} ${number}`;
      }
    },
    diagnosis: /request\.buffer is the whole of it/,
  },
  {
    name: "looks at the last byte of the number",
    attempt: class extends Base {
      protected override key(request: Uint8Array, from: Deno.NetAddr) {
        return `${from.hostname} ${from.port} ${request[3]}`;
      }
    },
    diagnosis: /4 bytes, and all of them count/,
  },
  {
    name: "knows a repeat by what it says",
    attempt: class extends Base {
      protected override key(request: Uint8Array, from: Deno.NetAddr) {
        return `${from.hostname} ${from.port} ${request.subarray(4)}`;
      }
    },
    diagnosis: /who adds 1 twice wants 2/,
  },
  {
    name: "takes the array for the key",
    attempt: class extends Base {
      protected override key(request: Uint8Array) {
        return request;
      }
    },
    diagnosis: /`from` and `request` themselves are no keys/,
  },
  {
    name: "remembers the last answer of each sender only",
    attempt: class extends Base {
      readonly #last = new Map<string, unknown>();
      protected override key(request: Uint8Array, from: Deno.NetAddr) {
        const key = super.key(request, from);
        const sender = `${from.hostname} ${from.port}`;
        if (this.#last.get(sender) !== key) {
          this.answers.delete(this.#last.get(sender));
        }
        this.#last.set(sender, key);
        return key;
      }
    },
    diagnosis: /more than the last answer/,
  },
  {
    name: "answers without the number",
    attempt: class extends Base {
      protected override answer(request: Uint8Array) {
        return this.perform(request.subarray(4));
      }
    },
    diagnosis: /The number is missing/,
  },
  {
    name: "gives perform the number as well",
    attempt: class extends Base {
      protected override answer(request: Uint8Array) {
        return question(numberIn(request), this.perform(request));
      }
    },
    diagnosis: /something else than the data/,
  },
  {
    name: "keeps the data of the answer where they were",
    attempt: class extends Base {
      protected override repeat(known: Uint8Array, request: Uint8Array) {
        return question(numberIn(request), known);
      }
      override handle(request: Uint8Array, from: Deno.NetAddr) {
        const key = this.key(request, from);
        const known = this.answers.get(key) ??
          this.perform(request.subarray(4));
        this.remember(key, known);
        return this.repeat(known, request);
      }
    },
    diagnosis: /shares its bytes with the question/,
  },
  {
    name: "takes an answer without data for none",
    attempt: class extends Base {
      override handle(request: Uint8Array, from: Deno.NetAddr) {
        const key = this.key(request, from);
        const known = this.answers.get(key);
        if (known !== undefined && known.length > 4) return known;
        const answer = this.answer(request);
        this.remember(key, answer);
        return answer;
      }
    },
    diagnosis: /Compare with undefined/,
  },
  {
    name: "notes the question before it is done",
    attempt: class extends Base {
      override handle(request: Uint8Array, from: Deno.NetAddr) {
        const key = this.key(request, from);
        const known = this.answers.get(key);
        if (known !== undefined) return known;
        this.remember(key, request.slice(0, 4));
        const answer = this.answer(request);
        this.answers.set(key, answer);
        return answer;
      }
    },
    diagnosis: /Note the question only when it is done/,
  },
  {
    name: "remembers a failure, and throws it again",
    attempt: class extends Base {
      readonly #failures = new Map<unknown, unknown>();
      override handle(request: Uint8Array, from: Deno.NetAddr) {
        const key = this.key(request, from);
        if (this.#failures.has(key)) throw this.#failures.get(key);
        try {
          return super.handle(request, from);
        } catch (error) {
          this.#failures.set(key, error);
          throw error;
        }
      }
    },
    diagnosis: /threw the same for the repeat.*the repeat is a new chance/s,
  },
  {
    name: "turns a failure into an answer",
    attempt: class extends Base {
      protected override answer(request: Uint8Array) {
        try {
          return super.answer(request);
        } catch {
          return request.slice(0, 4);
        }
      }
    },
    diagnosis: /the server must learn that nothing was done/,
  },
  {
    name: "forgets all when it is full",
    attempt: class extends Base {
      protected override forget() {
        this.answers.clear();
      }
    },
    diagnosis: /forget one, not all/,
  },
  {
    name: "forgets what was asked for longest ago",
    attempt: class extends Base {
      override handle(request: Uint8Array, from: Deno.NetAddr) {
        const key = this.key(request, from);
        const answer = super.handle(request, from);
        this.answers.delete(key);
        this.answers.set(key, answer);
        return answer;
      }
    },
    diagnosis: /A repeat makes no answer younger/,
  },
  {
    name: "makes room before it knows whether there is an answer",
    attempt: class extends Base {
      protected override answer(request: Uint8Array) {
        if (this.answers.size >= this.max) this.forget();
        return super.answer(request);
      }
    },
    diagnosis: /there is no third answer to make room for/,
  },
  {
    name: "remembers nothing new when it is full",
    attempt: class extends Base {
      protected override remember(key: unknown, answer: Uint8Array) {
        if (this.answers.size < this.max) this.answers.set(key, answer);
      }
    },
    diagnosis: /the oldest, not the newest/,
  },
  {
    name: "has a limit for each sender",
    attempt: class extends Base {
      readonly #bySender = new Map<string, Base>();
      override handle(request: Uint8Array, from: Deno.NetAddr) {
        const sender = `${from.hostname} ${from.port}`;
        let one = this.#bySender.get(sender);
        if (one === undefined) {
          one = new Base(this.perform, { maxRemembered: this.max });
          this.#bySender.set(sender, one);
        }
        return one.handle(request, from);
      }
    },
    diagnosis: /kept for each sender by itself/,
  },
  {
    name: "has no limit unless told",
    attempt: class extends Base {
      constructor(
        perform: Perform,
        { maxRemembered = Infinity }: { maxRemembered?: number } = {},
      ) {
        super(perform, { maxRemembered });
      }
    },
    diagnosis: /Without options there is a limit too/,
  },
];
