/** The type of 18.1. */
export type ListenAt = (path: string) => Promise<Deno.UnixListener>;

/** The type of 18.2. */
export type PathFits = (path: string) => boolean;
