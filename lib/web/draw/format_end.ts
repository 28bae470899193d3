/**
 * Writes an address with a port: IPv6 needs brackets.
 *
 * @param address The address.
 * @param port The port.
 */
export function formatEnd(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
