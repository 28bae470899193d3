/**
 * Decodes and encodes bytes: IP, TCP, and UDP headers, checksums, capture
 * files, and the messages of a few protocols.
 *
 * | folder     | contents                                                |
 * | ---------- | ------------------------------------------------------- |
 * | `ip/`      | IP, ICMP, and UDP headers, the Internet checksum        |
 * | `tcp/`     | TCP headers, sequence numbers, the state machine        |
 * | `capture/` | pcap and pcapng, link layers, packets, conversations    |
 * | `http/`    | HTTP/1.1 messages                                       |
 * | `dns/`     | DNS messages                                            |
 * | `resp/`    | commands and replies of Redis                           |
 * | `tls/`     | TLS records, alerts, and the ClientHello                |
 * | `websocket/` | WebSocket frames and messages                         |
 *
 * @example From a file to lines of text
 * ```ts
 * import { decodePacket, encodePacket, encodePcap } from "./mod.ts";
 * import { formatTcpFlags, readCapture } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const file = encodePcap([{
 *   bytes: encodePacket({
 *     link: { kind: "ethernet" },
 *     ip: { version: 4, source: "127.0.0.1", destination: "127.0.0.1" },
 *     tcp: { sourcePort: 50000, destinationPort: 7, flags: { syn: true } },
 *   }),
 * }]);
 *
 * const lines: string[] = [];
 * for await (const captured of readCapture(ReadableStream.from([file]))) {
 *   const { tcp } = decodePacket(captured.bytes, captured.linkType, captured);
 *   if (tcp !== null) {
 *     const flags = formatTcpFlags(tcp.flags);
 *     lines.push(`${tcp.sourcePort} > ${tcp.destinationPort} ${flags}`);
 *   }
 * }
 * assertEquals(lines, ["50000 > 7 SYN"]);
 * ```
 *
 * @module
 */

export * from "./bytes.ts";
export * from "./capture/mod.ts";
export * from "./dns/mod.ts";
export * from "./error.ts";
export * from "./http/mod.ts";
export * from "./ip/mod.ts";
export * from "./resp/mod.ts";
export * from "./tcp/mod.ts";
export * from "./tls/mod.ts";
export * from "./websocket/mod.ts";
