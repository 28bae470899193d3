/** Wrong answers to the exercises of lesson 21, and what must be said of each. */
import type { WrongAnswer } from "../gates.ts";
import type { ReadCommand } from "../../../lessons/21_redis_by_hand/checks/read_command.ts";
import type { StoreClass } from "../../../lessons/21_redis_by_hand/checks/store.ts";
import * as solution from "../../../lessons/21_redis_by_hand/solution.ts";
import type {
  ByteReader,
  CommandStore,
  StoreOptions,
} from "../../../lessons/21_redis_by_hand/types.ts";

/** Wrong answers to 21.1. */
export const readCommandMistakes: WrongAnswer<ReadCommand>[] = [
  {
    name: "splits at blanks",
    async attempt(reader) {
      const bytes = await reader.read();
      if (bytes === null) return null;
      const words = latin1(bytes).split(/\s+/).filter((word) => word !== "");
      return words.filter((word) => !/^[*$]\d+$/.test(word)).map(bytesOf);
    },
    diagnosis: /What was read behind the end of a command is the next one/,
  },
  {
    name: "splits the strings at blanks, and gives back what is left",
    attempt: changed((parts) =>
      parts.flatMap((part) => latin1(part).split(/ +/).map(bytesOf))
    ),
    diagnosis: /Do not split at blanks/,
  },
  {
    name: "trims the strings",
    attempt: changed((parts) =>
      parts.map((part) => bytesOf(latin1(part).trim()))
    ),
    diagnosis: /and do not trim/,
  },
  {
    name: "takes a string up to the end of its line",
    attempt: changed((parts) =>
      parts.map((part) => bytesOf(latin1(part).split("\r\n")[0]))
    ),
    diagnosis: /Take as many bytes as its length says/,
  },
  {
    name: "counts the length in characters",
    attempt: flawed({ inCharacters: true }),
    diagnosis: /there an ö is one and not two/,
  },
  {
    name: "makes text of the strings, and bytes again",
    attempt: changed((parts) =>
      parts.map((part) =>
        new TextEncoder().encode(new TextDecoder().decode(part))
      )
    ),
    diagnosis: /never make text of a value/,
  },
  {
    name: "returns text",
    attempt: changed((parts) =>
      parts.map((part) => latin1(part)) as unknown as Uint8Array[]
    ),
    diagnosis: /an array of Uint8Array/,
  },
  {
    name: "leaves empty strings out",
    attempt: changed((parts) => parts.filter((part) => part.length > 0)),
    diagnosis: /a string of no bytes, which counts/,
  },
  {
    name: "loses pipelined commands",
    attempt: flawed({ loses: true }),
    diagnosis: /What was read behind the end of a command is the next one/,
  },
  {
    name: "keeps what it has read too much beside the function",
    attempt: (() => {
      let rest: Uint8Array | null = null;
      return (reader: ByteReader) =>
        solution.readCommand({
          async read() {
            const bytes = rest ?? await reader.read();
            rest = null;
            return bytes;
          },
          unread(bytes) {
            if (bytes.length > 0) rest = bytes;
          },
        });
    })(),
    diagnosis: /a variable beside the function is one for all of them/,
  },
  {
    name: "takes one read for one command",
    async attempt(reader) {
      const bytes = await reader.read();
      if (bytes === null) return null;
      const once = [bytes];
      const back: Uint8Array[] = [];
      const parts = await solution.readCommand({
        read: () => Promise.resolve(back.pop() ?? once.pop() ?? null),
        unread: (bytes) => back.push(bytes),
      });
      for (const bytes of back) reader.unread(bytes);
      return parts;
    },
    diagnosis: /A read may end anywhere/,
  },
  {
    name: "knows no inline commands",
    attempt: flawed({ noInline: true }),
    diagnosis: /A read may end anywhere|does not begin with \*/,
  },
  {
    name: "splits an inline command at each single blank",
    attempt: flawed({ oneBlank: true }),
    diagnosis: /one blank or more between them/,
  },
  {
    name: "returns an empty command for a blank line",
    attempt: flawed({ takesBlank: true }),
    diagnosis: /A line with no word in it is no command/,
  },
  {
    name: "takes negative lengths",
    attempt: flawed({ min: -Infinity }),
    diagnosis: /look at both ends of the range/,
  },
  {
    name: "takes huge lengths, and waits for what they count",
    attempt: flawed({ max: Infinity }),
    diagnosis: /Whoever believes it waits for bytes that never come/,
  },
  {
    name: "reads numbers with Number()",
    attempt: flawed({ parse: Number }),
    diagnosis: /digits and nothing else/,
  },
  {
    name: "reads numbers with parseInt()",
    attempt: flawed({ parse: (text) => parseInt(text) }),
    diagnosis: /digits and nothing else/,
  },
  {
    name: "takes any byte for the $",
    attempt: flawed({ anyMark: true }),
    diagnosis: /begins with \$, and has \\r\\n behind/,
  },
  {
    name: "does not look at the end of a string",
    attempt: flawed({ anyEnd: true }),
    diagnosis: /has \\r\\n behind its last byte/,
  },
  {
    name: "keeps a line without an end",
    attempt: flawed({ maxLine: Infinity }),
    diagnosis: /It has read over \d+ bytes of one line/,
  },
  {
    name: "takes 1000 strings at most",
    attempt: flawed({ max: 1000 }),
    diagnosis: /Just as many as the limit are allowed/,
  },
  {
    name: "takes an end in the middle for the end",
    async attempt(reader) {
      try {
        return await solution.readCommand(reader);
      } catch (error) {
        if (error instanceof Deno.errors.UnexpectedEof) return null;
        throw error;
      }
    },
    diagnosis: /something was lost, and the caller must hear of it/,
  },
  {
    name: "throws one class of error for everything",
    async attempt(reader) {
      try {
        return await solution.readCommand(reader);
      } catch (error) {
        throw new Error("bad command", { cause: error });
      }
    },
    diagnosis: /by the class of the error/,
  },
  {
    name: "encodes the bytes of typed words once more",
    attempt: typed((words) =>
      words.map((word) => new TextEncoder().encode(latin1(word)))
    ),
    diagnosis: /TextEncoder makes two of each/,
  },
  {
    name: "trims typed words",
    attempt: typed((words) =>
      words.map((word) => bytesOf(latin1(word).trim()))
    ),
    diagnosis: /take a0 for one too/,
  },
  {
    name: "takes \\n alone for the end of a line in an array",
    attempt: flawed({ anyLineEnd: true }),
    diagnosis: /The lines of an array end with \\r\\n/,
  },
  {
    name: "looks at the first byte behind a string only",
    attempt: flawed({ isEnd: (end) => end[0] === "\r" }),
    diagnosis: /behind its last byte, both of them/,
  },
  {
    name: "looks at the length of a line only while it has no end",
    attempt: flawed({ anyWholeLine: true }),
    diagnosis: /also where the end of the line has come in the same read/,
  },
  {
    name: "looks at the second byte behind a string only",
    attempt: flawed({ isEnd: (end) => end[1] === "\n" }),
    diagnosis: /behind its last byte, both of them/,
  },
];

