/** The exercises of lesson 20. */
import { type Exercise, exercise } from "../../lib/workbook/kit/mod.ts";
import { checkEncodeResponse } from "./checks/encode_response.ts";
import { checkRequestReader } from "./checks/request_reader.ts";
import * as solution from "./solution.ts";
import type { EncodeResponse, RequestReaderClass } from "./types.ts";

/** The exercises of the lesson, in order. */
export const exercises = [
  exercise<RequestReaderClass>({
    id: "20.1",
    title: "Read requests",
    passed:
      "It knows where each request ends, so the next one on the connection is safe.",
    real: "lib/wire/http/parser.ts",
    solution: solution.RequestReader,
    hints: [
      "One read returned the second half of a head, a body, and the first half " +
      "of the next head. Which of these bytes does this call need? Where do you " +
      "keep the others until the next call?",
      "Keep the bytes that you've read but not used in a field. Three small " +
      "methods do the rest: one reads once more and appends the bytes, one cuts " +
      "off the head at \\r\\n\\r\\n, one cuts off a given number of bytes. A body " +
      "in chunks alternates between a line and that many bytes. Check a length " +
      "before you wait for that many bytes.",
      "Most of the code:\n" +
      "    async #take(size) {\n" +
      "      while (this.#rest.length < size) await this.#readMore();\n" +
      "      const taken = this.#rest.slice(0, size);\n" +
      "      this.#rest = this.#rest.slice(size);\n" +
      "      return taken;\n" +
      "    }\n" +
      'Find the end of the head with text.indexOf("\\r\\n\\r\\n"), where ' +
      "String.fromCharCode(...bytes) makes one character of each byte. For " +
      "chunks:\n" +
      "    while (true) {\n" +
      "      const size = parseInt(await this.#line(), 16); // digits only!\n" +
      "      body.push(await this.#take(size));\n" +
      '      if (await this.#line() !== "") throw new TypeError(…);\n' +
      "      if (size === 0) break;\n" +
      "    }",
    ],
    read: "A request is lines of text",
    check: checkRequestReader,
  }),
  exercise<EncodeResponse>({
    id: "20.2",
    pure: true,
    title: "Encode a response",
    passed:
      "Its length counts bytes, and no value can add another header field.",
    real: "lib/wire/http/response.ts",
    solution: solution.encodeResponse,
    hints: [
      'How many bytes does "zwölf" have? If Content-Length is one too small, what ' +
      "does the client do when the next response comes on the same connection?",
      "Encode the body first, because you need its length. Then write the head " +
      "as one text, line by line, with \\r\\n after each line and one more after " +
      "the last. Check the characters of each name and each value before you " +
      "add them.",
      "Most of the code:\n" +
      "    const payload = new TextEncoder().encode(body);\n" +
      "    let text = `HTTP/1.1 ${status} \\r\\n`;\n" +
      "    text += `Content-Length: ${payload.length}\\r\\n`;\n" +
      "    for (const [name, value] of Object.entries(headers)) {\n" +
      "      if (!/^[\\w!#$%&'*+.^`|~-]+$/.test(name)) throw new TypeError(name);\n" +
      "      if (/[\\x00-\\x08\\x0a-\\x1f\\x7f]/.test(value)) throw …;\n" +
      "      text += `${name}: ${value}\\r\\n`;\n" +
      "    }\n" +
      '    text += "\\r\\n"; // and then the payload, unless it answers HEAD',
    ],
    read: "The response",
    check: checkEncodeResponse,
  }),
] as Exercise<unknown>[];
