/** The types of the answers to lesson 2. */

/** 2.1 */
export type GreetOnce = (
  listener: Deno.Listener,
  greeting: string,
) => Promise<void>;

/** 2.2 */
export type FetchGreeting = (port: number) => Promise<string>;
