/** The programs that open an address in a browser, by operating system. */
const OPENERS: Partial<Record<typeof Deno.build.os, string[]>> = {
  darwin: ["open"],
  linux: ["xdg-open"],
  windows: ["rundll32", "url.dll,FileProtocolHandler"],
};

/**
 * Opens an address in a browser, if this machine has one.
 *
 * @param url The address.
 */
export async function openBrowser(url: string): Promise<void> {
  const [program, ...args] = OPENERS[Deno.build.os] ?? [];
  if (program === undefined || !hasDesktop()) return;
  try {
    await new Deno.Command(program, {
      args: [...args, url],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
  } catch {
    // The address is on the screen, so the reader can open it.
  }
}

/**
 * Returns whether there's a desktop: without one, xdg-open would start a
 * browser in the terminal.
 */
function hasDesktop(): boolean {
  return Deno.build.os !== "linux" ||
    ["DISPLAY", "WAYLAND_DISPLAY"].some((name) => Deno.env.get(name));
}
