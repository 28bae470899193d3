/**
 * Captured packets: the files that hold them, link layers, and conversations.
 *
 * @module
 */
export * from "./capture_conversations.ts";
export * from "./capture_format.ts";
export * from "./conversation.ts";
export * from "./cooked.ts";
export * from "./encode_packet.ts";
export * from "./ethernet.ts";
export * from "./four_tuple.ts";
export * from "./link.ts";
export * from "./loopback.ts";
export * from "./other_links.ts";
export * from "./packet.ts";
export * from "./pcap.ts";
export * from "./pcapng.ts";
export * from "./read_capture.ts";
export * from "./segment_notes.ts";
export * from "./timestamp.ts";
export * from "./udp_conversation.ts";
