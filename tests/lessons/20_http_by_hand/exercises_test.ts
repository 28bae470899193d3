import { exercises } from "../../../lessons/20_http_by_hand/exercises.ts";
import type {
  EncodeResponse,
  HttpRequest,
  RequestLimits,
  RequestReaderClass,
} from "../../../lessons/20_http_by_hand/types.ts";
import {
  concat,
  encodeResponseHead,
  HttpError,
  RequestParser,
} from "../../../lib/wire/mod.ts";
import { testAccepted, testExercises } from "../gates.ts";
import { wrongAnswers } from "./wrong_answers.ts";

testExercises("http_by_hand", exercises, wrongAnswers);

testAccepted<RequestReaderClass>(exercises[0], {
  "reads heads byte by byte, and collects bodies in arrays": class {
    #started = false;
    #lineBytes = 0;
    readonly #maxHeadBytes: number;
    readonly #maxBodyBytes: number;
    constructor(readonly conn: Deno.Conn, limits: RequestLimits = {}) {
      this.#maxHeadBytes = limits.maxHeadBytes ?? 8192;
      this.#maxBodyBytes = limits.maxBodyBytes ?? 2 ** 20;
    }

    async #some(size: number): Promise<Uint8Array> {
      const buffer = new Uint8Array(size);
      const count = await this.conn.read(buffer);
      if (count === null && !this.#started) throw null;
      if (count === null) throw new Deno.errors.UnexpectedEof("too early");
      this.#started = true;
      return buffer.subarray(0, count);
    }

    async #line(maxBytes = this.#maxHeadBytes): Promise<string> {
      let line = "";
      while (!line.endsWith("\r\n")) {
        line += String.fromCharCode(...await this.#some(1));
        if (++this.#lineBytes > maxBytes) throw new RangeError();
      }
      if (/[\r\n]/.test(line.slice(0, -2))) throw new TypeError("line");
      return line.slice(0, -2);
    }

    async readRequest(): Promise<HttpRequest | null> {
      try {
        this.#started = false;
        this.#lineBytes = 0;
        return await this.#read();
      } catch (error) {
        if (error === null) return null;
        throw error;
      }
    }

    async #read(): Promise<HttpRequest> {
      const match = /^([^ ]+) ([^ ]+) [^ ]+$/.exec(await this.#line());
      if (match === null) throw new TypeError("first line");
      const [, method, target] = match;
      const headers = new Map<string, string>();
      for (let line = await this.#line(); line; line = await this.#line()) {
        const field = /^([^ \t:]+):[ \t]*(.*?)[ \t]*$/.exec(line);
        if (field === null) throw new TypeError("field");
        const name = field[1].toLowerCase();
        const before = headers.has(name) ? `${headers.get(name)}, ` : "";
        headers.set(name, before + field[2]);
      }
      const length = headers.get("content-length");
      const coding = headers.get("transfer-encoding");
      if (length !== undefined && coding !== undefined) throw new TypeError();
      if (length !== undefined && !/^\d+$/.test(length)) throw new TypeError();
      if (coding !== undefined && !/^chunked$/i.test(coding)) {
        throw new TypeError("coding");
      }
      const body: number[] = [];
      if (length !== undefined) await this.#add(body, Number(length));
      for (let size = -1; coding !== undefined && size !== 0;) {
        this.#lineBytes = 0;
        // An answer may limit this line more, and may ignore an extension.
        const line = await this.#line(100);
        if (!/^[\da-f]+(;.*)?$/i.test(line)) throw new TypeError("size");
        await this.#add(body, size = parseInt(line, 16));
        if (await this.#line() !== "") throw new TypeError("chunk");
      }
      return { method, target, headers, body: Uint8Array.from(body) };
    }

    async #add(body: number[], size: number): Promise<void> {
      const end = body.length + size;
      if (end > this.#maxBodyBytes) throw new RangeError("body");
      while (body.length < end) {
        body.push(...await this.#some(Math.min(end - body.length, 1000)));
      }
    }
  },
  "uses the parser of lib/wire": class {
    readonly #parser: RequestParser;
    constructor(readonly conn: Deno.Conn, limits: RequestLimits = {}) {
      this.#parser = new RequestParser({ maxHeadBytes: 8192, ...limits });
    }

    async readRequest(): Promise<HttpRequest | null> {
      let request: HttpRequest | undefined;
      const buffer = new Uint8Array(1000);
      try {
        while (true) {
          const event = this.#parser.next();
          if (event?.kind === "head") {
            const { method, target, fields } = event.head;
            const headers = new Map<string, string>();
            for (const { name, value } of fields) {
              const before = headers.has(name) ? `${headers.get(name)}, ` : "";
              headers.set(name, before + value);
            }
            request = { method, target, headers, body: new Uint8Array() };
          } else if (event?.kind === "data") {
            request!.body = concat([request!.body, event.data]);
          } else if (event?.kind === "end") {
            return request!;
          } else {
            const count = await this.conn.read(buffer);
            if (count === null) {
              if (this.#parser.isBetween && request === undefined) return null;
              throw new Deno.errors.UnexpectedEof("early");
            }
            this.#parser.push(buffer.slice(0, count));
          }
        }
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        const TooLarge = [413, 414, 431].includes(error.status);
        throw new (TooLarge ? RangeError : TypeError)(error.message);
      }
    }
  },
});

testAccepted<EncodeResponse>(exercises[1], {
  "joins lines, with a reason, a date, and the length at the end": (
    status,
    body,
    { headers = {}, head } = {},
  ) => {
    for (const [name, value] of Object.entries(headers)) {
      if (
        !/^[\w!#$%&'*+.^`|~-]+$/.test(name) ||
        !/^[\t -~\x80-\uffff]*$/.test(value) ||
        /^(content-length|transfer-encoding)$/i.test(name)
      ) throw new TypeError(name);
    }
    const bytes = new TextEncoder().encode(body);
    const text = [
      `HTTP/1.1 ${status} Whatever`,
      `date:${new Date().toUTCString()}`,
      ...Object.entries(headers).map(([name, value]) => `${name}:${value}`),
      `content-length:${bytes.length}`,
      "",
      "",
    ].join("\r\n");
    const both = [new TextEncoder().encode(text), head ? [] : bytes];
    return Uint8Array.from(both.flatMap((part) => [...part]));
  },
  "uses the encoder of lib/wire": (status, body, options = {}) => {
    const bytes = new TextEncoder().encode(body);
    const fields = Object.entries(options.headers ?? {})
      .map(([name, value]) => ({ name, value }));
    if (
      fields.some(({ name }) => /^(content-len.*h|tr.*-encoding)$/i.test(name))
    ) {
      throw new TypeError("a second length");
    }
    fields.push({ name: "Content-Length", value: `${bytes.length}` });
    const head = encodeResponseHead({ status, fields });
    return options.head ? head : concat([head, bytes]);
  },
});
