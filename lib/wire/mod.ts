/**
 * What bytes mean: IP, TCP and UDP headers, checksums, and the files in which
 * captured packets are kept.
 *
 * | file                 | what it does                                      |
 * | -------------------- | ------------------------------------------------- |
 * | `error.ts`           | the one error for bytes that are wrong            |
 * | `bytes.ts`           | numbers of 16 and 32 bits                         |
 * | `address.ts`         | addresses as bytes and as text                    |
 * | `checksum.ts`        | the Internet checksum, and the pseudo-header      |
 * | `sequence.ts`        | sequence numbers, which go round in a circle      |
 * | `ethernet.ts`        | Ethernet headers, with VLAN tags                  |
 * | `cooked.ts`          | what `tcpdump -i any` has instead                 |
 * | `loopback.ts`        | what BSD and macOS have for loopback              |
 * | `link.ts`            | whichever of those a capture has                  |
 * | `ipv4.ts`            | IPv4 headers                                      |
 * | `ipv6.ts`            | IPv6 headers and their extensions                 |
 * | `tcp_flags.ts`       | the eight control bits                            |
 * | `tcp_options.ts`     | the options of a TCP header                       |
 * | `tcp.ts`             | TCP headers                                       |
 * | `udp.ts`             | UDP headers                                       |
 * | `verdict.ts`         | whether a checksum is good, bad, or left open     |
 * | `packet.ts`          | a whole packet, layer by layer                    |
 * | `encode_packet.ts`   | the same the other way round                      |
 * | `timestamp.ts`       | moments, to the nanosecond                        |
 * | `capture_format.ts`  | what the two capture formats have in common       |
 * | `pcap.ts`            | the classic capture file, read and written        |
 * | `pcapng.ts`          | the capture file of Wireshark                     |
 * | `capture.ts`         | reads either, piece by piece                      |
 * | `tcp_state.ts`       | the state machine of TCP                          |
 * | `tcp_walk.ts`        | two ends walked through it                        |
 * | `stream_progress.ts` | which bytes of a direction are new                |
 * | `conversation.ts`    | the packets of one connection, summed up          |
 * | `http_error.ts`      | the error for HTTP, with the status to answer     |
 * | `http_limits.ts`     | how large a message may be                        |
 * | `http_fields.ts`     | header fields                                     |
 * | `http_head.ts`       | lines, and the blank one that ends them           |
 * | `http_request.ts`    | what is asked for                                 |
 * | `http_status.ts`     | what the numbers of answers mean                  |
 * | `http_response.ts`   | how it went                                       |
 * | `http_framing.ts`    | how long a body is                                |
 * | `http_chunked.ts`    | bodies in chunks                                  |
 * | `http_connection.ts` | whether a connection stays open                   |
 * | `http_parser.ts`     | messages in a stream, one behind the other        |
 * | `dns_name.ts`        | domain names, with pointers                       |
 * | `dns_message.ts`     | questions and records of DNS                      |
 * | `resp.ts`            | commands of Redis in a stream                     |
 * | `resp_reply.ts`      | what Redis answers                                |
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

export * from "./address.ts";
export * from "./bytes.ts";
export * from "./capture.ts";
export * from "./capture_format.ts";
export * from "./checksum.ts";
export * from "./conversation.ts";
export * from "./cooked.ts";
export * from "./dns_message.ts";
export * from "./dns_name.ts";
export * from "./encode_packet.ts";
export * from "./error.ts";
export * from "./ethernet.ts";
export * from "./http_chunked.ts";
export * from "./http_connection.ts";
export * from "./http_error.ts";
export * from "./http_fields.ts";
export * from "./http_framing.ts";
export * from "./http_head.ts";
export * from "./http_limits.ts";
export * from "./http_parser.ts";
export * from "./http_request.ts";
export * from "./http_response.ts";
export * from "./http_status.ts";
export * from "./ipv4.ts";
export * from "./ipv6.ts";
export * from "./link.ts";
export * from "./loopback.ts";
export * from "./packet.ts";
export * from "./pcap.ts";
export * from "./pcapng.ts";
export * from "./resp.ts";
export * from "./resp_reply.ts";
export * from "./sequence.ts";
export * from "./stream_progress.ts";
export * from "./tcp.ts";
export * from "./tcp_flags.ts";
export * from "./tcp_options.ts";
export * from "./tcp_state.ts";
export * from "./tcp_walk.ts";
export * from "./timestamp.ts";
export * from "./udp.ts";
export * from "./verdict.ts";
