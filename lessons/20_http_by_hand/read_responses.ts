/** Reads responses from a connection, and leaves it open. */
import { ResponseParser } from "../../lib/wire/mod.ts";

/** The parts of a response that the lesson uses. */
export interface ShortResponse {
  status: number;
  body: string;
}

/**
 * Reads one response for each request, or as many as arrive before the end.
 *
 * @param conn The connection to read from.
 * @param methods The methods of the requests, in order.
 * @returns The responses, including interim ones (those with a status below 200).
 */
export async function readResponses(
  conn: Deno.Conn,
  methods: string[],
): Promise<ShortResponse[]> {
  const parser = new ResponseParser();
  for (const method of methods) parser.expect(method);
  const responses: ShortResponse[] = [];
  const buffer = new Uint8Array(64 * 1024);
  let complete = 0;
  while (complete < methods.length) {
    const count = await conn.read(buffer);
    if (count === null) break;
    parser.push(buffer.subarray(0, count));
    for (let part = parser.next(); part !== null; part = parser.next()) {
      if (part.kind === "head") {
        responses.push({ status: part.head.status, body: "" });
      } else if (part.kind === "data") {
        responses.at(-1)!.body += new TextDecoder().decode(part.data);
      } else if (responses.at(-1)!.status >= 200) complete++;
    }
  }
  return responses;
}
