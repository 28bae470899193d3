/** The types of lesson 21's exercises. */

/** The type of 21.1. */
export type EncodeQuery = (
  id: number,
  name: string,
  type: "A" | "AAAA" | "TXT",
) => Uint8Array;

/** One answer: an address, or another name to look up. */
export interface DnsAnswer {
  /** The name it's about, without a dot at its end. */
  name: string;
  type: "A" | "CNAME" | "other";
  /** How long you may cache it, in seconds: the number in the record. */
  ttl: number;
  /** The address, such as `192.0.2.1`; the other name; or `""`. */
  value: string;
}

/** The parts of a response that 21.2 returns. */
export interface DecodedMessage {
  /** Whether it was truncated, so that you should ask again over TCP. */
  isTruncated: boolean;
  /** The response code: 0 for success, 3 if there's no such name. */
  rcode: number;
  /** The answers, in order. */
  answers: DnsAnswer[];
}

/** The type of 21.2. */
export type DecodeMessage = (bytes: Uint8Array, id: number) => DecodedMessage;
