/** The exercises of lesson 24. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkAskSecurely } from "./checks/ask_securely.ts";
import { checkClientHello } from "./checks/client_hello.ts";
import { checkRecordReader } from "./checks/record_reader.ts";
import { checkUpgrade } from "./checks/upgrade.ts";
import * as solution from "./solution.ts";
import type {
  AskSecurely,
  ReadClientHello,
  RecordReaderClass,
  Upgrade,
} from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises = [
  exercise<RecordReaderClass>({
    id: "24.1",
    pure: true,
    title: "Cut a stream into records",
    passed:
      "It works wherever a read ends, and checks each length before it waits.",
    real: "lib/wire/tls/record_parser.ts",
    solution: solution.RecordReader,
    hints: [
      "`push` gets `16 03`, and then `01 00 02 aa bb 17`. What can `next` know " +
      "after the first call? What does it return after the second, and which " +
      "bytes does it keep?",
      "Keep everything that you haven't returned in one array. In `next`, wait " +
      "for 5 bytes, check the type, the version, and the limit, wait for the " +
      "fragment, and only then cut the record off the front.",
      "Most of the code, in next():\n" +
      "    if (pending.length < 5) return null;\n" +
      "    const length = pending[3] << 8 | pending[4];\n" +
      "    // throw TypeError or RangeError here\n" +
      "    if (pending.length < 5 + length) return null;\n" +
      "    this.#pending = pending.subarray(5 + length);\n" +
      "    return { type, version, fragment: pending.slice(5, 5 + length) };",
    ],
    read: "A stream of records",
    check: checkRecordReader,
  }),
  exercise<ReadClientHello>({
    id: "24.2",
    pure: true,
    title: "Read a ClientHello",
    passed: "Every length stays inside the part that it belongs to.",
    real: "lib/wire/tls/client_hello.ts",
    solution: solution.clientHello,
    hints: [
      "A name's length says 10, its list ends after 6 more bytes, and the " +
      "next extension follows. Which bytes does your code return as the name? " +
      "Which part of your code would have to know where the list ends?",
      "Write a small class around a part of the bytes: `number(size)` and " +
      "`bytes(size)` throw `RangeError` past its end, and `field(lengthSize)` " +
      "reads a length and returns a part of exactly that size, as a new object. " +
      "Then no inner length can lead out of the outer one.",
      "Most of the code:\n" +
      "    field(lengthSize: number): Field {\n" +
      "      return new Field(this.bytes(this.number(lengthSize)));\n" +
      "    }\n" +
      "and then:\n" +
      "    const extensions = body.field(2);\n" +
      "    while (extensions.left > 0) {\n" +
      "      const type = extensions.number(2);\n" +
      "      const data = extensions.field(2);\n" +
      "      if (type === 16) {\n" +
      "        const list = data.field(2);\n" +
      "        while (list.left > 0) protocols.push(list.field(1).text());\n" +
      "      }\n" +
      "      // after a known type: throw if data.left > 0\n" +
      "    }",
    ],
    read: "A length inside a length",
    check: checkClientHello,
  }),
  exercise<AskSecurely>({
    id: "24.3",
    title: "Ask securely",
    passed: "You know which server answered, and that the answer is complete.",
    solution: solution.askSecurely,
    hints: [
      "Which call looks a host up and connects to it, and which one only " +
      "compares a name with a certificate? And what ends a handshake with a " +
      "server that says nothing?",
      "Connect to 127.0.0.1 with `Deno.connect`, and make a TLS connection of " +
      "that with `Deno.startTls`. Write, `closeWrite()`, read until null. A " +
      "timer closes the connection; in a `catch`, replace the error if the " +
      "timer has fired. Declare both connections with `using`.",
      "Most of the code:\n" +
      '    using tcp = await Deno.connect({ hostname: "127.0.0.1", port, signal });\n' +
      "    using conn = await Deno.startTls(tcp, { hostname, caCerts });\n" +
      '    signal.addEventListener("abort", () => conn[Symbol.dispose]());\n' +
      "    // write the question, closeWrite(), and read until null\n" +
      "around it:\n" +
      "    try { … }\n" +
      "    catch (error) { throw signal.aborted ? signal.reason : error; }\n" +
      "    finally { clearTimeout(timer); }",
    ],
    read: "The end has to be authentic, too",
    check: checkAskSecurely,
  }),
  exercise<Upgrade>({
    id: "24.4",
    title: "From cleartext to TLS",
    passed:
      "Nothing that arrived in the clear can pass for something from inside " +
      "TLS.",
    solution: solution.upgrade,
    hints: [
      "A read brings `220 ready\\r\\n250 hello\\r\\n`. Who may have sent the " +
      "second line? What will the caller think if you keep it?",
      "Read until there's a `\\n`. If it isn't the last byte you have, throw. " +
      "Then check `220 `, call `Deno.startTls`, and await `handshake()`. Put a " +
      "`try` around all of it, and close in its `catch` whichever connection you " +
      "have by then.",
      "Most of the code:\n" +
      "    let open: Deno.Conn = conn;\n" +
      "    try {\n" +
      "      // write the command, and read the reply: up to 512 bytes\n" +
      "      if (buffer.indexOf(0x0a) !== size - 1) throw new InvalidData(…);\n" +
      '      if (!reply.startsWith("220 ")) throw new InvalidData(…);\n' +
      "      const tls = await Deno.startTls(conn, { caCerts, hostname });\n" +
      "      open = tls;\n" +
      "      await tls.handshake();\n" +
      "      return tls;\n" +
      "    } catch (error) {\n" +
      "      open[Symbol.dispose]();\n" +
      "      throw error;\n" +
      "    }",
    ],
    read: "From cleartext to TLS",
    check: checkUpgrade,
  }),
] as Exercise<unknown>[];
