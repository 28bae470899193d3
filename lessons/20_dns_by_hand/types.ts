/** What the exercises of lesson 20 give back. */

/** One answer: an address, or the name under which to look on. */
export interface DnsAnswer {
  /** The name that it is about, without a dot at its end. */
  name: string;
  /** What kind of answer it is. */
  type: "A" | "CNAME" | "other";
  /** How long it may be kept, in seconds. */
  ttl: number;
  /** The address as `192.0.2.1`, the other name, or `""` for other types. */
  value: string;
}

/** What a message says, as far as exercise 20.2 goes. */
export interface DecodedMessage {
  /** Whether it was cut, and should be asked for again over TCP. */
  isTruncated: boolean;
  /** How it went: 0 is well, 3 that there is no such name. */
  rcode: number;
  /** The answers, in order. */
  answers: DnsAnswer[];
}
