/**
 * The names of the numbers in a ClientHello.
 *
 * @module
 */

import { isGrease } from "./client_hello.ts";

const VERSIONS: Readonly<Record<number, string>> = {
  0x0300: "SSL 3.0",
  0x0301: "TLS 1.0",
  0x0302: "TLS 1.1",
  0x0303: "TLS 1.2",
  0x0304: "TLS 1.3",
};

/** The cipher suites that current clients offer (IANA, "TLS Cipher Suites"). */
const CIPHER_SUITES: Readonly<Record<number, string>> = {
  0x00ff: "TLS_EMPTY_RENEGOTIATION_INFO_SCSV",
  0x1301: "TLS_AES_128_GCM_SHA256",
  0x1302: "TLS_AES_256_GCM_SHA384",
  0x1303: "TLS_CHACHA20_POLY1305_SHA256",
  0xc009: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
  0xc00a: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
  0xc013: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
  0xc014: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
  0xc02b: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  0xc02c: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  0xc02f: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  0xc030: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  0xcca8: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
  0xcca9: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
};

/** IANA, "TLS ExtensionType Values". */
const EXTENSIONS: Readonly<Record<number, string>> = {
  0: "server_name",
  1: "max_fragment_length",
  5: "status_request",
  10: "supported_groups",
  11: "ec_point_formats",
  13: "signature_algorithms",
  16: "application_layer_protocol_negotiation",
  18: "signed_certificate_timestamp",
  21: "padding",
  22: "encrypt_then_mac",
  23: "extended_master_secret",
  27: "compress_certificate",
  28: "record_size_limit",
  35: "session_ticket",
  41: "pre_shared_key",
  42: "early_data",
  43: "supported_versions",
  44: "cookie",
  45: "psk_key_exchange_modes",
  47: "certificate_authorities",
  49: "post_handshake_auth",
  50: "signature_algorithms_cert",
  51: "key_share",
  17613: "application_settings",
  65037: "encrypted_client_hello",
  65281: "renegotiation_info",
};

/**
 * Returns the name of a TLS version.
 *
 * @param number The version's number, such as 0x0304.
 * @returns Its name, such as `TLS 1.3`, or its number, such as `0x7f1c`, if it
 * has no name.
 *
 * @example TLS 1.3
 * ```ts
 * import { tlsVersionName } from "./names.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tlsVersionName(0x0304), "TLS 1.3");
 * ```
 */
export function tlsVersionName(number: number): string {
  return nameIn(VERSIONS, number);
}

/**
 * Returns the name of a cipher suite.
 *
 * @param number The cipher suite's number, such as 0x1301.
 * @returns Its name, such as `TLS_AES_128_GCM_SHA256`, or its number if it
 * isn't a common one.
 */
export function tlsCipherSuiteName(number: number): string {
  return nameIn(CIPHER_SUITES, number);
}

/**
 * Returns the name of an extension.
 *
 * @param number The extension's number, such as 0.
 * @returns Its name, such as `server_name`, or its number if it isn't a common
 * one.
 */
export function tlsExtensionName(number: number): string {
  return nameIn(EXTENSIONS, number);
}

function nameIn(names: Readonly<Record<number, string>>, number: number) {
  if (isGrease(number)) return "GREASE";
  return names[number] ?? `0x${number.toString(16).padStart(4, "0")}`;
}
