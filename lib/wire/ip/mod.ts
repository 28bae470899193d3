/**
 * IP, ICMP, and UDP headers, the addresses in them, and the Internet checksum.
 *
 * @module
 */
export * from "./address.ts";
export * from "./checksum.ts";
export * from "./icmp.ts";
export * from "./ipv4.ts";
export * from "./ipv6.ts";
export * from "./ipv6_options.ts";
export * from "./udp.ts";
export * from "./verdict.ts";
