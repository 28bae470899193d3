/** Wrong answers to the exercises of lesson 22, and the diagnosis of each. */
import { readCommand } from "../../../lessons/22_redis_by_hand/solution.ts";
import type { ByteReader } from "../../../lessons/22_redis_by_hand/types.ts";
import type { WrongAnswers } from "../gates.ts";

// The lines where the solution decides.
const TAKE_STRING = "parts.push(await take(size))";
const END_TEST = 'latin1(await take(2)) !== "\\r\\n"';
const WORDS = 'words.filter((word) => word !== "").map(bytesOf)';
const START = "let endsAt = Infinity;";
const INTEGER_TEST = "/^(0|-?[1-9][0-9]{0,18})$/";
const REASON = 'message.slice(0, 100).replace(/[\\r\\n]/g, " ")';

export const wrongAnswers: WrongAnswers = {
  "22.1": [
    {
      name: "splits the strings at spaces",
      replace: [
        TAKE_STRING,
        "parts.push(...latin1(await take(size)).split(/ +/).map(bytesOf))",
      ],
      diagnosis: /Don't split at spaces/,
    },
    {
      name: "takes a string up to the end of its line",
      replace: [
        TAKE_STRING,
        'parts.push(bytesOf(latin1(await take(size)).split("\\r\\n")[0]))',
      ],
      diagnosis: /Take as many bytes as the length says/,
    },
    {
      name: "counts the length in characters",
      replace: [
        TAKE_STRING,
        `while (pending.length < size) await need();
        const text = new TextDecoder().decode(pending).slice(0, size);
        parts.push(await take(new TextEncoder().encode(text).length))`,
      ],
      diagnosis: /ö is one character instead of two bytes/,
    },
    {
      name: "turns the strings into text and back",
      replace: [
        TAKE_STRING,
        `const text = new TextDecoder().decode(await take(size));
        parts.push(new TextEncoder().encode(text))`,
      ],
      diagnosis: /never turn a value into text/,
    },
    {
      name: "returns text",
      replace: ["return parts;", "return parts.map(latin1);"],
      diagnosis: /an array of Uint8Array/,
    },
    {
      name: "leaves empty strings out",
      replace: [
        "return parts;",
        "return parts.filter((part) => part.length > 0);",
      ],
      diagnosis: /a string of no bytes\. It counts/,
    },
    {
      name: "loses pipelined commands",
      replace: ["reader.unread(pending);", ""],
      diagnosis: /Give them back with reader\.unread\(\) before you return/,
    },
    {
      name: "keeps leftover bytes in a variable outside the function",
      attempt: keepingRestOutside(),
      diagnosis: /a variable outside the function or class/,
    },
    {
      name: "treats one read as one command",
      replace: [
        "const bytes = await reader.read();",
        "const bytes = more.done ? null : await reader.read(); more.done = true;",
      ],
      diagnosis: /A read may end anywhere/,
    },
    {
      name: "doesn't know inline commands",
      replace: ['if (line[0] === "*") {', "if (true) {"],
      diagnosis: /A line that doesn't start with \*/,
    },
    {
      name: "returns an empty command for a line without words",
      replace: ["if (parts.length === 0) continue;", ""],
      diagnosis: /A line without words isn't a command/,
    },
    {
      name: "encodes the bytes of words once more",
      replace: [
        WORDS,
        'words.filter((word) => word !== "").map((word) => new TextEncoder().encode(word))',
      ],
      diagnosis: /TextEncoder makes two/,
    },
    {
      name: "trims words",
      replace: [
        WORDS,
        'words.filter((word) => word !== "").map((word) => bytesOf(word.trim()))',
      ],
      diagnosis: /take a0 for a space as well/,
    },
    {
      name: "accepts negative lengths",
      replace: ["value >= min &&", ""],
      diagnosis: /Check both ends of the range/,
    },
    {
      name: "accepts huge lengths, and waits for that much",
      replace: ["&& value <= max", ""],
      diagnosis: /you wait for bytes that never arrive/,
    },
    {
      name: "reads numbers with Number()",
      replace: [
        "!/^(0|[1-9][0-9]*)\\r$/.test(line.slice(1))",
        "isNaN(line.slice(1))",
      ],
      diagnosis: /digits and nothing else/,
    },
    {
      name: "accepts any byte instead of the $",
      replace: ["line[0] !== mark", "false"],
      diagnosis: /Each string of an array starts with \$/,
    },
    {
      name: "checks only the first byte after a string",
      replace: [END_TEST, 'latin1(await take(2))[0] !== "\\r"'],
      diagnosis: /both \\r and \\n follow its last byte/,
    },
    {
      name: "accepts -0",
      replace: ["/^(0|[1-9][0-9]*)\\r$/", "/^(-?0|[1-9][0-9]*)\\r$/"],
      diagnosis: /-0 isn't just digits/,
    },
    {
      name: "cuts a line at its first \\r",
      replace: [
        "if (!/^(0|[1-9][0-9]*)\\r$/",
        'line = line.replace(/\\r[^]*/, "\\r");\nif (!/^(0|[1-9][0-9]*)\\r$/',
      ],
      diagnosis: /digits and nothing else, up to the \\r\\n/,
    },
    {
      name: "rejects inline commands that start with $, +, -, or :",
      replace: [
        'if (line[0] === "*") {',
        `if (/[$+:-]/.test(line[0])) throw new TypeError(line);
        if (line[0] === "*") {`,
      ],
      diagnosis: /Only \* starts an array/,
    },
    {
      name: "returns views of an array that it reuses",
      replace: [
        TAKE_STRING,
        `const whole = readCommand.whole ??= new Uint8Array(2 ** 21);
        whole.set(await take(size));
        parts.push(whole.subarray(0, size))`,
      ],
      diagnosis: /Two of the strings are views of the same bytes/,
    },
    {
      name: "treats a failed connection as the end",
      replace: [
        "await reader.read();",
        "await reader.read().catch(() => null);",
      ],
      diagnosis: /The connection failed\. Don't catch the error of read\(\)/,
    },
    {
      name: "accepts \\n alone in an array",
      replace: ["*)\\r$/", "*)\\r?$/"],
      diagnosis: /The lines of an array end with \\r\\n/,
    },
    {
      name: "keeps an endless line",
      replace: ["!isTooLong(pending)", "true"],
      diagnosis:
        /65536 bytes, and one more that may be the \\r\. Anything more/,
    },
    {
      name: "notices one byte late that a line is too long",
      replace: ["!isTooLong(pending)", "pending.length <= 65537"],
      diagnosis: /65536 bytes, and one more that may be the \\r/,
    },
    {
      name: "allocates before it checks the limit",
      replace: [
        "const value = Number(line.slice(1));",
        "const value = Number(line.slice(1));\n    new Uint8Array(value);",
      ],
      diagnosis: /allocated more bytes than the limit allows/,
    },
    {
      name: "checks the length of a line only while it has no end",
      replace: ["isTooLong(line)", "end === -1"],
      diagnosis: /even if the end of the line came in the same read/,
    },
    {
      name: "accepts at most 1000 strings",
      replace: ['"*", 1, 1024', '"*", 1, 1000'],
      diagnosis: /Exactly as many strings or bytes as the limit are allowed/,
    },
    {
      name: "returns null for an end inside a command",
      attempt: (reader: ByteReader) =>
        readCommand(reader).catch((error) => {
          if (error instanceof Deno.errors.UnexpectedEof) return null;
          throw error;
        }),
      diagnosis: /something was lost, and the caller must know/,
    },
    {
      name: "throws the same class of error for everything",
      attempt: (reader: ByteReader) =>
        readCommand(reader).catch((cause) => {
          throw new Error("bad command", { cause });
        }),
      diagnosis: /by their class/,
    },
    {
      name: "takes a * after a space for that of an array",
      replace: ['if (line[0] === "*")', 'if (line.trimStart()[0] === "*")'],
      diagnosis: /look at the line's first byte/,
    },
    {
      name: "removes each \\r at the end of a line",
      replace: ["line.replace(/\\r$/", "line.replace(/\\r+$/"],
      diagnosis: /Only the \\r right before \\n/,
    },
    {
      name: "counts the \\r of a line whose \\n hasn't arrived",
      replace: [
        "while (end === -1 && !isTooLong(pending)) {",
        `while (end === -1) {
      if (pending.length > 65536) throw new RangeError("a long line");`,
      ],
      diagnosis: /until then, a \\r at the end may be part of it/,
    },
    {
      name: "takes the end of the stream for that of a line",
      replace: [
        `      await need();
      end = pending.indexOf(0x0a);`,
        `      if (!await more()) pending = Uint8Array.of(...pending, 0x0d, 0x0a);
      end = pending.indexOf(0x0a);`,
      ],
      diagnosis: /The stream ended in the middle of a command/,
    },
    {
      name: "splits inline commands at spaces only",
      replace: ["split(/[ \\t]+/)", "split(/ +/)"],
      diagnosis: /A tab separates words, too/,
    },
    {
      name: "accepts leading zeros",
      replace: ["/^(0|[1-9][0-9]*)\\r$/", "/^[0-9]+\\r$/"],
      diagnosis: /its first digit isn't 0, unless it's the only one/,
    },
  ],
  "22.2": [
    {
      name: "returns an empty string for nil",
      replace: ['"$-1\\r\\n"', '"$0\\r\\n\\r\\n"'],
      diagnosis: /so the reply is nil: \$-1/,
    },
    {
      name: "returns nil for an empty value",
      replace: ["value === null", "!value?.length"],
      diagnosis: /This key exists, and its value is empty/,
    },
    {
      name: "adds 1 to text, as parseInt() reads it",
      replace: [": text(entry.value)", ": String(parseInt(text(entry.value)))"],
      diagnosis: /parseInt\("12abc"\) is 12/,
    },
    {
      name: "adds JavaScript numbers",
      replace: ["BigInt(old) + 1n", "BigInt(Number(old) + 1)"],
      diagnosis: /BigInt is exact/,
    },
    {
      name: "accepts at most 18 digits",
      replace: [INTEGER_TEST, "/^(0|-?[1-9][0-9]{0,17})$/"],
      diagnosis: /counting digits doesn't tell you whether n fits/,
    },
    {
      name: "adds without limit",
      replace: ["BigInt.asIntN(64, sum) !== sum", "false"],
      diagnosis: /tells whether n fits/,
    },
    {
      name: "checks the sum, but not the value",
      replace: ["|| BigInt.asIntN(64, sum - 1n) !== sum - 1n", ""],
      diagnosis: /a 64-bit integer too, not only the sum/,
    },
    {
      name: "returns the sum as a string",
      replace: ["encode(`:${sum}\\r\\n`)", "bulk(encode(`${sum}`))"],
      diagnosis: /INCR returns the sum as an integer/,
    },
    {
      name: "uses the machine's clock",
      replace: ["options.now ?? Date.now", "Date.now"],
      diagnosis: /This key has expired.* A timer doesn't use the clock/,
    },
    {
      name: "counts EX in milliseconds",
      replace: ['unit === "ex" ? 1000 : 1', "1"],
      diagnosis: /EX counts seconds/,
    },
    {
      name: "keeps the old time if SET has none",
      replace: [
        "endsAt = Infinity",
        "endsAt = this.#entry(key)?.endsAt ?? Infinity",
      ],
      diagnosis: /A SET without a time removes the old time/,
    },
    {
      name: "removes the time at INCR",
      replace: ["entry?.endsAt ?? Infinity", "Infinity"],
      diagnosis: /INCR keeps the time that SET gave/,
    },
    {
      name: "writes errors without -ERR",
      replace: ["`-ERR ${", "`-${"],
      diagnosis: /After the - comes a code, ERR/,
    },
    {
      name: "writes errors as simple strings",
      replace: ["`-ERR ${", "`+ERR ${"],
      diagnosis: /for an error that's -/,
    },
    {
      name: "throws instead of returning an error",
      replace: ["return encode(`-ERR", "throw new TypeError(`-ERR"],
      diagnosis: /A client's mistake must not end the server/,
    },
    {
      name: "copies the client's words into the error",
      replace: [REASON, "message"],
      diagnosis: /the client reads the rest as another reply/,
    },
    {
      name: "quotes the value in an error",
      replace: [
        'error("value is not an integer or out of range")',
        "encode(`-ERR not an integer: ${old}\\r\\n`)",
      ],
      diagnosis: /a line ending in them ends the error/,
    },
    {
      name: "deletes the old value before it checks the time",
      replace: [START, `${START} this.#delete([key]);`],
      diagnosis: /check all arguments before you change anything/,
    },
    {
      name: "looks up values in an object",
      replace: ["?.value ?? null", "?.value ?? {}[text(args[0])] ?? null"],
      diagnosis: /An object already has names that you didn't put in it/,
    },
    {
      name: "ignores an empty text",
      replace: [
        "args.length === 1 ? bulk(args[0]) : encode",
        "args[0]?.length ? bulk(args[0]) : encode",
      ],
      diagnosis: /An empty text is a text/,
    },
    {
      name: "doesn't count the arguments",
      replace: ["error(`wrong number", 'encode("+OK\\r\\n", `wrong number'],
      diagnosis: /Check how many arguments there are/,
    },
    {
      name: "knows names in capitals only",
      replace: [
        "text(first).toLowerCase()",
        '(/[a-z]/.test(text(first)) ? "?" : text(first).toLowerCase())',
      ],
      diagnosis: /Command names are case-insensitive/,
    },
    {
      name: "compares names in capitals, as toUpperCase() makes them",
      replace: [
        "text(first).toLowerCase()",
        "text(first).toUpperCase().toLowerCase()",
      ],
      diagnosis: /"ſ"\.toUpperCase\(\) is "S"/,
    },
    {
      name: "drops a byte order mark",
      replace: ['"utf-8", { ignoreBOM: true }', ""],
      diagnosis: /drops a byte order mark unless you pass ignoreBOM/,
    },
    {
      name: "reads a time with Number()",
      replace: [
        "!/^[1-9][0-9]*$/.test(time)",
        "!(Number.isInteger(Number(time)) && Number(time) > 0)",
      ],
      diagnosis: /an integer above 0, in digits without leading zeros, may/,
    },
    {
      name: "removes the old time before it checks the new one",
      replace: [
        START,
        `${START} if (this.#entry(key)) this.#entry(key)!.endsAt = Infinity;`,
      ],
      diagnosis: /not even the time at which the value expires/,
    },
    {
      name: "removes the time of a value that INCR can't add 1 to",
      replace: [
        'const old = entry === undefined ? "0" : text(entry.value);',
        `const old = entry === undefined ? "0" : text(entry.value);
        if (entry && /[a-z]/.test(old)) entry.endsAt = Infinity;`,
      ],
      diagnosis: /not even the time at which the value expires/,
    },
    {
      name: "converts the case of keys",
      replace: ["key.toHex()", "text(key).toLowerCase() + key.length"],
      diagnosis: /don't convert their case|ff and fe both become/,
    },
    {
      name: "trims keys",
      replace: ["key.toHex()", 'key.toHex().replace(/^(20)+|(20|0a)+$/g, "")'],
      diagnosis: /don't trim them/,
    },
    {
      name: "takes the name off the caller's array",
      replace: [
        "const [first, ...args] = command;",
        "const first = command.shift()!; const args = command;",
      ],
      diagnosis: /changed its arguments, but they belong to the caller/,
    },
    {
      name: "starts a timer for each value",
      replace: [
        'return encode("+OK\\r\\n");\n  }\n\n  #delete',
        `if (endsAt < Infinity) setTimeout(() => this.#entries.delete(nameOf(key)), endsAt - this.#now());
        return encode("+OK\\r\\n");\n  }\n\n  #delete`,
      ],
      diagnosis: /A timer doesn't use the clock/,
    },
    {
      name: "treats the time 0 as no clock",
      replace: [
        "options.now ?? Date.now",
        "() => options.now?.() || Date.now()",
      ],
      diagnosis: /This key hasn't expired yet|This key has expired/,
    },
    {
      name: "counts the length of a string in characters",
      replace: ["`$${value.length}", "`$${text(value).length}"],
      diagnosis: /counts bytes, not characters/,
    },
    {
      name: "answers with simple strings",
      replace: [
        "args.length === 1 ? bulk(args[0]) : isWrong()",
        "encode(`+${text(args[0])}\\r\\n`)",
      ],
      diagnosis: /A text or value is a bulk string/,
    },
    {
      name: "turns keys into text",
      replace: ["key.toHex()", "text(key)"],
      diagnosis: /Decoded as UTF-8, ff and fe both become/,
    },
    {
      name: "joins the numbers of a key",
      replace: ["key.toHex()", 'key.join("")'],
      diagnosis: /1 and 23 become "123"/,
    },
    {
      name: "turns values into text",
      replace: [
        "value: value.slice()",
        "value: encode(text(value))",
      ],
      diagnosis: /A value can be any bytes, and GET returns them unchanged/,
    },
    {
      name: "returns OK for DEL",
      replace: ["`:${count}\\r\\n`", '"+OK\\r\\n"'],
      diagnosis: /DEL returns how many of the keys existed/,
    },
    {
      name: "counts the names given to DEL",
      replace: [":${count}", ":${keys.length}"],
      diagnosis: /DEL counts keys that existed/,
    },
    {
      name: "returns text",
      replace: ["return new TextEncoder().encode(text)", "return text"],
      diagnosis: /not text, and not a promise/,
    },
    {
      name: "keeps the keys outside the object",
      replace: ["#entries = new Map", "#entries = Store.entries ??= new Map"],
      diagnosis: /a variable outside the function or class/,
    },
    {
      name: "has a clock of its own that stands still",
      replace: [
        "this.#now = options.now ?? Date.now;",
        `const started = Date.now();
    this.#now = options.now ?? (() => started);`,
      ],
      diagnosis: /call Date\.now\(\) on each access/,
    },
    {
      name: "keeps the time in whole seconds",
      replace: [
        "endsAt = this.#now() +",
        "endsAt = Math.floor(this.#now() / 1000) * 1000 +",
      ],
      diagnosis: /This key hasn't expired yet/,
    },
    {
      name: "gives a counter that INCR creates a time",
      replace: [
        "entry?.endsAt ?? Infinity",
        "entry?.endsAt ?? this.#now() + 1e9",
      ],
      diagnosis: /A key that INCR created has no time/,
    },
    {
      name: "expires a millisecond early",
      replace: ["this.#now() <= entry.endsAt", "this.#now() < entry.endsAt"],
      diagnosis: /still exists in the very millisecond/,
    },
    {
      name: "accepts a time with a leading zero",
      replace: ["/^[1-9][0-9]*$/.test(time)", "/^0*[1-9][0-9]*$/.test(time)"],
      diagnosis: /in digits without leading zeros, may follow/,
    },
    {
      name: "adds 1 to a number with a leading zero",
      replace: [INTEGER_TEST, "/^-?[0-9]{1,19}$/"],
      diagnosis: /The first digit isn't 0, unless the number is 0/,
    },
    {
      name: "keeps the caller's array",
      replace: ["value: value.slice()", "value"],
      diagnosis: /changed when the caller used its buffer again/,
    },
    {
      name: "returns the same array for each OK",
      replace: [
        'return encode("+OK\\r\\n")',
        'return (Store.ok ??= encode("+OK\\r\\n"))',
      ],
      diagnosis: /wrote into an array that an earlier call returned/,
    },
  ],
};

/** Makes the solution keep the leftover bytes of all clients in one array. */
function keepingRestOutside() {
  let rest: Uint8Array | null = null;
  return (reader: ByteReader) =>
    readCommand({
      async read() {
        const bytes = rest ?? await reader.read();
        rest = null;
        return bytes;
      },
      unread(bytes) {
        if (bytes.length > 0) rest = bytes;
      },
    });
}
