/** Wrong answers to the exercises of lesson 19, and what must be said of each. */
import type { WrongAnswer } from "../gates.ts";
import * as solution from "../../../lessons/19_http_by_hand/solution.ts";
import type {
  EncodeResponse,
  HttpRequest,
  RequestLimits,
  RequestReaderClass,
} from "../../../lessons/19_http_by_hand/types.ts";

/** What a reader does wrong. */
type Flaw =
  | "one read"
  | "characters"
  | "loses the next"
  | "no head limit"
  | "late head limit"
  | "limit for a line"
  | "limit for all"
  | "every colon"
  | "keeps case"
  | "trims names"
  | "splits at LF"
  | "decimal sizes"
  | "parseInt sizes"
  | "looks for the end"
  | "no end of chunk"
  | "two lengths"
  | "other codings"
  | "parseInt length"
  | "last length"
  | "no body limit"
  | "late body limit"
  | "limit for a chunk"
  | "null in a head"
  | "half a body"
  | "view"
  | "closes"
  | "windows-1252"
  | "trims values"
  | "last coding"
  | "merges lengths"
  | "chunked in small letters"
  | "skips two bytes"
  | "no last line"
  | "no line limit"
  | "counts characters of UTF-8"
  | "target as a path";

/** A reader that is right but for its flaws. */
function reader(...flaws: Flaw[]): RequestReaderClass {
  const has = (flaw: Flaw) => flaws.includes(flaw);
  return class {
    readonly #conn: Deno.Conn;
    readonly #maxHeadBytes: number;
    readonly #maxBodyBytes: number;
    readonly #buffer = new Uint8Array(4096);
    readonly #shared = new Uint8Array(has("view") ? 2 ** 20 : 0);
    #rest = new Uint8Array();

    constructor(conn: Deno.Conn, limits: RequestLimits = {}) {
      this.#conn = conn;
      this.#maxHeadBytes = limits.maxHeadBytes ?? 8192;
      this.#maxBodyBytes = limits.maxBodyBytes ?? 2 ** 20;
    }

    async readRequest(): Promise<HttpRequest | null> {
      this.#shared.fill(0);
      const head = await this.#readHead();
      if (head === null) {
        if (has("closes")) this.#conn.close();
        return null;
      }
      const lines = has("splits at LF")
        ? head.split("\n").map((line) => line.trimEnd())
        : head.split("\r\n");
      require(lines.every((line) => !/[\r\n]/.test(line)));
      const parts = lines[0].split(" ");
      require(parts.length === 3 && !parts.includes(""));
      const headers = new Map<string, string>();
      for (const line of lines.slice(1)) addField(headers, line, has);
      const body = await this.#readBody(headers);
      if (has("loses the next")) this.#rest = new Uint8Array();
      const target = has("target as a path")
        ? new URL(parts[1], "http://a").pathname
        : parts[1];
      return { method: parts[0], target, headers, body };
    }

    async #readHead(): Promise<string | null> {
      for (let reads = 0;; reads++) {
        const label = has("counts characters of UTF-8") ? "utf-8" : "latin1";
        const text = new TextDecoder(label).decode(this.#rest);
        const end = text.indexOf("\r\n\r\n");
        const size = has("limit for all") || end === -1 ? text.length : end + 4;
        const longest = has("limit for a line")
          ? Math.max(...text.split("\r\n").map((line) => line.length))
          : has("no head limit") || has("late head limit") && end === -1
          ? 0
          : size;
        const full = end === -1 && longest === this.#maxHeadBytes;
        if (longest > this.#maxHeadBytes || full) throw new RangeError("head");
        if (end !== -1) {
          this.#rest = this.#rest.slice(end + 4);
          return text.slice(0, end);
        }
        if (has("one read") && reads === 1) throw new TypeError("no head");
        if (await this.#readMore()) continue;
        if (text === "" || has("null in a head")) return null;
        throw new Deno.errors.UnexpectedEof("head");
      }
    }

    async #readBody(headers: Map<string, string>): Promise<Uint8Array> {
      const length = headers.get("content-length");
      const given = headers.get("transfer-encoding");
      const coding = has("chunked in small letters")
        ? given
        : given?.toLowerCase();
      if (coding !== undefined) {
        require(has("two lengths") || length === undefined);
        require(has("other codings") || coding === "chunked");
        if (coding === "chunked") return await this.#readChunks();
      }
      if (length === undefined) return new Uint8Array();
      const size = parseInt(length, 10);
      require(has("parseInt length") ? size >= 0 : /^\d+$/.test(length));
      if (!has("late body limit")) this.#requireRoom(size);
      if (has("characters")) return await this.#takeCharacters(size);
      const body = await this.#take(size);
      this.#requireRoom(size);
      if (has("windows-1252")) return throughText(body);
      if (!has("view")) return body;
      this.#shared.set(body);
      return this.#shared.subarray(0, size);
    }

    async #readChunks(): Promise<Uint8Array> {
      if (has("looks for the end")) return await this.#chunksByTheirEnd();
      const body: number[] = [];
      while (true) {
        const digits = await this.#readLine();
        require(has("parseInt sizes") || /^[0-9a-f]+$/i.test(digits));
        const size = parseInt(digits, has("decimal sizes") ? 10 : 16);
        if (has("parseInt sizes")) require(size >= 0);
        this.#requireRoom(has("limit for a chunk") ? size : body.length + size);
        for (const byte of await this.#take(size)) body.push(byte);
        if (size === 0 && has("no last line")) return Uint8Array.from(body);
        if (has("skips two bytes")) await this.#take(2);
        else {
          const line = await this.#readLine();
          require(has("no end of chunk") || line === "");
        }
        if (size === 0) return Uint8Array.from(body);
      }
    }

    async #chunksByTheirEnd(): Promise<Uint8Array> {
      let text = "";
      while (!text.endsWith("0\r\n\r\n")) {
        text += String.fromCharCode(...await this.#take(1));
      }
      const data = text.split("\r\n").filter((_, i) => i % 2 === 1).join("");
      return Uint8Array.from(data, (char) => char.charCodeAt(0));
    }

    #requireRoom(size: number): void {
      if (has("no body limit") || size <= this.#maxBodyBytes) return;
      throw new RangeError("too large");
    }

    async #readLine(): Promise<string> {
      const line: number[] = [];
      while (line.at(-2) !== 0x0d || line.at(-1) !== 0x0a) {
        line.push(...await this.#take(1));
        if (has("no line limit") || line.length <= this.#maxHeadBytes) continue;
        throw new RangeError("line");
      }
      return String.fromCharCode(...line.slice(0, -2));
    }

    async #takeCharacters(size: number): Promise<Uint8Array> {
      let text = "";
      while (text.length < size) {
        text = new TextDecoder().decode(this.#rest);
        if (text.length < size && !await this.#readMore()) break;
      }
      this.#rest = new TextEncoder().encode(text.slice(size));
      return new TextEncoder().encode(text.slice(0, size));
    }

    async #take(size: number): Promise<Uint8Array> {
      const taken = new Uint8Array(size);
      let filled = 0;
      while (true) {
        const part = this.#rest.subarray(0, size - filled);
        taken.set(part, filled);
        filled += part.length;
        this.#rest = this.#rest.subarray(part.length);
        if (filled === size) return taken;
        if (await this.#readMore()) continue;
        if (has("half a body")) return taken.subarray(0, filled);
        throw new Deno.errors.UnexpectedEof("body");
      }
    }

    async #readMore(): Promise<boolean> {
      const count = await this.#conn.read(this.#buffer);
      if (count === null) return false;
      const joined = new Uint8Array(this.#rest.length + count);
      joined.set(this.#rest);
      joined.set(this.#buffer.subarray(0, count), this.#rest.length);
      this.#rest = joined;
      return true;
    }
  };
}

function addField(
  headers: Map<string, string>,
  line: string,
  has: (flaw: Flaw) => boolean,
): void {
  const colon = line.indexOf(":");
  let name = line.slice(0, Math.max(0, colon));
  if (!has("keeps case")) name = name.toLowerCase();
  if (has("trims names")) name = name.trim();
  require(name !== "" && !/[ \t]/.test(name));
  const value = has("every colon")
    ? line.split(":")[1].trim()
    : has("trims values")
    ? line.slice(colon + 1).trim()
    : line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "");
  const replaces = has("last length") ||
    has("last coding") && name === "transfer-encoding" ||
    has("merges lengths") && name === "content-length" &&
      headers.get(name) === value;
  const before = replaces ? undefined : headers.get(name);
  headers.set(name, before === undefined ? value : `${before}, ${value}`);
}

/** Bytes to text, and back: with "latin1" that is not the same. */
function throughText(bytes: Uint8Array): Uint8Array {
  const text = new TextDecoder("latin1").decode(bytes);
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function require(isRight: boolean): asserts isRight {
  if (!isRight) throw new TypeError("not a request");
}

/** Wrong answers to 19.1. */
export const requestReaderMistakes: WrongAnswer<RequestReaderClass>[] = [
  {
    name: "takes the head from one read",
    attempt: reader("one read"),
    diagnosis: /A read may end anywhere/,
  },
  {
    name: "takes Content-Length for characters",
    attempt: reader("characters"),
    diagnosis: /Content-Length counts bytes/,
  },
  {
    name: "loses the next request",
    attempt: reader("loses the next"),
    diagnosis: /keep it in the object/,
  },
  {
    name: "has no limit for the head",
    attempt: reader("no head limit"),
    diagnosis: /over the limit is over it/,
  },
  {
    name: "has a limit for each line only",
    attempt: reader("limit for a line"),
    diagnosis: /over the limit is over it/,
  },
  {
    name: "counts what follows a head as part of it",
    attempt: reader("limit for all"),
    diagnosis: /What has come behind it does not count/,
  },
  {
    name: "looks at the limit only when the head has ended",
    attempt: reader("late head limit"),
    diagnosis: /8192 are allowed, and reads on.*all lines together/s,
  },
  {
    name: "cuts a field at every colon",
    attempt: reader("every colon"),
    diagnosis: /there may be more of them in the value/,
  },
  {
    name: "keeps the case of names",
    attempt: reader("keeps case"),
    diagnosis: /put it in lower case/,
  },
  {
    name: "trims names, and so takes a blank before the colon",
    attempt: reader("trims names"),
    diagnosis: /Do not trim it/,
  },
  {
    name: "cuts lines at LF, and trims what is left",
    attempt: reader("splits at LF"),
    diagnosis: /neither of the two stands alone/,
  },
  {
    name: "takes the sizes of chunks for decimal numbers",
    attempt: reader("decimal sizes"),
    diagnosis: /Sizes are hexadecimal/,
  },
  {
    name: "reads the sizes of chunks as far as it can",
    attempt: reader("parseInt sizes"),
    diagnosis: /hexadecimal digits and nothing else/,
  },
  {
    name: "looks for the last chunk in the data",
    attempt: reader("looks for the end"),
    diagnosis: /look for nothing in it/,
  },
  {
    name: "does not look at what follows a chunk",
    attempt: reader("no end of chunk"),
    diagnosis: /Behind the data of a chunk/,
  },
  {
    name: "goes by the chunks when there is a length too",
    attempt: reader("two lengths"),
    diagnosis: /There are two lengths/,
  },
  {
    name: "goes by the last of two lengths",
    attempt: reader("last length"),
    diagnosis: /values are joined/,
  },
  {
    name: "takes a coding that it does not know for no body",
    attempt: reader("other codings"),
    diagnosis: /takes the body for the next request/,
  },
  {
    name: "reads a length as far as it can",
    attempt: reader("parseInt length"),
    diagnosis: /A length is digits and nothing else/,
  },
  {
    name: "has no limit for the body",
    attempt: reader("no body limit"),
    diagnosis: /Judge it before/,
  },
  {
    name: "reads a body before it judges its length",
    attempt: reader("late body limit"),
    diagnosis: /stalled.*Judge it before/s,
  },
  {
    name: "has a limit for each chunk only",
    attempt: reader("limit for a chunk"),
    diagnosis: /all chunks together/,
  },
  {
    name: "gives null for an end inside a head",
    attempt: reader("null in a head"),
    diagnosis: /gave null.*neither null nor half a request/s,
  },
  {
    name: "gives half a body at the end",
    attempt: reader("half a body"),
    diagnosis: /gave a request.*neither null nor half a request/s,
  },
  {
    name: "gives a view of a buffer that it uses again",
    attempt: reader("view"),
    diagnosis: /view of a buffer that was used again/,
  },
  {
    name: "closes the connection at the end",
    attempt: reader("closes"),
    diagnosis: /closed the connection/,
  },
  {
    name: "makes text of a body with TextDecoder, by the label latin1",
    attempt: reader("windows-1252"),
    diagnosis: /those of windows-1252: 80 is €/,
  },
  {
    name: "takes more than blanks and tabs off a value",
    attempt: reader("trims values"),
    diagnosis: /trim\(\) takes off more than these two/,
  },
  {
    name: "goes by the last of two codings",
    attempt: reader("last coding"),
    diagnosis: /this is "gzip, chunked"/,
  },
  {
    name: "takes two lengths that are the same for one",
    attempt: reader("merges lengths"),
    diagnosis: /"5, 5" is no length/,
  },
  {
    name: "knows chunked in small letters only",
    attempt: reader("chunked in small letters"),
    diagnosis: /Case means nothing in the name of a coding/,
  },
  {
    name: "skips two bytes behind a chunk, whichever they are",
    attempt: reader("skips two bytes"),
    diagnosis: /stand two bytes, \\r and \\n\. Look at both/,
  },
  {
    name: "leaves the line end of the last chunk for the next request",
    attempt: reader("no last line"),
    diagnosis: /threw TypeError.*comes a blank line, and behind that the next/s,
  },
  {
    name: "has no limit for the line with the size of a chunk",
    attempt: reader("no line limit"),
    diagnosis: /of one line, where 8192 are allowed/,
  },
  {
    name: "cuts a head off by its characters, in UTF-8",
    attempt: reader("counts characters of UTF-8"),
    diagnosis: /cuts off as many bytes as it has characters/,
  },
  {
    name: "makes a path of the target",
    attempt: reader("target as a path"),
    diagnosis: /as it came: leave it to others to cut it/,
  },
  {
    name: "waits for the end of the stream",
    attempt: class extends reader() {
      constructor(conn: Deno.Conn) {
        super(conn);
        this.#conn = conn;
      }
      readonly #conn: Deno.Conn;
      override async readRequest() {
        const buffer = new Uint8Array(4096);
        while (await this.#conn.read(buffer) !== null);
        return await super.readRequest();
      }
    },
    diagnosis: /stalled.*The blank line is the end of this request/s,
  },
];

/** Wrong answers to 19.2. */
export const encodeResponseMistakes: WrongAnswer<EncodeResponse>[] = [
  {
    name: "takes the length in characters",
    attempt: rewritten((text, body) =>
      text.replace(/(Content-Length: )\d+/, `$1${body.length}`)
    ),
    diagnosis: /counts UTF-16 units/,
  },
  {
    name: "ends lines with LF alone",
    attempt: rewritten((text) => text.replaceAll("\r\n", "\n")),
    diagnosis: /two characters, \\r\\n/,
  },
  {
    name: "leaves the blank line out",
    attempt: rewritten((text) => text.replace("\r\n\r\n", "\r\n")),
    diagnosis: /one more \\r\\n/,
  },
  {
    name: "leaves the blank behind the status out",
    attempt: rewritten((text) => text.replace(/(\d{3}) \r/, "$1\r")),
    diagnosis: /The blank behind the number/,
  },
  {
    name: "leaves the length out",
    attempt: rewritten((text) => text.replace(/Content-Length.*\r\n/, "")),
    diagnosis: /the body ends where the connection ends/,
  },
  {
    name: "leaves the length out where there is no body",
    attempt: rewritten((text, body) =>
      body === "" ? text.replace(/Content-Length.*\r\n/, "") : text
    ),
    diagnosis: /A body of no bytes has a length too/,
  },
  {
    name: "counts the head as well",
    attempt: rewritten((text, body) =>
      text.replace(
        /(Content-Length: )\d+/,
        `$1${text.length + new TextEncoder().encode(body).length}`,
      )
    ),
    diagnosis: /the bytes of the body alone/,
  },
  {
    name: "adds a line end behind the body",
    attempt: (status, body, options) =>
      joined(solution.encodeResponse(status, body, options), "\r\n"),
    diagnosis: /the beginning of the next answer/,
  },
  {
    name: "answers HEAD with a body",
    attempt: (status, body, options) =>
      solution.encodeResponse(status, body, { ...options, head: false }),
    diagnosis: /for the next answer/,
  },
  {
    name: "says that the body of an answer to HEAD has no bytes",
    attempt: (status, body, options) =>
      options?.head
        ? solution.encodeResponse(status, "", options)
        : solution.encodeResponse(status, body, options),
    diagnosis: /the length of the body that is left out/,
  },
  {
    name: "puts names and values in as they are",
    attempt: (status, body, { headers = {}, head } = {}) => {
      const fields = Object.entries(headers)
        .map(([name, value]) => `${name}: ${value}\r\n`);
      return rewritten((text) =>
        text.replace("\r\n", `\r\n${fields.join("")}`)
      )(
        status,
        body,
        { head },
      );
    },
    diagnosis: /fields, or a whole answer, of their own/,
  },
  {
    name: "looks for CR LF only, and not for LF alone",
    attempt: (status, body, { headers = {}, head } = {}) => {
      let lines = "";
      for (const [name, value] of Object.entries(headers)) {
        if (`${name}${value}`.includes("\r\n")) throw new TypeError(name);
        lines += `${name}: ${value}\r\n`;
      }
      return rewritten((text) => text.replace("\r\n", `\r\n${lines}`))(
        status,
        body,
        { head },
      );
    },
    diagnosis: /fields, or a whole answer, of their own/,
  },
  {
    name: "lets the caller add a length",
    attempt: (status, body, options = {}) => {
      const { "content-length": length, ...headers } = options.headers ?? {};
      const answer = rewritten((text) =>
        length === undefined
          ? text
          : text.replace("\r\n", `\r\ncontent-length: ${length}\r\n`)
      );
      return answer(status, body, { ...options, headers });
    },
    diagnosis: /This answer says its length itself/,
  },
  {
    name: "looks for CR, LF and NUL in a value, and for nothing else",
    attempt: judging({ isValue: (value) => !/[\r\n\0]/.test(value) }),
    diagnosis: /they are all from 00 to 1f, and 7f/,
  },
  {
    name: "forgets that DEL is a control character",
    // deno-lint-ignore no-control-regex
    attempt: judging({ isValue: (value) => !/[\0-\x08\x0a-\x1f]/.test(value) }),
    diagnosis: /they are all from 00 to 1f, and 7f/,
  },
  {
    name: "takes the tab for a character that may not be there",
    // deno-lint-ignore no-control-regex
    attempt: judging({ isValue: (value) => !/[\0-\x1f\x7f]/.test(value) }),
    diagnosis: /may be empty, and have tabs in it/,
  },
  {
    name: "takes an empty value for none",
    attempt: judging({ isValue: (value) => value !== "" && isValue(value) }),
    diagnosis: /A value may be empty/,
  },
  {
    name: "takes any name with no blank and no colon",
    attempt: judging({ isName: (name) => /^[^\s:]+$/.test(name) }),
    diagnosis: /Ask for what a name is made of/,
  },
  {
    name: "takes any name of visible characters but the colon",
    attempt: judging({ isName: (name) => /^[!-9;-~]+$/.test(name) }),
    diagnosis: /Ask for what a name is made of/,
  },
  {
    name: "takes letters, digits, _ and - for all that a name may have",
    attempt: judging({ isName: (name) => /^[\w-]+$/.test(name) }),
    diagnosis: /All of these names and values are good ones/,
  },
  {
    name: "writes the characters of a name into [ ] as they stand in the task",
    attempt: judging({
      isName: (name) => /^[A-Za-z0-9!#$%&'*+-.^_`|~]+$/.test(name),
    }),
    diagnosis:
      /stands for all from one to the other, as in \+-\. for the comma/,
  },
  {
    name: "leaves control characters out, without a word",
    attempt: (status, body, { headers = {}, head } = {}) => {
      const clean = Object.entries(headers).map(([name, value]) => {
        // deno-lint-ignore no-control-regex
        return [name, value.replace(/[\0-\x08\x0a-\x1f\x7f]/g, "")];
      });
      const options = { headers: Object.fromEntries(clean), head };
      return solution.encodeResponse(status, body, options);
    },
    diagnosis: /Something was left out.*would never learn of that/s,
  },
  {
    name: "leaves out a length of the caller's, without a word",
    attempt: (status, body, { headers = {}, head } = {}) => {
      const others = Object.entries(headers).filter(([name]) =>
        !/^(content-length|transfer-encoding)$/i.test(name)
      );
      const options = { headers: Object.fromEntries(others), head };
      return solution.encodeResponse(status, body, options);
    },
    diagnosis: /Something was left out.*would never learn of that/s,
  },
  {
    name: "takes Content-Length for a length anywhere in a name",
    attempt: judging({
      isLength: (name) => /content-length|transfer-encoding/i.test(name),
    }),
    diagnosis: /only two names may not be there: compare the whole of it/,
  },
  {
    name: "knows the fields of a length in two ways of writing only",
    attempt: judging({
      isLength: (name) =>
        /^([Cc]ontent-[Ll]ength|[Tt]ransfer-[Ee]ncoding)$/.test(name),
    }),
    diagnosis: /This answer says its length itself/,
  },
  {
    name: "makes the head of one byte a character",
    attempt: judging({
      bytesOf: (text) => Uint8Array.from(text, (char) => char.charCodeAt(0)),
    }),
    diagnosis: /value has become two lines.*Encode the head with TextEncoder/s,
  },
  {
    name: "leaves the headers out where it leaves the body out",
    attempt: (status, body, { headers, head } = {}) =>
      solution.encodeResponse(status, body, head ? { head } : { headers }),
    diagnosis: /Each entry of options\.headers is a field/,
  },
  {
    name: "forgets the headers",
    attempt: (status, body, { head } = {}) =>
      solution.encodeResponse(status, body, { head }),
    diagnosis: /Each entry of options\.headers is a field/,
  },
  {
    name: "makes the body of one byte a character",
    attempt: (status, body, options) =>
      Uint8Array.from(
        new TextDecoder().decode(
          solution.encodeResponse(status, body, options),
        ),
        (char) => char.charCodeAt(0),
      ),
    diagnosis: /the text in UTF-8/,
  },
];

/** How an encoder judges names and values, and makes bytes of them. */
interface Judgement {
  isName?: (name: string) => boolean;
  isValue?: (value: string) => boolean;
  isLength?: (name: string) => boolean;
  bytesOf?: (text: string) => Uint8Array;
}

/** An encoder that is right but for how it judges. */
function judging(judgement: Judgement): EncodeResponse {
  const {
    isName = (name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name),
    isLength = (name) => /^(content-length|transfer-encoding)$/i.test(name),
    bytesOf = (text) => new TextEncoder().encode(text),
  } = judgement;
  const isGood = judgement.isValue ?? isValue;
  return (status, body, { headers = {}, head } = {}) => {
    let lines = "";
    for (const [name, value] of Object.entries(headers)) {
      if (!isName(name) || !isGood(value) || isLength(name)) {
        throw new TypeError(`not a field: ${name}`);
      }
      lines += `${name}: ${value}\r\n`;
    }
    const { length } = new TextEncoder().encode(body);
    const text = `HTTP/1.1 ${status} \r\nContent-Length: ${length}\r\n${lines}`;
    return joined(bytesOf(`${text}\r\n`), head ? "" : body);
  };
}

function isValue(value: string): boolean {
  // deno-lint-ignore no-control-regex
  return !/[\0-\x08\x0a-\x1f\x7f]/.test(value);
}

/** An encoder that is right but for what is done to its head. */
function rewritten(
  change: (text: string, body: string) => string,
): EncodeResponse {
  return (status, body, options) => {
    const head = solution.encodeResponse(status, body, {
      ...options,
      head: true,
    });
    const text = change(new TextDecoder().decode(head), body);
    return joined(
      new TextEncoder().encode(text),
      options?.head ? "" : body,
    );
  };
}

function joined(bytes: Uint8Array, text: string): Uint8Array {
  return Uint8Array.from([...bytes, ...new TextEncoder().encode(text)]);
}
