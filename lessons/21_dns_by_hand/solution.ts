/** One good answer to each exercise of lesson 21. */
import type { DecodedMessage, DnsAnswer } from "./types.ts";

// ---- 21.1 encodeQuery -------------------------------------------------------

export function encodeQuery(
  id: number,
  name: string,
  type: "A" | "AAAA" | "TXT",
): Uint8Array {
  const encoded: number[] = [];
  for (const label of name.replace(/\.$/, "").split(".")) {
    if (label.length === 0 || label.length > 63) {
      throw new RangeError(`a label has ${label.length} bytes`);
    }
    encoded.push(label.length, ...new TextEncoder().encode(label));
  }
  // Every name ends with the root, whose label is empty.
  encoded.push(0);
  if (encoded.length > 255) throw new RangeError("the name is too long");

  const query = new Uint8Array(12 + encoded.length + 4);
  // A DataView is big-endian by default.
  const view = new DataView(query.buffer);
  view.setUint16(0, id);
  view.setUint16(2, 0x0100);
  view.setUint16(4, 1);
  query.set(encoded, 12);
  view.setUint16(12 + encoded.length, { A: 1, TXT: 16, AAAA: 28 }[type]);
  view.setUint16(14 + encoded.length, 1);
  return query;
}

// ---- 21.2 decodeMessage -----------------------------------------------------

export function decodeMessage(bytes: Uint8Array, id: number): DecodedMessage {
  let at = 0;

  function byte(index: number): number {
    if (index < bytes.length) return bytes[index];
    throw new TypeError("the message ends too early");
  }
  function number(size: number): number {
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + byte(at++);
    return value;
  }

  /** Reads the name at `at`, and moves `at` past it. */
  function name(): string {
    const labels: string[] = [];
    let from = at;
    let end = -1;
    // Each pointer must lead further back, so this loop ends.
    let limit = at;
    while (true) {
      const length = byte(from);
      if (length === 0) break;
      if (length >= 0xc0) {
        const target = (length & 0x3f) * 256 + byte(from + 1);
        // The header has no names.
        if (target >= limit || target < 12) {
          throw new TypeError("a pointer doesn't lead back to a name");
        }
        if (end === -1) end = from + 2;
        from = limit = target;
        continue;
      }
      if (length > 63) throw new TypeError("not the length of a label");
      const label = bytes.subarray(from + 1, from + 1 + length);
      labels.push(new TextDecoder().decode(label));
      from += 1 + length;
    }
    at = end === -1 ? from + 1 : end;
    return labels.join(".");
  }

  function answer(): DnsAnswer {
    const owner = name();
    const [type, , ttl, size] = [number(2), number(2), number(4), number(2)];
    const end = at + size;
    if (end > bytes.length) throw new TypeError("the data ends too early");
    let value = "";
    if (type === 1) {
      if (size !== 4) throw new TypeError("an address has four bytes");
      value = bytes.subarray(at, end).join(".");
    }
    if (type === 5) {
      value = name();
      if (at !== end) throw new TypeError("the data isn't one name");
    }
    at = end;
    const kind = type === 1 ? "A" : type === 5 ? "CNAME" : "other";
    return { name: owner, type: kind, ttl, value };
  }

  if (number(2) !== id) throw new TypeError("a response to another query");
  const flags = number(2);
  if ((flags & 0x8000) === 0) throw new TypeError("a query, not a response");
  const [questions, answers] = [number(2), number(2), number(2), number(2)];
  for (let i = 0; i < questions; i++) {
    name();
    number(4);
  }
  const decoded: DnsAnswer[] = [];
  for (let i = 0; i < answers; i++) decoded.push(answer());
  return {
    isTruncated: (flags & 0x0200) !== 0,
    rcode: flags & 0xf,
    answers: decoded,
  };
}
