/** Constants and helpers for the checks of lesson 13. */

/** The longest message that fits into a datagram over IPv4, in bytes. */
export const MAX_BYTES = 65_507;

/** Headings of the README. */
export const READ = {
  datagrams: "A letter, not a phone call",
  whole: "Whole messages",
  length: "How long a message can be",
  buffer: "A short buffer truncates the message",
  strangers: "Anyone can send to your port",
  silence: "Lost without an error",
} as const;

/** A server's address. Nothing is sent to it: the sockets are fakes. */
export const SERVER = addressOf("127.0.0.1", 19);

/** Makes the address of a UDP socket. */
export function addressOf(hostname: string, port: number): Deno.NetAddr {
  return { transport: "udp", hostname, port };
}

/** The error that `send()` throws if the socket can't reach the network. */
export const SEND_ERROR = new Deno.errors.NetworkUnreachable(
  "Network is unreachable (os error 101)",
);

/** Encodes a text in UTF-8. */
export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
