/** Wrong answers to the exercises of lesson 20, and the diagnosis of each. */
import type { WrongAnswers } from "../gates.ts";

// The lines where the solution accepts or rejects something.
const END_OF_CHUNK =
  'if (await this.#readLine() !== "") throw new TypeError("no end of chunk");';
const FIRST_VALUE = "before === undefined ?";
const TAKE_BODY = "return await this.#take(Number(length));";
const CHECK_AND_TAKE = `this.#requireRoom(Number(length));\n    ${TAKE_BODY}`;
const NAME_TEST = "/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/";
const VALUE_TEST = "/[\\x00-\\x08\\x0a-\\x1f\\x7f]/";
const SECOND_LENGTH_TEST = "/^(?:content-length|transfer-encoding)$/i";
const WHOLE_HEAD = "`${text}\\r\\n`";
const SIZE = "${payload.length}";
const EACH_HEADER = "const [name, value] of Object.entries(headers)) {";

export const wrongAnswers: WrongAnswers = {
  "20.1": [
    {
      name: "assumes that one read brings the whole head",
      replace: ["length >= this.#maxHeadBytes", "length > 0"],
      diagnosis: /A read may end anywhere/,
    },
    {
      name: "counts Content-Length in characters",
      replace: [
        TAKE_BODY,
        `const text = new TextDecoder().decode(this.#rest).slice(0, length);
        return await this.#take(new TextEncoder().encode(text).length);`,
      ],
      diagnosis: /Content-Length counts bytes/,
    },
    {
      name: "loses the next request",
      replace: [
        "return { method, target, headers, body: await this.#readBody(headers) };",
        `const body = await this.#readBody(headers);
        this.#rest = new Uint8Array();
        return { method, target, headers, body };`,
      ],
      diagnosis: /Keep the bytes that a call doesn't need in a field/,
    },
    {
      name: "has one buffer for all connections",
      replace: [
        "readonly #buffer = new Uint8Array(4096);",
        "static #all = new Uint8Array(4096);\n" +
        "  readonly #buffer = RequestReader.#all;",
      ],
      diagnosis: /two in use at the same time.*or a static field/s,
    },
    {
      name: "keeps views of its buffer",
      replace: [
        "this.#rest = concat([this.#rest, this.#buffer.subarray(0, count)]);",
        `const fresh = this.#buffer.subarray(0, count);
    this.#rest = this.#rest.length > 0 ? concat([this.#rest, fresh]) : fresh;`,
      ],
      diagnosis: /A later read has overwritten bytes that you kept/,
    },
    {
      name: "allocates before it checks the limit",
      replace: [
        "this.#requireRoom(Number(length));",
        "new Uint8Array(Number(length));\n" +
        "    this.#requireRoom(Number(length));",
      ],
      diagnosis: /allocated more bytes than the limit allows/,
    },
    {
      name: "adds up chunks when their data is there",
      replace: [
        `this.#requireRoom(total + size);
      if (total + size > body.length) {
        body = concat([body, new Uint8Array(total + size)]);
      }
      body.set(await this.#take(size), total);
      total += size;`,
        `this.#requireRoom(size);
      body = concat([body.subarray(0, total), await this.#take(size)]);
      total += size;
      this.#requireRoom(total);`,
      ],
      diagnosis: /add its size to what you have before/,
    },
    {
      name: "has no limit for the head",
      replace: ["limits.maxHeadBytes ?? 8192", "Infinity"],
      diagnosis: /one byte over the limit is too long/,
    },
    {
      name: "counts what follows a head as part of it",
      replace: [
        "(end !== -1)",
        "(end !== -1 && this.#rest.length <= this.#maxHeadBytes)",
      ],
      diagnosis: /What follows the head doesn't count/,
    },
    {
      name: "checks the limit only when the head has ended",
      replace: [
        "throw new RangeError(`a head",
        `while (!String(this.#rest).includes("13,10,13,10")) {
          await this.#mustReadMore();
        }
        throw new RangeError(\`a head`,
      ],
      diagnosis: /has read over 262144 bytes.*all lines together/s,
    },
    {
      name: "splits a field at every colon",
      replace: ["line.slice(colon + 1)", 'line.split(":")[1]'],
      diagnosis: /there may be more of them in the value/,
    },
    {
      name: "keeps the case of names",
      replace: ["Math.max(0, colon)).toLowerCase()", "Math.max(0, colon))"],
      diagnosis: /convert them to lowercase/,
    },
    {
      name: "trims names, and so accepts a space before the colon",
      replace: ["colon)).toLowerCase()", "colon)).toLowerCase().trim()"],
      diagnosis: /Don't trim it/,
    },
    {
      name: "doesn't look for \\n alone",
      replace: ['/[\\r\\n]/.test(head.replaceAll("\\r\\n", ""))', "false"],
      diagnosis: /neither character may appear alone/,
    },
    {
      name: "reads chunk sizes as decimal numbers",
      replace: ["parseInt(digits, 16)", "parseInt(digits, 10)"],
      diagnosis: /Chunk sizes are hexadecimal/,
    },
    {
      name: "reads the digits at the start of a chunk size",
      replace: [
        "!/^[0-9A-Fa-f]+$/.test(digits)",
        "Number.isNaN(parseInt(digits, 16))",
      ],
      diagnosis: /Only hexadecimal digits make a valid size/,
    },
    {
      name: "searches the data for the last chunk",
      replace: [
        "let total = 0;",
        `let total = 0;
        let text = "";
        while (!text.endsWith("0\\r\\n\\r\\n")) {
          text += String.fromCharCode(...await this.#take(1));
        }
        const data = text.split("\\r\\n").filter((_, i) => i % 2 === 1);
        return Uint8Array.from(data.join(""), (char) => char.charCodeAt(0));`,
      ],
      diagnosis: /don't search for the end/,
    },
    {
      name: "doesn't check what follows a chunk",
      replace: [END_OF_CHUNK, "await this.#readLine();"],
      diagnosis: /\\r\\n must follow the data of a chunk/,
    },
    {
      name: "skips two bytes after a chunk, whatever they are",
      replace: [END_OF_CHUNK, "await this.#take(2);"],
      diagnosis:
        /Two bytes follow the data of a chunk, \\r and \\n\. Check both/,
    },
    {
      name: "leaves the line ending of the last chunk for the next request",
      replace: [
        "body.set(",
        "if (size === 0) return body.slice(0, total); body.set(",
      ],
      diagnosis: /threw TypeError.*The next request begins right after it/s,
    },
    {
      name: "uses the chunks if there's a length, too",
      replace: ['throw new TypeError("two lengths")', "{}"],
      diagnosis: /This request has two lengths/,
    },
    {
      name: "keeps the last of repeated fields",
      replace: [FIRST_VALUE, "true ?"],
      diagnosis: /Repeated header fields are combined into one/,
    },
    {
      name: "uses the last of two codings",
      replace: [FIRST_VALUE, `name === "transfer-encoding" || ${FIRST_VALUE}`],
      diagnosis: /this is "gzip, chunked"/,
    },
    {
      name: "accepts the same length twice",
      replace: [
        FIRST_VALUE,
        `name.endsWith("th") && before === value || ${FIRST_VALUE}`,
      ],
      diagnosis: /neither "5, 5" nor ", 5" is a length/,
    },
    {
      name: "treats an unknown coding as no body",
      replace: ["throw new TypeError(coding)", "return new Uint8Array()"],
      diagnosis: /you'll take the body for the next request/,
    },
    {
      name: "recognizes chunked in lowercase only",
      replace: ["coding.toLowerCase()", "coding"],
      diagnosis: /The name of a transfer coding is case-insensitive/,
    },
    {
      name: "reads the digits at the start of a length",
      replace: ["!/^[0-9]+$/.test(length)", "!(parseInt(length) >= 0)"],
      diagnosis: /Only digits make a valid length/,
    },
    {
      name: "has no limit for the body",
      replace: ["size > this.#maxBodyBytes", "false"],
      diagnosis: /Check it before you allocate/,
    },
    {
      name: "limits each chunk only",
      replace: ["this.#requireRoom(total + size)", "this.#requireRoom(size)"],
      diagnosis: /so add up the chunks/,
    },
    {
      name: "has no limit for the line with a chunk size",
      replace: ["size < this.#maxHeadBytes", "true"],
      diagnosis: /The line with the size of a chunk may never end/,
    },
    {
      name: "returns null for an end inside a head",
      replace: ["if (this.#rest.length === 0) return null;", "return null;"],
      diagnosis: /ended after 1 request.*null or an incomplete request/s,
    },
    {
      name: "returns half a body at the end",
      replace: [
        "return taken;\n      await this.#mustReadMore();",
        "return taken;\nif (!await this.#readMore()) return taken.subarray(0, filled);",
      ],
      diagnosis: /returned a request, but.*null or an incomplete request/s,
    },
    {
      name: "returns a view of a buffer that it reuses",
      replace: [
        "body: await this.#readBody(headers) };",
        `body: await this.#readBody(headers).then((bytes) => {
          this.own = (this.own ?? new Uint8Array(2 ** 20)).fill(0);
          this.own.set(bytes);
          return this.own.subarray(0, bytes.length);
        }) };`,
      ],
      diagnosis: /You returned a view of a buffer/,
    },
    {
      name: "closes the connection at the end",
      replace: [
        "if (head === null) return null;",
        "if (head === null) return this.#conn.close() ?? null;",
      ],
      diagnosis: /closed the connection/,
    },
    {
      name: 'decodes a body with the label "latin1"',
      replace: [
        TAKE_BODY,
        `const bytes = await this.#take(Number(length));
        const text = new TextDecoder("latin1").decode(bytes);
        return Uint8Array.from(text, (char) => char.charCodeAt(0));`,
      ],
      diagnosis: /TextDecoder decodes windows-1252: byte 80 becomes €/,
    },
    {
      name: "removes more than spaces and tabs around a value",
      replace: ['.replace(/^[ \\t]+|[ \\t]+$/g, "")', ".trim()"],
      diagnosis: /trim\(\) removes it anyway/,
    },
    {
      name: "finds the end of the head in decoded text",
      replace: ["text.indexOf", "new TextDecoder().decode(this.#rest).indexOf"],
      diagnosis: /as that text has characters, you cut too early/,
    },
    {
      name: "resolves the target to a path",
      replace: [
        "= parts;",
        '= [parts[0], new URL(parts[1], "http://a").pathname];',
      ],
      diagnosis:
        /exactly as they arrived: don't convert, split, resolve, or decode them/,
    },
    {
      name: "accepts a tab before the colon",
      replace: ["/[ \\t]/.test(name)", 'name.includes(" ")'],
      diagnosis: /no space or tab, not even before the colon/,
    },
    {
      name: "accepts a space inside a name",
      replace: ["/[ \\t]/.test(name)", "name !== name.trim()"],
      diagnosis: /no space or tab, not even before the colon/,
    },
    {
      name: "treats an empty coding as none",
      replace: ["if (coding !== undefined)", "if (coding)"],
      diagnosis: /If you treat others as "no body," even an empty one/,
    },
    {
      name: "accepts chunked twice",
      replace: [
        'coding.toLowerCase() !== "chunked"',
        "!/^(chunked(, )?)+$/i.test(coding)",
      ],
      diagnosis: /`chunked` alone .* compare the whole value/,
    },
    {
      name: "ignores an empty length when it combines two",
      replace: [FIRST_VALUE, "!before ?"],
      diagnosis: /look for undefined, not for a falsy one/,
    },
    {
      name: "cuts lengths to 32 bits",
      replace: [
        CHECK_AND_TAKE,
        `this.#requireRoom(Number(length) >>> 0);
        return await this.#take(Number(length) >>> 0);`,
      ],
      diagnosis: /returned a request, but it should throw RangeError/,
    },
    {
      name: "cuts the sizes of chunks to 32 bits",
      replace: ["parseInt(digits, 16)", "parseInt(digits, 16) >>> 0"],
      diagnosis: /waiting for more; expected RangeError/,
    },
    {
      name: "never reads a body after GET",
      replace: [
        "body: await this.#readBody(headers) };",
        'body: await this.#readBody(method === "GET" ? new Map() : headers) };',
      ],
      diagnosis: /The method doesn't matter: GET may have a body/,
    },
    {
      name: "joins at most three chunks",
      replace: [
        "total += size;",
        "body.count = (body.count ?? 0) + 1; if (body.count < 4) total += size;",
      ],
      diagnosis: /There may be any number of chunks/,
    },
    {
      name: "compares the size of the last chunk as text",
      replace: ["if (size === 0)", 'if (digits === "0")'],
      diagnosis: /compare the number, not the text/,
    },
    {
      name: "rejects a body of exactly the limit",
      replace: ["size > this.#maxBodyBytes", "size >= this.#maxBodyBytes"],
      diagnosis: /A body of exactly the limit is allowed/,
    },
    {
      name: "treats a limit of 0 as none",
      replace: ["limits.maxBodyBytes ??", "limits.maxBodyBytes ||"],
      diagnosis: /A limit of 0 is a limit/,
    },
    {
      name: "keeps its own limit if the caller's is higher",
      replace: [
        "size > this.#maxBodyBytes",
        "size > Math.min(this.#maxBodyBytes, 2 ** 20)",
      ],
      diagnosis: /The caller's limit replaces the default/,
    },
    {
      name: "has one Map for all requests",
      replace: [
        "const headers = new Map<string, string>();",
        "const headers = headersOf.all ??= new Map();",
      ],
      diagnosis: /an object, that later calls write into/,
    },
    {
      name: "treats a failed connection as the end",
      replace: [
        "await this.#conn.read(this.#buffer)",
        "await this.#conn.read(this.#buffer).catch(() => null)",
      ],
      diagnosis: /The connection failed\. Don't catch the error of read\(\)/,
    },
    {
      name: "waits for the end of the stream",
      replace: [
        "// One character for each byte,",
        "while (await this.#readMore());\n//",
      ],
      diagnosis:
        /waiting for more.*ends with the blank line. Return it at once/s,
    },
    {
      name: "needs a field",
      replace: [
        'const [first, ...fields] = head.split("\\r\\n");',
        `const [first, ...fields] = head.split("\\r\\n");
    if (fields.length === 0) throw new TypeError("no Host");`,
      ],
      diagnosis: /The blank line may follow the first line/,
    },
    {
      name: "accepts one version only",
      replace: [
        "if (parts.length !== 3 ||",
        'if (parts[2] !== "HTTP/1.1" || parts.length !== 3 ||',
      ],
      diagnosis: /The third part of the first line is the version/,
    },
    {
      name: "splits the first line at any white space",
      replace: ['first.split(" ")', "first.split(/\\s/)"],
      diagnosis: /A tab isn't a space/,
    },
    {
      name: "gives HEAD no body",
      replace: [
        "body: await this.#readBody(headers)",
        `body: method === "HEAD"
        ? new Uint8Array()
        : await this.#readBody(headers)`,
      ],
      diagnosis: /HEAD matters only to the response/,
    },
    {
      name: "doesn't wait for the last line of a body in chunks",
      replace: [
        'if (await this.#readLine() !== "")',
        `if (size === 0 && this.#rest.length === 0) return body.slice(0, total);
      if (await this.#readLine() !== "")`,
      ],
      diagnosis: /If it hasn't arrived yet, keep reading/,
    },
  ],
  "20.2": [
    {
      name: "normalizes the body",
      replace: ["encode(body)", "encode(body.normalize())"],
      diagnosis: /normalize\(\) replaces some characters/,
    },
    {
      name: "encodes with encodeURIComponent()",
      replace: [
        "new TextEncoder().encode(body)",
        `Uint8Array.from(
          encodeURIComponent(body).match(/%..|[^]/g) ?? [],
          (one) => one[1] ? parseInt(one.slice(1), 16) : one.charCodeAt(0),
        )`,
      ],
      diagnosis: /encodeURIComponent\(\) throws at half a surrogate pair/,
    },
    {
      name: "counts the length in characters",
      replace: [SIZE, "${body.length}"],
      diagnosis: /counts UTF-16 code units/,
    },
    {
      name: "ends lines with \\n alone",
      replace: [WHOLE_HEAD, `${WHOLE_HEAD}.replaceAll("\\r", "")`],
      diagnosis: /two characters, \\r\\n/,
    },
    {
      name: "omits the blank line",
      replace: [WHOLE_HEAD, "text"],
      diagnosis: /then add one more \\r\\n/,
    },
    {
      name: "omits the space after the status",
      replace: ["${status} ", "${status}"],
      diagnosis: /The space after the status is required/,
    },
    {
      name: "omits the length of an empty body",
      replace: [
        WHOLE_HEAD,
        `${WHOLE_HEAD}.replace("Content-Length: 0\\r\\n", "")`,
      ],
      diagnosis: /the body ends where the connection ends.*An empty body/s,
    },
    {
      name: "counts the head as well",
      replace: [SIZE, "${payload.length + 36}"],
      diagnosis: /The length is that of the body, 6 bytes, without the head/,
    },
    {
      name: "ends the body with a line ending",
      replace: ["return answer;", "return Uint8Array.of(...answer, 13, 10);"],
      diagnosis: /the start of the next response/,
    },
    {
      name: "answers HEAD with a body",
      replace: ["if (head) return headBytes;", ""],
      diagnosis: /whatever follows the head for the next response/,
    },
    {
      name: "says to HEAD that the body is empty",
      replace: [SIZE, "${head ? 0 : payload.length}"],
      diagnosis: /the same length that GET would get, although/,
    },
    {
      name: "writes names and values as they are",
      replace: [
        `${EACH_HEADER}\n`,
        `${EACH_HEADER}\ntext += \`\${name}: \${value}\\r\\n\`;\ncontinue;\n`,
      ],
      diagnosis: /add its own fields, or even a whole response/,
    },
    {
      name: "lets the caller add a length",
      replace: [SECOND_LENGTH_TEST, "/^$/"],
      diagnosis: /writes the length itself/,
    },
    {
      name: "looks only for CR, LF, and NUL in a value",
      replace: [VALUE_TEST, "/[\\r\\n\\0]/"],
      diagnosis: /from 00 to 1f, and 7f is one too/,
    },
    {
      name: "rejects control characters that aren't ASCII",
      replace: [VALUE_TEST, "/(?!\\t)\\p{Cc}/u"],
      diagnosis: /only those of ASCII: 00 to 1f, and 7f/,
    },
    {
      name: "rejects a tab in a value",
      replace: [VALUE_TEST, "/[\\0-\\x1f\\x7f]/"],
      diagnosis: /may be empty, and may contain tabs/,
    },
    {
      name: "accepts only letters, digits, _, and - in a name",
      replace: [NAME_TEST, "/^[\\w-]+$/"],
      diagnosis: /All of these names and values are valid/,
    },
    {
      name: "copies the characters of a name from the task into [ ]",
      replace: [NAME_TEST, "/^[A-Za-z0-9!#$%&'*+-.^_`|~]+$/"],
      diagnosis: /means the whole range, so \+-\. matches the comma/,
    },
    {
      name: "validates only the last header",
      replace: [
        `if (!${NAME_TEST}.test(name))`,
        `if (name === Object.keys(headers).at(-1) && !${NAME_TEST}.test(name))`,
      ],
      diagnosis: /Check all of them, not only the first or the last/,
    },
    {
      name: "validates nothing for HEAD",
      replace: [
        `if (!${NAME_TEST}.test(name))`,
        `if (!head && !${NAME_TEST}.test(name))`,
      ],
      diagnosis: /Check all of them.* whatever the other options say/,
    },
    {
      name: "trims names after it has looked for lengths",
      replace: [
        `if (!${NAME_TEST}.test(name))`,
        `if (!${NAME_TEST}.test(name.trim()))`,
      ],
      diagnosis: /That's not a valid name/,
    },
    {
      name: "keeps a test of values with the g flag outside the function",
      replace: [
        `${VALUE_TEST}.test`,
        `(encodeResponse.test ??= ${VALUE_TEST}g).test`,
      ],
      diagnosis: /a regular expression with the g flag/,
    },
    {
      name: "allocates as many bytes as the head has characters",
      replace: [
        "headBytes.length + payload.length",
        "text.length + 2 + payload.length",
      ],
      diagnosis: /Count the bytes of the encoded head/,
    },
    {
      name: "adds the length to the caller's headers",
      replace: [
        "{ headers = {}, head = false } = options;",
        `{ headers = {}, head = false } = options;
        options.used = true;`,
      ],
      diagnosis: /changed its arguments, but they belong to the caller/,
    },
    {
      name: "silently removes control characters",
      replace: [
        EACH_HEADER,
        `const [name, given] of Object.entries(headers)) {
          const value = given.replace(/[\\0-\\x08\\x0a-\\x1f\\x7f]/g, "");`,
      ],
      diagnosis: /left something out.*the caller never finds out/s,
    },
    {
      name: "makes one byte of each character of the head",
      replace: [
        `new TextEncoder().encode(${WHOLE_HEAD})`,
        `Uint8Array.from(${WHOLE_HEAD}, (char) => char.charCodeAt(0))`,
      ],
      diagnosis:
        /value has become two lines.*Encode the head with TextEncoder/s,
    },
    {
      name: "makes one byte of each character of the body",
      replace: [
        "answer.set(payload, headBytes.length)",
        "answer.set(Array.from(body, (c) => c.charCodeAt(0)), headBytes.length)",
      ],
      diagnosis: /The body isn't the text in UTF-8/,
    },
    {
      name: "omits the headers when it omits the body",
      replace: [
        "Object.entries(headers)",
        "Object.entries(head ? {} : headers)",
      ],
      diagnosis: /Each entry of options\.headers becomes one field/,
    },
    {
      name: "trims the values before it looks at them",
      replace: [
        "for (const [name, value] of Object.entries(headers)) {",
        `for (const [name, untrimmed] of Object.entries(headers)) {
    const value = untrimmed.trim();`,
      ],
      diagnosis: /You left something out or changed it/,
    },
  ],
};
