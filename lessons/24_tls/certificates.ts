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

/** The lesson's test authority (CA): a client that trusts it says so. */
export const CA: string = ca;

/** The private key that belongs to all of the certificates below. */
export const KEY: string = key;

/** A server's certificates, by what is wrong with them. */
export const CERTIFICATES = {
  /** For echo.localhost, localhost, 127.0.0.1 and ::1; nothing is wrong. */
  good: server,
  /** The same, but it ended with the year 2020. */
  expired,
  /** For other.localhost. */
  wrongName,
  /** For the right names, signed by no authority. */
  selfSigned,
} as const satisfies Record<string, string>;

/** The name in the good certificate that the lesson's clients ask for. */
export const SERVER_NAME = "echo.localhost";
