/**
 * The lesson's certificates, as text. `make_certificates.ts` made the files.
 *
 * @module
 */
import ca from "./certs/ca.pem" with { type: "text" };
import expired from "./certs/expired.pem" with { type: "text" };
import key from "./certs/key.pem" with { type: "text" };
import selfSigned from "./certs/self_signed.pem" with { type: "text" };
import server from "./certs/server.pem" with { type: "text" };
import wrongName from "./certs/wrong_name.pem" with { type: "text" };

/**
 * The certificate of the lesson's test authority (CA), for clients to trust.
 */
export const CA: string = ca;

/** The private key that belongs to all of the certificates below. */
export const KEY: string = key;

/**
 * The servers' certificates: a good one, and three that a client must reject.
 */
export const CERTIFICATES = {
  /** A good one, for echo.localhost, localhost, 127.0.0.1, and ::1. */
  good: server,
  /** The same, but it expired at the end of 2020. */
  expired,
  /** One for another name, other.localhost. */
  wrongName,
  /** One for the right names that no authority has signed. */
  selfSigned,
} as const satisfies Record<string, string>;

/** The name in the good certificate that the lesson's clients ask for. */
export const SERVER_NAME = "echo.localhost";
