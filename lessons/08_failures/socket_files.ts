/** The name of a socket that doesn't exist. `lessons/mod.ts` allows it. */
export const MISSING_NAME = "missing.sock";

/** A name that makes any path too long: 108 bytes are too many on Linux. */
export const LONG_NAME: string = `${"long_".repeat(24)}.sock`;
