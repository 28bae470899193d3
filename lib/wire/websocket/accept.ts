/**
 * The key of a WebSocket handshake (RFC 6455, sections 1.3 and 4.2.2).
 *
 * @module
 */

/** The text that a server appends to the client's key before it hashes both. */
export const WEBSOCKET_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/**
 * Computes the value of `Sec-WebSocket-Accept` for a client's key.
 *
 * It proves only that the server understands WebSockets: another server, which
 * ignores the key, can't send this value.
 *
 * @param key The value of `Sec-WebSocket-Key`.
 * @returns The SHA-1 of the key and the GUID, in base64.
 *
 * @example The key from the RFC
 * ```ts
 * import { webSocketAccept } from "./accept.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   await webSocketAccept("dGhlIHNhbXBsZSBub25jZQ=="),
 *   "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
 * );
 * ```
 */
export async function webSocketAccept(key: string): Promise<string> {
  const bytes = new TextEncoder().encode(key + WEBSOCKET_GUID);
  return new Uint8Array(await crypto.subtle.digest("SHA-1", bytes)).toBase64();
}
