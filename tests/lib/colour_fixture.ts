/**
 * Registers a test that needs colours, which NO_COLOR forbids for good.
 *
 * @param name What it shows.
 * @param fn The test.
 */
export function testColours(name: string, fn: () => void): void {
  const note = Deno.noColor ? " (ignored: NO_COLOR is set)" : "";
  Deno.test({ name: name + note, ignore: Deno.noColor, fn });
}
