/**
 * TLS alerts: messages that say that one end closes, or that something failed
 * (RFC 8446, section 6).
 *
 * @module
 */

import type { TlsRecord } from "./record.ts";

/** The names of alerts, by number (RFC 8446, section 6; RFC 5246, 7.2). */
export const TLS_ALERT_NAMES: Readonly<Record<number, string>> = {
  0: "close_notify",
  10: "unexpected_message",
  20: "bad_record_mac",
  22: "record_overflow",
  40: "handshake_failure",
  42: "bad_certificate",
  43: "unsupported_certificate",
  44: "certificate_revoked",
  45: "certificate_expired",
  46: "certificate_unknown",
  47: "illegal_parameter",
  48: "unknown_ca",
  49: "access_denied",
  50: "decode_error",
  51: "decrypt_error",
  70: "protocol_version",
  71: "insufficient_security",
  80: "internal_error",
  86: "inappropriate_fallback",
  90: "user_canceled",
  100: "no_renegotiation",
  109: "missing_extension",
  110: "unsupported_extension",
  112: "unrecognized_name",
  113: "bad_certificate_status_response",
  115: "unknown_psk_identity",
  116: "certificate_required",
  120: "no_application_protocol",
};

const ALERT = 21;
const LEVELS: Readonly<Record<number, string>> = { 1: "warning", 2: "fatal" };

/** One alert. */
export interface TlsAlert {
  /** Its level, `warning` or `fatal`, or the level's number as text. */
  level: string;
  /** Its name in {@linkcode TLS_ALERT_NAMES}, or its number as text. */
  description: string;
}

/**
 * Decodes an alert.
 *
 * @param record A record.
 * @returns The alert; `null` if the record isn't an alert, or if the alert is
 * encrypted (it has more than two bytes).
 *
 * @example The server doesn't support the client's version
 * ```ts
 * import { decodeTlsAlert } from "./alert.ts";
 * import { recognizeTls } from "./record.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const [record] = recognizeTls(new Uint8Array([21, 3, 3, 0, 2, 2, 70]));
 * assertEquals(decodeTlsAlert(record), {
 *   level: "fatal",
 *   description: "protocol_version",
 * });
 * ```
 */
export function decodeTlsAlert(record: TlsRecord): TlsAlert | null {
  const { contentType, length, fragment } = record;
  if (contentType !== ALERT || length !== 2) return null;
  const [level, description] = fragment;
  if (LEVELS[level] === undefined || description === undefined) return null;
  return {
    level: LEVELS[level],
    description: TLS_ALERT_NAMES[description] ?? String(description),
  };
}
