/** A request that may ask for a WebSocket. */
export interface UpgradeRequest {
  /** Such as `GET`. */
  method: string;
  /** The fields of the head, as they arrived, in order. */
  headers: [name: string, value: string][];
}

/** What 23.1 answers. */
export interface UpgradeResponse {
  /** Such as 101. */
  status: number;
  /** The fields of the head, by name. */
  headers: Record<string, string>;
}

/** The type of 23.1. */
export type AcceptUpgrade = (
  request: UpgradeRequest,
) => Promise<UpgradeResponse>;

/** A message with data. */
export type DataMessage =
  | { kind: "text"; text: string }
  | { kind: "binary"; data: Uint8Array };

/** What 23.2 reads: a message, or a control frame. */
export type Message =
  | DataMessage
  | { kind: "ping"; data: Uint8Array }
  | { kind: "pong"; data: Uint8Array }
  | { kind: "close"; code: number; reason: string };

/** Reads what a client sends. */
export interface MessageReader {
  /** Returns the next message, or `null` at the end. */
  readMessage(): Promise<Message | null>;
}

/** What 23.2 may be told. */
export interface ReaderOptions {
  /** The most bytes in one message; 1048576 if not given. */
  maxBytes?: number;
}

/** The type of 23.2: a class. */
export type FrameReaderClass = new (
  conn: Deno.Conn,
  options?: ReaderOptions,
) => MessageReader;

/** What 23.3 may be told besides opcode and payload. */
export interface FrameOptions {
  /** The masking key, four bytes; a frame without one isn't masked. */
  mask?: Uint8Array;
}

/** The type of 23.3. */
export type EncodeFrame = (
  opcode: number,
  payload: Uint8Array | string,
  options?: FrameOptions,
) => Uint8Array;

/** How a WebSocket ended. */
export interface CloseReason {
  /** The close code. */
  code: number;
  /** The reason, often empty. */
  reason: string;
}

/** What 23.4 may be told. */
export interface SocketOptions {
  /** How long the client has to answer a Close frame, in milliseconds. */
  graceMs?: number;
}

/** The server's end of a WebSocket. */
export interface WebSocketEnd {
  /** Sends a text or bytes, and returns whether it will. */
  send(message: string | Uint8Array): boolean;
  /** Begins the closing handshake. */
  close(code?: number, reason?: string): void;
  /** Reads until the end, and returns how it ended. */
  run(
    onMessage: (message: DataMessage) => void | Promise<void>,
  ): Promise<CloseReason>;
}

/** The type of 23.4: a class. */
export type ServerSocketClass = new (
  conn: Deno.Conn,
  reader: MessageReader,
  options?: SocketOptions,
) => WebSocketEnd;
