/** The responses that an answer to 21.2 decodes. */
import {
  type DnsMessage,
  type DnsRecord,
  encodeDns,
} from "../../../lib/wire/mod.ts";
import type { DnsAnswer } from "../types.ts";

/** The headings in the README. */
export const HEADER = "A question in one datagram";
export const NAMES = "Names are labels";
export const POINTERS = "A pointer instead of a name";
export const RECORDS = "Records";
export const ANSWERS = "Whose answer is this?";

/** The id of the query. */
export const ID = 0x1234;
/** The name in the question. */
export const WWW = "www.example.test";
/** The question. */
export const QUESTION = { name: WWW, type: 1, class: 1 };

/** Makes a response to the query with the id. */
export function response(message: Partial<DnsMessage>): Uint8Array {
  return encodeDns({
    id: ID,
    isResponse: true,
    questions: [QUESTION],
    ...message,
  });
}

/** Makes a record that may be cached for a minute. */
function record(
  name: string,
  type: number,
  data: DnsRecord["data"],
): DnsRecord {
  return { name, type, class: 1, ttl: 60, data };
}

/** Makes a record with an address. */
export function a(name: string, address = "192.0.2.1"): DnsRecord {
  return record(name, 1, { kind: "A", address });
}

/** Makes a record of any type with any data. */
export function other(type: number, bytes: Uint8Array): DnsRecord {
  return record(WWW, type, { kind: "other", bytes });
}

/** Returns the answer that a record becomes. */
export function answer(
  name: string,
  type: DnsAnswer["type"] = "A",
  value = type === "A" ? "192.0.2.1" : "",
): DnsAnswer {
  return { name, type, ttl: 60, value };
}

/** A response with an alias and its address. */
export const CHAIN = response({
  answers: [
    record(WWW, 5, { kind: "CNAME", name: "host.example.test" }),
    a("host.example.test", "192.0.2.10"),
  ],
});
/** The answers in CHAIN. */
export const CHAIN_ANSWERS = [
  answer(WWW, "CNAME", "host.example.test"),
  answer("host.example.test", "A", "192.0.2.10"),
];
