/** What a conversation needs of its socket. */
export interface Need {
  /** Both ends are on one machine, and will always be. */
  sameMachine: boolean;
  /** Nothing may be missing: a file, a payment. */
  everyByteMatters: boolean;
  /** It consists of messages, each of which is to come whole. */
  messagesStayWhole: boolean;
  /** One socket sends to many. */
  manyReceivers: boolean;
  /** What comes late is worth less than nothing: a voice, a position. */
  latencyBeatsLoss: boolean;
}

/** A kind of socket, by the name that Deno has for it. */
export type Choice = "tcp" | "udp" | "unix" | "unixpacket";

/** The type of 19.1. */
export type AskLocal = (
  server: string,
  question: Uint8Array,
  options: { timeoutMs: number },
) => Promise<Uint8Array>;

/** The type of 19.2. */
export type Choose = (need: Need) => Choice;
