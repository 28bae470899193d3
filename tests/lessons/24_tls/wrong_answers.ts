/** Wrong answers to the exercises of lesson 24, and the diagnosis of each. */
import { RecordReader } from "../../../lessons/24_tls/solution.ts";
import type {
  AskSecurely,
  RecordSource,
  TlsRecord,
  Upgrade,
} from "../../../lessons/24_tls/types.ts";
import { writeAll } from "../../../lib/net/mod.ts";
import { replacing, type WrongAnswers } from "../gates.ts";

const LENGTH = "pending[3] << 8 | pending[4]";
const LIMIT_TEST =
  "if (length > 2 ** 14 + 256) throw new RangeError(`${length} bytes`);";
const READ_VERSIONS = "if (!isGrease) hello.versions.push(version);";
const SEEN =
  "if (seen.has(type)) throw new RangeError(`extension ${type} twice`);";
const START_TLS = "await Deno.startTls(tcp, { hostname, caCerts })";
const READ_LOOP =
  "for (let count; (count = await conn.read(buffer)) !== null;) {";
const ONE_LINE_TEST = "buffer.indexOf(0x0a) !== size - 1";
const PREFIX_TEST = '!reply.startsWith("220 ")';

export const wrongAnswers: WrongAnswers = {
  "24.1": [
    {
      name: "takes each push for one record",
      attempt: class implements RecordSource {
        #pending: Uint8Array[] = [];
        push(bytes: Uint8Array) {
          if (bytes.length > 0) this.#pending.push(bytes.slice());
        }
        next(): TlsRecord | null {
          const bytes = this.#pending.shift();
          if (bytes === undefined) return null;
          const version = bytes[1] << 8 | bytes[2];
          return { type: bytes[0], version, fragment: bytes.slice(5) };
        }
        end() {}
      },
      diagnosis: /One read may return several records/,
    },
    ...replacing(LENGTH, {
      "reads the length as little-endian": [
        "pending[4] << 8 | pending[3]",
        /more significant one first|big-endian/,
      ],
      "reads one byte of the length": ["pending[4]", /big-endian: 01 2c/],
    }),
    ...replacing(LIMIT_TEST, {
      "has no limit": ["", /a length is only a claim/],
      "waits for more after it has rejected a length": [
        `if (length > 2 ** 14 + 256) {
          if (pending.length > 5) return null;
          throw new RangeError();
        }`,
        /you can't know where the next record starts/,
      ],
      "has a limit without what encryption adds": [
        "if (length > 2 ** 14) throw new RangeError();",
        /2\^14 \+ 256 bytes, which is 16640/,
      ],
      "has a limit that's one too low": [
        "if (length >= 2 ** 14 + 256) throw new RangeError();",
        /2\^14 \+ 256 bytes, which is 16640/,
      ],
      "has a limit that's one too high": [
        "if (length > 2 ** 14 + 257) throw new RangeError();",
        /a length is only a claim/,
      ],
      "checks the limit when the fragment has come": [
        "if (length > 16640 && pending.length >= 5 + length) throw new RangeError();",
        /a length is only a claim/,
      ],
      "throws another class": [
        "if (length > 16640) throw new TypeError();",
        /wrong class of error; it should be RangeError/,
      ],
    }),
    ...replacing("if (pending.length < 5) return null;", {
      "assumes that the header arrives whole": [
        "if (pending.length === 0) return null;",
        /A read may end anywhere/,
      ],
    }),
    ...replacing("if (pending.length < 5 + length) return null;", {
      "returns part of a fragment": ["", /A read may end anywhere/],
      "forgets that the header has a length, too": [
        "if (pending.length < length) return null;",
        /A read may end anywhere/,
      ],
    }),
    ...replacing("this.#pending = pending.subarray(5 + length);", {
      "drops what follows a record": [
        "this.#pending = new Uint8Array();",
        /keep the rest for the next calls/,
      ],
      "never cuts the record off": [
        "",
        /./,
      ],
    }),
    {
      name: "joins records of the same type",
      attempt: class extends RecordReader {
        override next(): TlsRecord | null {
          const one = super.next();
          if (one === null) return null;
          const fragments = [...one.fragment];
          const rest = super.next();
          if (rest !== null && rest.type === one.type) {
            fragments.push(...rest.fragment);
          } else if (rest !== null) {
            const { type, version, fragment } = rest;
            const { length } = fragment;
            const header = [type, version >> 8, version & 255];
            this.push(
              Uint8Array.of(...header, length >> 8, length & 255, ...fragment),
            );
          }
          return { ...one, fragment: Uint8Array.from(fragments) };
        }
      },
      diagnosis: /each record separately|One read may return several/,
    },
    ...replacing(
      "if (type < 20 || type > 23) throw new TypeError(`type ${type}`);",
      {
        "accepts every type": ["", /The types are 20 to 23/],
        "accepts heartbeats": [
          "if (type < 20 || type > 24) throw new TypeError();",
          /The types are 20 to 23/,
        ],
        "accepts type 19": [
          "if (type < 19 || type > 23) throw new TypeError();",
          /The types are 20 to 23/,
        ],
        "knows handshakes and data only": [
          "if (type !== 22 && type !== 23) throw new TypeError();",
          /Types 20 to 23 are fine/,
        ],
      },
    ),
    ...replacing(
      "if (major !== 3) throw new TypeError(`version ${major}.${minor}`);",
      {
        "accepts every version": ["", /The first byte of every version is 3/],
        "accepts only 3.3": [
          "if (major !== 3 || minor !== 3) throw new TypeError();",
          /./,
        ],
      },
    ),
    ...replacing("pending.slice(5, 5 + length)", {
      "returns the header with the fragment": [
        "pending.slice(0, 5 + length)",
        /A header has five bytes/,
      ],
    }),
    ...replacing("if (this.#pending.length === 0) return;", {
      "never minds a cut": ["return;", /Part of a record is still here/],
      "minds only whole headers": [
        "if (this.#pending.length < 5) return;",
        /Half a header counts, too/,
      ],
      "throws at every end": ["", /./],
    }),
    {
      name: "keeps the array it was given",
      replace: [
        "this.#pending = joined;",
        "this.#pending = this.#pending.length === 0 ? bytes as Uint8Array<ArrayBuffer> : joined;",
      ],
      diagnosis: /copy|overwrit/i,
    },
    {
      name: "keeps bytes in a variable outside the class",
      attempt: outside(),
      diagnosis: /outside the function or class/,
    },
  ],
  "24.2": [
    ...replacing(
      "if (record.type !== 22) throw new RangeError(`record of type ${record.type}`);",
      {
        "takes any record": ["", /A record of type 23 is encrypted/],
      },
    ),
    ...replacing(
      'if (message.number(1) !== 1) throw new RangeError("not a ClientHello");',
      {
        "takes any message": ["message.number(1);", /1 is a ClientHello/],
      },
    ),
    ...replacing("hello.serverName ??= name;", {
      "converts the name's case": [
        "hello.serverName ??= name.toLowerCase();",
        /Return all names as they are/,
      ],
    }),
    ...replacing("const name = names.field(2).text();", {
      "allows an empty name of a kind that it doesn't know": [
        `const field = names.field(2);
        const name = kind !== 0 && field.left === 0 ? "" : field.text();`,
        /A name of any kind has at least one character/,
      ],
      "looks only at the name that it returns": [
        `const field = names.field(2);
        const name = field.left === 0 && hello.serverName ? "" : field.text();`,
        /not only the one that you return/,
      ],
    }),
    ...replacing("if (body.left > 0) readExtensions(body.field(2), hello);", {
      "takes the old version if the list of versions is empty": [
        `if (body.left > 0) readExtensions(body.field(2), hello);
  if (hello.versions.length === 0) hello.versions = [version];`,
        /so only its versions count, even if there are none/,
      ],
    }),
    ...replacing("message.end();", {
      "ignores bytes after the message": ["", /lead exactly to the end/],
    }),
    ...replacing("  body.end();", {
      "ignores bytes after the extensions": ["", /lead exactly to the end/],
    }),
    ...replacing("    data.end();", {
      "ignores bytes after the lists": ["", /lead exactly to the end/],
    }),
    ...replacing("body.bytes(32); // random", {
      "forgets the random bytes": ["", /Before the extensions come/],
    }),
    ...replacing("if (body.field(1).left > 32) throw", {
      "takes a session ID of any length": [
        "if (body.field(1).left > 255) throw",
        /at most 32 bytes/,
      ],
      "takes a session ID of up to 31 bytes": [
        "if (body.field(1).left > 31) throw",
        /Before the extensions come/,
      ],
      "assumes a session ID of 32 bytes": [
        "if (body.bytes(33)[0] > 32) throw",
        /Before the extensions come/,
      ],
    }),
    ...replacing("body.field(2); // cipher suites", {
      "counts cipher suites, not bytes": [
        "body.bytes(2 * body.number(2));",
        /Before the extensions come/,
      ],
    }),
    ...replacing("body.field(1); // compression methods", {
      "assumes one compression method": [
        "body.bytes(2);",
        /any of them can vary/,
      ],
    }),
    ...replacing("if (body.left > 0) readExtensions(body.field(2), hello);", {
      "needs extensions": [
        "readExtensions(body.field(2), hello);",
        /there are no extensions/,
      ],
      "reads extensions to the end of the body, whatever their length says": [
        "if (body.left > 0) { body.number(2); readExtensions(new Field(body.bytes(body.left)), hello); }",
        /can't be longer than what's left|reads? that goes too far|lead exactly/,
      ],
    }),
    ...replacing("const type = extensions.number(2);", {
      "reads one byte of the type": [
        "const type = extensions.number(2) & 0xff;",
        /so 256 isn't 0/,
      ],
    }),
    ...replacing("if (type === 0) {", {
      "takes the first extension for the name": [
        "if (seen.size === 1) {",
        /Extensions come in any order/,
      ],
      "fails at an extension it doesn't know": [
        "if (![0, 5, 10, 11, 13, 16, 21, 22, 23, 35, 43, 45, 51, 256, 4096].includes(type)) throw new RangeError(); if (type === 0) {",
        /GREASE/,
      ],
    }),
    ...replacing("if (kind === 0) hello.serverName ??= name;", {
      "takes a name of any kind": [
        "hello.serverName ??= name;",
        /only kind 0 is the name of a host/,
      ],
      "takes the last name": [
        "if (kind === 0) hello.serverName = name;",
        /Return the first name/,
      ],
      "stops at the first name": [
        "if (kind === 0) { hello.serverName = name; return; }",
        /./,
      ],
    }),
    ...replacing("hello.protocols.push(protocols.field(1).text());", {
      "returns the first protocol only": [
        "{ const one = protocols.field(1).text(); if (hello.protocols.length === 0) hello.protocols.push(one); }",
        /./,
      ],
    }),
    ...replacing(READ_VERSIONS, {
      "keeps GREASE": ["hello.versions.push(version);", /GREASE/],
      "takes everything with two a's for GREASE": [
        "if ((version & 0x0f0f) !== 0x0a0a) hello.versions.push(version);",
        /both bytes must be the same/,
      ],
      "returns only versions it knows": [
        "if (version >> 8 === 3) hello.versions.push(version);",
        /0x7f1c and 0x1a2a aren't GREASE/,
      ],
      "returns names": [
        "if (!isGrease) hello.versions.push(`TLS ${version}`);",
        /array of numbers/,
      ],
    }),
    ...replacing("versions: [version] }", {
      "returns no version without the list": [
        "versions: [] }",
        /Without extension 43/,
      ],
    }),
    ...replacing("hello.versions = [];", {
      "adds the list to the version field": ["", /./],
    }),
    ...replacing(SEEN, {
      "takes an extension twice": ["", /No extension may come twice/],
      "minds only known extensions that come twice": [
        "if (seen.has(type) && type < 50) throw new RangeError();",
        /No extension may come twice/,
      ],
    }),
    ...replacing(
      "if (size > this.left) throw new RangeError(`${size} of ${this.left} bytes`);",
      {
        "believes lengths": ["", /./],
        "looks at the end of the array only": [
          "if (this.#bytes.byteOffset + this.#at + size > this.#bytes.buffer.byteLength) throw new RangeError();",
          /./,
        ],
      },
    ),
    ...replacing(
      'if (this.left === 0) throw new RangeError("an empty name");',
      {
        "takes empty names": ["", /has at least one character/],
      },
    ),
    ...replacing("while (versions.left > 0) {", {
      "ignores half a version": [
        "while (versions.left > 1) {",
        /half of one is left over/,
      ],
    }),
    {
      name: "throws another class",
      replace: [
        "    if (size > this.left) throw new RangeError(",
        "    if (size > this.left) throw new Error(",
      ],
      diagnosis: /RangeError/,
    },
  ],
  "24.3": [
    ...replacing(READ_LOOP, {
      "takes a truncated answer for a complete one": [
        "for (let count; (count = await conn.read(buffer).catch((e) => { if (e instanceof Deno.errors.UnexpectedEof) return null; throw e; })) !== null;) {",
        /cut on its way/,
      ],
      "reads once": [
        "for (let count = await conn.read(buffer); count; count = 0) {",
        /./,
      ],
    }),
    ...replacing(START_TLS, {
      "compares the certificate with the address": [
        'await Deno.startTls(tcp, { hostname: "127.0.0.1", caCerts })',
        /`hostname`/,
      ],
      "turns the check of the name off": [
        "await Deno.startTls(tcp, { hostname, caCerts, unsafelyDisableHostnameVerification: true })",
        /turn no check off/,
      ],
      "trusts no authority of the caller's": [
        "await Deno.startTls(tcp, { hostname })",
        /threw InvalidData/,
      ],
      "speaks in the clear": ["tcp", /./],
    }),
    {
      name: "has the name looked up",
      replace: [
        "using tcp = await Deno.connect({ ...address, signal });",
        "using tcp = await Deno.connect({ ...address, hostname: hostname + '.invalid', signal });",
      ],
      diagnosis: /looks the name up/,
    },
    ...replacing("await conn.closeWrite(); // This sends the close_notify.", {
      "never ends the question": [
        "",
        /still waiting for the end of the question/,
      ],
    }),
    ...replacing("at += await conn.write(question.subarray(at));", {
      "writes a part of the question": [
        "await conn.write(question); break;",
        /write\(\) may take only a part|The server got/,
      ],
    }),
    ...replacing("using conn =", {
      "leaves the TLS connection open": ["const conn =", /still open/],
    }),
    ...replacing("clearTimeout(timer);", {
      "leaves a timer running": ["", /A timer still runs/],
    }),
    ...replacing(
      'signal.addEventListener("abort", () => conn[Symbol.dispose]());',
      {
        "limits only the connecting": [
          "",
          /Nothing but closing the connection/,
        ],
      },
    ),
    ...replacing("throw signal.aborted ? signal.reason : error;", {
      "lets its own close() through": [
        "throw error;",
        /error comes from your own close/,
      ],
      "turns every failure into a timeout": [
        "throw signal.reason ?? new Deno.errors.TimedOut();",
        /Callers tell failures apart/,
      ],
      "returns nothing after a failure": [
        "return new Uint8Array();",
        /where it must throw/,
      ],
    }),
    ...replacing("pieces.push(buffer.slice(0, count));", {
      "keeps views of its buffer": [
        "pieces.push(buffer.subarray(0, count));",
        /./,
      ],
    }),
    {
      name: "limits each read",
      attempt: limitingReads(),
      diagnosis: /A limit for each read never passes/,
    },
  ],
  "24.4": [
    ...replacing("open[Symbol.dispose]();", {
      "throws InvalidData for every failure": [
        `open[Symbol.dispose]();
    if (!(error instanceof Deno.errors.UnexpectedEof)) {
      throw new Deno.errors.InvalidData("no TLS", { cause: error });
    }`,
        /throw what read\(\) threw/,
      ],
    }),
    ...replacing(ONE_LINE_TEST, {
      "drops what follows the reply": ["false", /an attacker on the way/],
      "tests only for a second line": [
        'new TextDecoder().decode(buffer.subarray(0, size)).split("\\n").length > 2',
        /an attacker on the way/,
      ],
    }),
    ...replacing(PREFIX_TEST, {
      "starts TLS whatever the reply": [
        "false",
        /Only a reply that begins with/,
      ],
      "takes 2200 and 220- for 220": [
        '!reply.startsWith("220")',
        /Only a reply that begins with/,
      ],
      "looks for 220 anywhere": [
        '!reply.includes("220 ")',
        /Only a reply that begins with/,
      ],
      "takes every 2xx": [
        "!/^2\\d\\d /.test(reply)",
        /Only a reply that begins with/,
      ],
    }),
    {
      name: "goes on in the clear when refused",
      replace: [
        "throw new Deno.errors.InvalidData(`the server refused TLS: ${reply}`);",
        "return conn as unknown as Deno.TlsConn;",
      ],
      diagnosis: /Only a reply that begins with/,
    },
    ...replacing("await tls.handshake();", {
      "doesn't wait for the handshake": [
        "",
        /Await tls\.handshake\(\)|no handshake has begun/,
      ],
    }),
    ...replacing("await Deno.startTls(conn, { caCerts, hostname })", {
      "compares the certificate with the address": [
        'await Deno.startTls(conn, { caCerts, hostname: "127.0.0.1" })',
        /caller's `hostname`|pass `hostname`/,
      ],
    }),
    ...replacing("open[Symbol.dispose]();", {
      "leaves the connection open": ["", /still open/],
      "closes only the old connection": [
        "conn[Symbol.dispose]();",
        /still open/,
      ],
    }),
    ...replacing("size += count;", {
      "reads once": [
        "size += count; break;",
        /a read may return less|keep reading until/,
      ],
    }),
    {
      name: "has no limit",
      attempt: withoutLimit(),
      diagnosis: /at most 512 bytes, with its line ending/,
    },
    ...replacing("new Uint8Array(512)", {
      "takes a reply of up to 513 bytes": [
        "new Uint8Array(513)",
        /at most 512 bytes, with its line ending/,
      ],
      "takes a reply of up to 511 bytes": [
        "new Uint8Array(511)",
        /A reply of 512 bytes is allowed/,
      ],
    }),
    ...replacing(
      'throw new Deno.errors.UnexpectedEof("the connection ended in the reply");',
      {
        "takes the end for a reply": ["break;", /null before the \\n/],
        "throws another class at the end": [
          'throw new Deno.errors.InvalidData("the end");',
          /null before the \\n/,
        ],
      },
    ),
    ...replacing('.encode("STARTTLS\\r\\n")', {
      "sends another line": ['.encode("STARTTLS\\n")', /Send the line/],
    }),
    ...replacing(
      "throw new Deno.errors.InvalidData(`the server refused TLS: ${reply}`);",
      {
        "says goodbye in the clear": [
          'await conn.write(new TextEncoder().encode("QUIT\\r\\n")); throw new Deno.errors.InvalidData();',
          /send nothing/,
        ],
      },
    ),
  ],
};

