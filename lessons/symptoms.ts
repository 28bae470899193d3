/**
 * From what you see to its causes, and to the lesson that explains it.
 *
 * `deno task why` searches this list. Add an entry to the file of its group, a
 * proof to `tests/symptoms/proofs/`, and write the tables again:
 * `deno run -A tests/symptoms/write_tables.ts`.
 *
 * @module
 */
import type { SymptomGroup } from "../lib/workbook/symptoms/symptom.ts";
import { connecting } from "./symptoms/connecting.ts";
import { connection } from "./symptoms/connection.ts";
import { datagrams } from "./symptoms/datagrams.ts";
import { listening } from "./symptoms/listening.ts";
import { messages } from "./symptoms/messages.ts";
import { program } from "./symptoms/program.ts";
import { reach } from "./symptoms/reach.ts";
import { slow } from "./symptoms/slow.ts";
import { tls } from "./symptoms/tls.ts";
import { waiting } from "./symptoms/waiting.ts";
import { websocket } from "./symptoms/websocket.ts";

/** All symptoms, by group, in the order of the list. */
export const groups: SymptomGroup[] = [
  { name: "You can't connect", symptoms: connecting },
  { name: "You can't listen", symptoms: listening },
  { name: "The connection ends", symptoms: connection },
  { name: "Your program misuses a socket", symptoms: program },
  { name: "Messages are wrong", symptoms: messages },
  { name: "Something waits or gets lost", symptoms: waiting },
  { name: "It's slow, or memory grows", symptoms: slow },
  { name: "It works here, but not there", symptoms: reach },
  { name: "Datagrams", symptoms: datagrams },
  { name: "TLS", symptoms: tls },
  { name: "WebSocket", symptoms: websocket },
];
