/** One request, as 20.1 gives it. */
export interface HttpRequest {
  /** What to do: `GET`. */
  method: string;
  /** With what: `/hello`. */
  target: string;
  /** The fields of the head; their names are in lower case. */
  headers: Map<string, string>;
  /** The body; of no bytes if there is none. */
  body: Uint8Array;
}

/** How large a request may be. */
export interface RequestLimits {
  /** The longest head, in bytes, with its blank line; 8192 if not given. */
  maxHeadBytes?: number;
  /** The longest body, in bytes; 1048576 if not given. */
  maxBodyBytes?: number;
}

/** What 20.1 makes. */
export interface RequestReading {
  readRequest(): Promise<HttpRequest | null>;
}

/** The type of 20.1: a class. */
export type RequestReaderClass = new (
  conn: Deno.Conn,
  limits?: RequestLimits,
) => RequestReading;

/** What 20.2 may be told besides status and body. */
export interface ResponseOptions {
  /** More fields, by name. */
  headers?: Record<string, string>;
  /** Whether it answers `HEAD`: the body is left out. */
  head?: boolean;
}

/** The type of 20.2. */
export type EncodeResponse = (
  status: number,
  body: string,
  options?: ResponseOptions,
) => Uint8Array;
