import { connecting } from "./connecting.ts";
import { connection } from "./connection.ts";
import { datagrams } from "./datagrams.ts";
import { listening } from "./listening.ts";
import { messages } from "./messages.ts";
import { program } from "./program.ts";
import type { Proof } from "./proof.ts";
import { reach } from "./reach.ts";
import { slow } from "./slow.ts";
import { tls } from "./tls.ts";
import { waiting } from "./waiting.ts";
import { websocket } from "./websocket.ts";

/** Proofs by the id of their entry. */
export const proofs: Record<string, Proof> = {
  ...connecting,
  ...listening,
  ...connection,
  ...program,
  ...messages,
  ...waiting,
  ...slow,
  ...reach,
  ...datagrams,
  ...tls,
  ...websocket,
};

/** Proofs that need `openssl`. */
export const needOpenssl = new Set([
  "unknown-issuer",
  "wrong-name",
  "expired",
  "no-application-protocol",
  "no-close-notify",
]);