function outside() {
  const all = new RecordReader();
  return class implements RecordSource {
    push(bytes: Uint8Array) {
      all.push(bytes);
    }
    next() {
      return all.next();
    }
    end() {
      all.end();
    }
  };
}

function limitingReads(): AskSecurely {
  return async (port, question, { caCerts, hostname, timeoutMs }) => {
    using tcp = await Deno.connect({ port, hostname: "127.0.0.1" });
    using conn = await Deno.startTls(tcp, { hostname, caCerts });
    const within = async <T>(work: Promise<T>): Promise<T> => {
      let isLate = false;
      const timer = setTimeout(() => {
        isLate = true;
        conn[Symbol.dispose]();
      }, timeoutMs);
      try {
        return await work;
      } catch (error) {
        throw isLate ? new Deno.errors.TimedOut() : error;
      } finally {
        clearTimeout(timer);
      }
    };
    for (let at = 0; at < question.length;) {
      at += await within(conn.write(question.subarray(at)));
    }
    await within(conn.closeWrite());
    const pieces: number[] = [];
    const buffer = new Uint8Array(64 * 1024);
    for (let count; (count = await within(conn.read(buffer))) !== null;) {
      for (const byte of buffer.subarray(0, count)) pieces.push(byte);
    }
    return Uint8Array.from(pieces);
  };
}

function withoutLimit(): Upgrade {
  return async (conn, options) => {
    let open: Deno.Conn = conn;
    try {
      await writeAll(conn, new TextEncoder().encode("STARTTLS\r\n"));
      const buffer = new Uint8Array(1000);
      let reply = "";
      while (!reply.includes("\n")) {
        const count = await conn.read(buffer);
        if (count === null) throw new Deno.errors.UnexpectedEof();
        reply += new TextDecoder().decode(buffer.subarray(0, count));
      }
      if (!/^220 [^\n]*\n$/.test(reply)) throw new Deno.errors.InvalidData();
      const tls = await Deno.startTls(conn, options);
      open = tls;
      await tls.handshake();
      return tls;
    } catch (error) {
      open[Symbol.dispose]();
      throw error;
    }
  };
}
