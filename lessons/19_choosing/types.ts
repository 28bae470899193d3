/** A conversation's demands on its socket. */
export interface Need {
  /** Both ends are on one machine, and will always be. */
  sameMachine: boolean;
  /** Nothing may get lost, as in a file or a payment. */
  everyByteMatters: boolean;
  /** The data is messages, and each must arrive whole. */
  messagesStayWhole: boolean;
  /** One socket sends to many receivers. */
  manyReceivers: boolean;
  /** Late data is worthless, as for a voice or a position in a game. */
  latencyBeatsLoss: boolean;
}

/** A kind of socket, by Deno's name for it. */
export type Choice = "tcp" | "udp" | "unix" | "unixpacket";

/** The type of 19.1. */
export type AskLocal = (
  server: string,
  question: Uint8Array,
  options: { timeoutMs: number },
) => Promise<Uint8Array>;

/** The type of 19.2. */
export type Choose = (need: Need) => Choice;