/** Wrong answers to 21.2. */
export const storeMistakes: WrongAnswer<StoreClass>[] = [
  {
    name: "gives an empty string for nil",
    attempt: replies((reply) => reply === "$-1\r\n" ? "$0\r\n\r\n" : reply),
    diagnosis: /which is nil: \$-1/,
  },
  {
    name: "gives nil for an empty value",
    attempt: replies((reply) => reply === "$0\r\n\r\n" ? "$-1\r\n" : reply),
    diagnosis: /that key is there, and its value has no bytes/i,
  },
  {
    name: "takes text for INCR, as parseInt() does",
    attempt: class extends solution.Store {
      override run(command: Uint8Array[]): Uint8Array {
        if (nameOf(command) !== "INCR" || command.length !== 2) {
          return super.run(command);
        }
        const old = latin1(super.run([bytesOf("GET"), command[1]]));
        const sum = old === "$-1\r\n" ? 1 : parseInt(old.split("\r\n")[1]) + 1;
        super.run([bytesOf("SET"), command[1], bytesOf(String(sum))]);
        return bytesOf(`:${sum}\r\n`);
      }
    },
    diagnosis: /parseInt\("12abc"\) is 12/,
  },
  {
    name: "adds in numbers of JavaScript",
    attempt: replies((reply, [name, key], run) => {
      if (name !== "INCR" || !/^:\d{16}/.test(reply)) return reply;
      const sum = Number(BigInt(reply.slice(1, -2)) - 1n) + 1;
      run(["SET", key, String(sum)]);
      return `:${sum}\r\n`;
    }),
    diagnosis: /BigInt is exact/,
  },
  {
    name: "makes a BigInt of a number of JavaScript",
    attempt: replies((reply, [name, key], run) => {
      if (name !== "INCR" || !/^:\d{16}/.test(reply)) return reply;
      const old = BigInt(Number(BigInt(reply.slice(1, -2)) - 1n));
      run(["SET", key, String(old + 1n)]);
      return `:${old + 1n}\r\n`;
    }),
    diagnosis: /Number\(\) of the text can give another one/,
  },
  {
    name: "takes a + in front of a number",
    attempt: class extends solution.Store {
      override run(command: Uint8Array[]): Uint8Array {
        const [name, key] = command;
        const bulk = latin1(super.run([bytesOf("GET"), key ?? name]));
        const signed = /^\$\d+\r\n\+([0-9]+)\r\n$/.exec(bulk);
        if (nameOf(command) === "INCR" && signed !== null) {
          super.run([bytesOf("SET"), key, bytesOf(signed[1])]);
        }
        return super.run(command);
      }
    },
    diagnosis: /perhaps with a - in front, and nothing else/,
  },
  {
    name: "puts the numbers of a key in a row",
    attempt: commands((command) =>
      command.map((part, i) =>
        i > 0 && (i === 1 || nameOf(command) === "DEL") &&
          !["ECHO", "PING"].includes(nameOf(command))
          ? bytesOf(part.join(""))
          : part
      )
    ),
    diagnosis: /1 and 23 give "123"/,
  },
  {
    name: "adds without an end",
    attempt: replies((reply, [name, key], run) => {
      if (name !== "INCR" || !reply.includes("overflow")) return reply;
      run(["SET", key, "9223372036854775808"]);
      return ":9223372036854775808\r\n";
    }),
    diagnosis: /tells whether n fits/,
  },
  {
    name: "takes 18 digits at most",
    attempt: replies((reply, [name]) =>
      name === "INCR" && /^:-?\d{19}/.test(reply)
        ? "-ERR value is out of range\r\n"
        : reply
    ),
    diagnosis: /How many there are does not tell whether a number fits/,
  },
  {
    name: "refuses the lowest number",
    attempt: replies((reply, [name]) =>
      name === "INCR" && reply === ":-9223372036854775807\r\n"
        ? "-ERR value is out of range\r\n"
        : reply
    ),
    diagnosis: /from -9223372036854775808 to 9223372036854775807/,
  },
  {
    name: "looks at the sum alone, and not at the value",
    attempt: class extends solution.Store {
      override run(command: Uint8Array[]): Uint8Array {
        const [, key] = command;
        if (nameOf(command) !== "INCR" || command.length !== 2) {
          return super.run(command);
        }
        const [, old] = latin1(super.run([bytesOf("GET"), key])).split("\r\n");
        if (old !== "-9223372036854775809") return super.run(command);
        super.run([bytesOf("SET"), key, bytesOf("-9223372036854775808")]);
        return bytesOf(":-9223372036854775808\r\n");
      }
    },
    diagnosis: /an integer of 64 bits too, and not the sum alone/,
  },
  {
    name: "gives the sum as a string",
    attempt: replies((reply, [name]) =>
      name === "INCR" && reply[0] === ":"
        ? `$${reply.length - 3}\r\n${reply.slice(1)}`
        : reply
    ),
    diagnosis: /INCR gives the sum as an integer/,
  },
  {
    name: "never ends a value",
    attempt: class extends solution.Store {
      override run(command: Uint8Array[]): Uint8Array {
        const reply = super.run(command);
        if (nameOf(command) === "SET" && latin1(reply) === "+OK\r\n") {
          super.run(command.slice(0, 3));
        }
        return reply;
      }
    },
    diagnosis: /Its time is over, so there is no such key any more/,
  },
  {
    name: "ends values by the machine's clock",
    attempt: class extends solution.Store {
      constructor() {
        super();
      }
    },
    diagnosis: /A timer does not know of the clock that is given/,
  },
  {
    name: "counts EX in milliseconds",
    attempt: commands((command) =>
      command.map((part) => latin1(part) === "EX" ? bytesOf("PX") : part)
    ),
    diagnosis: /EX counts seconds, PX milliseconds/,
  },
  {
    name: "keeps the old time when SET gives none",
    attempt: class extends solution.Store {
      #times = new Map<string, Uint8Array[]>();
      override run(command: Uint8Array[]): Uint8Array {
        if (nameOf(command) !== "SET" || command.length < 3) {
          return super.run(command);
        }
        const key = latin1(command[1]);
        const time = command.slice(3);
        if (time.length === 2) this.#times.set(key, time);
        return super.run([
          ...command.slice(0, 3),
          ...(time.length > 0 ? time : this.#times.get(key) ?? []),
        ]);
      }
    },
    diagnosis: /A SET without a time takes the old time away/,
  },
  {
    name: "forgets the time at INCR",
    attempt: replies((reply, [name, key], run) => {
      if (name === "INCR" && reply[0] === ":") {
        run(["SET", key, reply.slice(1, -2)]);
      }
      return reply;
    }),
    diagnosis: /INCR leaves the time that SET gave/,
  },
  {
    name: "writes errors without -ERR",
    attempt: replies((reply) => reply.replace(/^-ERR /, "-")),
    diagnosis: /Behind the - stands a code, ERR/,
  },
  {
    name: "writes errors as simple strings",
    attempt: replies((reply) => reply.replace(/^-ERR /, "+ERR ")),
    diagnosis: /an error's is -/,
  },
  {
    name: "throws instead of answering",
    attempt: replies((reply) => {
      if (reply[0] === "-") throw new TypeError(reply);
      return reply;
    }),
    diagnosis: /A client's mistake must not end the server/,
  },
  {
    name: "puts the client's words in the error as they are",
    attempt: replies((reply, [, ...args], _run, name) =>
      reply.startsWith("-ERR unknown")
        ? `-ERR unknown command '${name}' ${args}\r\n`
        : reply
    ),
    diagnosis: /the rest is read as another reply/,
  },
  {
    name: "takes \\r\\n out of the client's words, and neither of them alone",
    attempt: replies((reply, _command, _run, name) =>
      reply.startsWith("-ERR unknown")
        ? `-ERR unknown command '${name.replaceAll("\r\n", " ")}'\r\n`
        : reply
    ),
    diagnosis: /each \\r and each \\n, also where it stands alone/,
  },
  {
    name: "says in an error which value it was",
    attempt: class extends solution.Store {
      override run(command: Uint8Array[]): Uint8Array {
        const reply = latin1(super.run(command));
        if (!reply.startsWith("-ERR value is no")) return bytesOf(reply);
        const value = latin1(super.run([bytesOf("GET"), command[1]]));
        const words = value.slice(value.indexOf("\n") + 1, -2);
        return bytesOf(`-ERR not an integer: ${words}\r\n`);
      }
    },
    diagnosis: /ends it, and the rest is read as another reply/,
  },
  {
    name: "says in an error which option it was",
    attempt: replies((reply, [name, , , option]) =>
      name === "SET" && reply.startsWith("-ERR syntax")
        ? `-ERR syntax error near '${option}'\r\n`
        : reply
    ),
    diagnosis: /ends it, and the rest is read as another reply/,
  },
  {
    name: "takes the old value away before it looks at the time",
    attempt: class extends solution.Store {
      override run(command: Uint8Array[]): Uint8Array {
        if (nameOf(command) === "SET" && command.length > 3) {
          super.run([bytesOf("DEL"), command[1]]);
        }
        return super.run(command);
      }
    },
    diagnosis: /before you put anything in the store, or take anything out/,
  },
  {
    name: "sets the value before it looks at the time",
    attempt: class extends solution.Store {
      override run(command: Uint8Array[]): Uint8Array {
        if (nameOf(command) === "SET" && command.length > 3) {
          super.run(command.slice(0, 3));
        }
        return super.run(command);
      }
    },
    diagnosis: /before you put anything in the store, or take anything out/,
  },
  {
    name: "reads the digits at the beginning of a time",
    attempt: commands((command) =>
      command.map((part, i) =>
        i === 4 ? bytesOf(latin1(part).replace(/^(\d+)[a-z]$/, "$1")) : part
      )
    ),
    diagnosis: /an integer over 0. Anything else is an error/,
  },
  {
    name: "looks for commands in an object",
    attempt: class {
      readonly #table: Record<string, CommandStore["run"]>;
      constructor(options?: StoreOptions) {
        const store = new solution.Store(options);
        const names = ["ping", "echo", "set", "get", "del", "incr"];
        this.#table = Object.fromEntries(
          names.map((name) => [name, (command) => store.run(command)]),
        );
      }
      run(command: Uint8Array[]): Uint8Array {
        const run = this.#table[nameOf(command).toLowerCase()];
        return run?.(command) ?? bytesOf("-ERR unknown command\r\n");
      }
    },
    diagnosis: /An object has names that nobody put into it/,
  },
  {
    name: "keeps the values in an object",
    attempt: class {
      readonly #store: solution.Store;
      readonly #values: Record<string, unknown> = {};
      constructor(options?: StoreOptions) {
        this.#store = new solution.Store(options);
      }
      run(command: Uint8Array[]): Uint8Array {
        const reply = this.#store.run(command);
        if (nameOf(command) !== "GET" || latin1(reply) !== "$-1\r\n") {
          return reply;
        }
        const value = this.#values[latin1(command[1])];
        return value === undefined
          ? reply
          : bytesOf(`$${String(value).length}\r\n${value}\r\n`);
      }
    },
    diagnosis: /An object has names that nobody put into it/,
  },
  {
    name: "takes an empty text for none",
    attempt: replies((reply, [name, text]) =>
      name === "PING" && text === "" ? "+PONG\r\n" : reply
    ),
    diagnosis: /An empty text is a text/,
  },
  {
    name: "does not count the arguments",
    attempt: replies((reply) =>
      reply.includes("wrong number") ? "+OK\r\n" : reply
    ),
    diagnosis: /Look at how many arguments there are/,
  },
  {
    name: "takes any time",
    attempt: replies((reply) =>
      /syntax|expire/.test(reply) ? "+OK\r\n" : reply
    ),
    diagnosis: /nothing may stand but EX or PX/,
  },
  {
    name: "knows names in capitals only",
    attempt: class extends solution.Store {
      override run(command: Uint8Array[]): Uint8Array {
        const [name] = command;
        if (latin1(name) !== nameOf(command)) {
          return bytesOf("-ERR unknown command\r\n");
        }
        return super.run(command);
      }
    },
    diagnosis: /in capitals or not/,
  },
  {
    name: "counts the length of a string in characters",
    attempt: replies((reply) => {
      const [, head, value] = /^\$\d+(\r\n)([^]*)\r\n$/.exec(reply) ?? [];
      if (head === undefined) return reply;
      const text = new TextDecoder().decode(bytesOf(value));
      return `$${text.length}\r\n${value}\r\n`;
    }),
    diagnosis: /counts bytes, and not characters/,
  },
  {
    name: "answers with simple strings",
    attempt: replies((reply, [name]) =>
      name === "ECHO" ? reply.replace(/^\$\d+\r\n/, "+") : reply
    ),
    diagnosis: /A text or a value is a bulk string/,
  },
  {
    name: "makes text of keys",
    attempt: commands((command) =>
      command.map((part, i) =>
        i === 1 && nameOf(command) !== "ECHO"
          ? new TextEncoder().encode(new TextDecoder().decode(part))
          : part
      )
    ),
    diagnosis: /Two keys of different bytes are two keys/,
  },
  {
    name: "makes text of values",
    attempt: commands((command) =>
      command.map((part, i) =>
        i === 2
          ? new TextEncoder().encode(new TextDecoder().decode(part))
          : part
      )
    ),
    diagnosis: /A value is bytes of any kind/,
  },
  {
    name: "answers DEL with OK",
    attempt: replies((reply, [name]) => name === "DEL" ? "+OK\r\n" : reply),
    diagnosis: /DEL gives how many keys there were/,
  },
  {
    name: "counts the names given to DEL",
    attempt: replies((reply, [name, ...keys]) =>
      name === "DEL" && reply[0] === ":" ? `:${keys.length}\r\n` : reply
    ),
    diagnosis: /DEL counts keys that there were/,
  },
  {
    name: "returns text",
    attempt: class {
      readonly #store = new solution.Store();
      run(command: Uint8Array[]): Uint8Array {
        return latin1(this.#store.run(command)) as unknown as Uint8Array;
      }
    },
    diagnosis: /no text, and no promise/,
  },
  {
    name: "keeps the keys beside the object",
    attempt: class {
      readonly #own: solution.Store | undefined;
      constructor(options?: { now?: () => number }) {
        if (options !== undefined) this.#own = new solution.Store(options);
      }
      run(command: Uint8Array[]): Uint8Array {
        return (this.#own ?? shared).run(command);
      }
    },
    diagnosis: /Each store has keys of its own|There is no such key/,
  },
];

const shared = new solution.Store();

/** What a reader does wrong; it is right but for that. */
interface Flaws {
  inCharacters?: boolean;
  loses?: boolean;
  noInline?: boolean;
  oneBlank?: boolean;
  takesBlank?: boolean;
  anyMark?: boolean;
  anyEnd?: boolean;
  isEnd?: (end: string) => boolean;
  anyLineEnd?: boolean;
  anyWholeLine?: boolean;
  min?: number;
  max?: number;
  maxLine?: number;
  parse?: (text: string) => number;
}

/** A reader on one text, with a character for each byte. */
function flawed(flaws: Flaws): ReadCommand {
  const { maxLine = 65536, parse = strict } = flaws;
  const { isEnd = (end: string) => end === "\r\n" } = flaws;
  return async (reader: ByteReader) => {
    let pending = "";
    async function more(): Promise<boolean> {
      const bytes = await reader.read();
      if (bytes === null) return false;
      pending += latin1(bytes);
      return true;
    }
    async function need(): Promise<void> {
      if (!await more()) throw new Deno.errors.UnexpectedEof("the end");
    }
    async function line(): Promise<string> {
      while (!pending.includes("\n") && pending.length <= maxLine + 1) {
        await need();
      }
      const [found] = pending.split("\n", 1);
      const isWhole = found.length < pending.length;
      if (
        found.replace(/\r$/, "").length > maxLine &&
        !(flaws.anyWholeLine && isWhole)
      ) {
        throw new RangeError("line");
      }
      pending = pending.slice(found.length + 1);
      return found;
    }
    async function take(size: number): Promise<string> {
      while (pending.length < size) await need();
      const text = pending.slice(0, Math.max(0, size));
      pending = pending.slice(text.length);
      return text;
    }
    function count(text: string, min: number, max: number): number {
      if (!text.endsWith("\r") && !flaws.anyLineEnd) throw new TypeError(text);
      const value = parse(text.slice(1).replace(/\r$/, ""));
      if (
        value < (flaws.min ?? min) || value > Math.min(max, flaws.max ?? max)
      ) {
        if (flaws.max !== Infinity || value < min) throw new RangeError(text);
      }
      return value;
    }
    while (true) {
      if (pending === "" && !await more()) return null;
      const first = await line();
      const typed = first.replace(/\r$/, "");
      const parts: string[] = [];
      if (first[0] === "*" || flaws.noInline) {
        const due = count(first, 1, 1024);
        while (parts.length < due) {
          const head = await line();
          if (head[0] !== "$" && !flaws.anyMark) throw new TypeError(head);
          const size = count(head, 0, 1048576);
          parts.push(await take(flaws.inCharacters ? inUnits(size) : size));
          if (!isEnd(await take(2)) && !flaws.anyEnd) {
            throw new TypeError("end");
          }
        }
      } else if (flaws.oneBlank) {
        parts.push(...typed === "" ? [] : typed.split(" "));
      } else {
        parts.push(...typed.split(/[ \t]+/).filter((word) => word !== ""));
      }
      if (parts.length === 0 && !flaws.takesBlank) continue;
      if (!flaws.loses) reader.unread(bytesOf(pending));
      return parts.map(bytesOf);
    }

    /** How many bytes so many characters are: not what was asked for. */
    function inUnits(size: number): number {
      const text = new TextDecoder().decode(bytesOf(pending));
      return new TextEncoder().encode(text.slice(0, size)).length;
    }
  };
}

function strict(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new TypeError(text);
  return Number(text);
}

/** The solution, with the strings changed. */
function changed(change: (parts: Uint8Array[]) => Uint8Array[]): ReadCommand {
  return async (reader) => {
    const parts = await solution.readCommand(reader);
    return parts && change(parts);
  };
}

/** The solution, with the words of a line that was typed changed. */
function typed(change: (words: Uint8Array[]) => Uint8Array[]): ReadCommand {
  return async (reader) => {
    let begin: number | undefined;
    const parts = await solution.readCommand({
      async read() {
        const bytes = await reader.read();
        begin ??= bytes?.[0];
        return bytes;
      },
      unread: (bytes) => reader.unread(bytes),
    });
    return parts && begin !== 0x2a ? change(parts) : parts;
  };
}

/** The solution, with the replies changed; one character for each byte. */
function replies(
  change: (
    reply: string,
    command: string[],
    run: (command: string[]) => void,
    name: string,
  ) => string,
): StoreClass {
  return class extends solution.Store {
    override run(command: Uint8Array[]): Uint8Array {
      const reply = latin1(super.run(command));
      const args = command.slice(1).map(latin1);
      const run = (parts: string[]) => {
        super.run(parts.map(bytesOf));
      };
      const name = latin1(command[0]);
      return bytesOf(change(reply, [nameOf(command), ...args], run, name));
    }
  };
}

/** The solution, with the commands changed. */
function commands(
  change: (command: Uint8Array[]) => Uint8Array[],
): StoreClass {
  return class extends solution.Store {
    override run(command: Uint8Array[]): Uint8Array {
      return super.run(change(command));
    }
  };
}

function nameOf(command: Uint8Array[]): string {
  return latin1(command[0]).toUpperCase();
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
